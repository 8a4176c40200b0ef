from decimal import Decimal
from typing import Any

import pytest

from patients.rules.conditions import Leaf, Op
from plans.forms.protocol_words import _leaf
from tests.plans.rules.shipped import PROTOCOL


@pytest.mark.parametrize(
    ("field", "op", "value", "words"),
    [
        ("sessions_left", Op.GTE, 1, "sessions left ≥ 1"),
        ("sessions_left", Op.EQ, 0, "sessions left 0"),
        ("aggressive", Op.EQ, True, "strong treatment"),
        ("aggressive", Op.EQ, False, "not strong treatment"),
        ("depth_mm", Op.GTE, Decimal("1.5"), "depth in mm ≥ 1.5"),
    ],
)
def test_a_condition_is_told_in_words_and_a_number_is_never_taken_for_yes(
    field: str, op: Op, value: Any, words: str
) -> None:
    assert _leaf(Leaf(field, op, value), PROTOCOL) == words
