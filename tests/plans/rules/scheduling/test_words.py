import re

import pytest

from plans.rules.scheduling import explain, replan, words
from plans.rules.scheduling.diff import Move
from tests.plans.rules.scheduling.small import at

ALL = [
    words.COST_PARTS, words.REASONS, words.BLOCKERS, words.RELAXATIONS, words.MOVES, words.VIOLATIONS,
]  # fmt: skip
PLACES = {"amount": 3, "days": 3, "session": 2}


def test_what_the_engine_says_has_words() -> None:
    assert tuple(words.BLOCKERS) == explain.BLOCKERS
    assert tuple(words.MOVES) == replan.KINDS
    assert Move(1, "kept", at(0), at(0)).kind in words.MOVES


@pytest.mark.parametrize("sentences", ALL)
def test_named_places_are_among_those_that_are_filled(sentences: dict[str, str]) -> None:
    for sentence in sentences.values():
        assert sentence % PLACES
        assert set(re.findall(r"%\((\w+)\)", sentence)) <= set(PLACES)


@pytest.mark.parametrize(
    ("code", "amount", "told"),
    [
        ("gap", -2, "-2 days from the best interval"),
        ("frag before", 15, "leaves a gap of 15 minutes before it"),
    ],
)
def test_amounts_stand_in_the_words(code: str, amount: int, told: str) -> None:
    assert words.COST_PARTS[code] % {"amount": amount} == told
