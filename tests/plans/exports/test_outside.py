import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from plans.exports.outside import FIELDS, consequences, refusal
from plans.forms.visits import ByHandForm
from plans.queries.outside import Outside, Typed

ANA: Any = SimpleNamespace(user=SimpleNamespace(name="Ana Ruiz"))
TYPED = Typed(datetime.date(2026, 2, 3), 1080, ANA)


def test_what_is_unusual_is_said_exactly() -> None:
    hours = ((540, 720), (780, 1020))
    found = Outside(TYPED, "ok", hours, ((540, 720),), is_open=False, is_on_shift=False)
    assert consequences(found) == [
        "Tue 3 Feb 2026: the clinic is open 09:00–12:00, 13:00–17:00.",
        "Ana Ruiz works 09:00–12:00 that day, so not the whole of this visit.",
    ]
    assert consequences(Outside(TYPED, "ok", is_open=False, is_on_shift=False)) == [
        "Tue 3 Feb 2026: the clinic is not open.",
        "Ana Ruiz does not work that day.",
    ]
    assert consequences(Outside(TYPED, "ok", hours, hours)) == []


@pytest.mark.parametrize("code", sorted(FIELDS))
def test_every_refusal_has_words_and_a_box(code: str) -> None:
    assert refusal(Outside(TYPED, code)).endswith(".")
    assert FIELDS[code] in ByHandForm.base_fields


def test_who_is_away_is_named_without_the_reason() -> None:
    words = "Ana Ruiz is away then. Choose somebody else, or another day."
    assert refusal(Outside(TYPED, "practitioner away")) == words
