"""Dataclasses on their way to JSON and back."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.rules.roles import Role
from patients.rules.flags import Flag, Resolution
from patients.rules.questions import Answer
from patients.rules.screening import Screening
from patients.rules.terms import Level, Override, Text
from plans.rules.recommend import ConcernFound, Consult, recommend
from plans.rules.stored import from_data, to_data
from plans.rules.terms import Severity
from tests.plans.rules.shipped import PROTOCOL


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    from_: date | None


@dataclass(frozen=True, slots=True)
class Whole:
    at: datetime
    weight: Decimal
    share: float
    colour: Colour
    ready: bool
    parts: tuple[Part, ...]
    tags: frozenset[str]
    first: Part | None


WHOLE = Whole(
    at=datetime(2026, 6, 10, 9, 7, tzinfo=UTC),
    weight=Decimal("1.50"),
    share=0.5,
    colour=Colour.RED,
    ready=True,
    parts=(Part("a", date(2026, 6, 10)), Part("b", None)),
    tags=frozenset({"z", "a"}),
    first=None,
)


def test_what_json_holds() -> None:
    assert to_data(WHOLE) == {
        "at": "2026-06-10T09:07:00+00:00",
        "weight": "1.50",
        "share": 0.5,
        "colour": "red",
        "ready": True,
        "parts": [{"name": "a", "from": "2026-06-10"}, {"name": "b", "from": None}],
        "tags": ["a", "z"],
        "first": None,
    }


def test_there_and_back() -> None:
    assert from_data(Whole, json.loads(json.dumps(to_data(WHOLE)))) == WHOLE


@pytest.mark.parametrize(
    ("change", "error"),
    [({"colour": "blue"}, ValueError), ({"at": "noon"}, ValueError), ({"parts": [{}]}, KeyError)],
)
def test_what_was_not_written_by_us_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        from_data(Whole, {**to_data(WHOLE), **change})


days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
flags = st.builds(
    Flag,
    id=st.text(),
    level=st.sampled_from(Level),
    override=st.none() | st.sampled_from(Override),
    staff_note=st.text(),
    basis=st.text(),
    patient_text=st.none() | st.builds(Text, en=st.text(), es=st.text()),
    question=st.none() | st.text(),
    clear_on=st.none() | days,
    sets_history=st.none() | st.just("hsv"),
    source_ids=st.lists(st.text(), max_size=2).map(tuple),
)
resolutions = st.builds(
    Resolution,
    flag_id=st.text(),
    basis=st.text(),
    reason=st.text(),
    role=st.sampled_from(Role),
    by=st.text(),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
answers = st.builds(
    Answer,
    question=st.text(),
    answer=st.none() | st.text(),
    given_on=days,
    on=st.none() | days,
    ongoing=st.booleans(),
    number=st.none() | st.integers(),
    free_text=st.text(),
)
screenings = st.builds(
    Screening, flags=st.lists(flags, max_size=2).map(tuple), history=st.frozensets(st.text(), max_size=3)
)


@given(kept=st.one_of(flags, resolutions, answers, screenings))
def test_what_the_application_keeps_comes_back_the_same(kept: Flag | Resolution | Answer | Screening) -> None:
    assert from_data(type(kept), json.loads(json.dumps(to_data(kept)))) == kept


def test_a_whole_proposal_can_be_kept() -> None:
    lines = ConcernFound("fine_lines", ("face_full",), Severity.MILD)
    found = recommend(PROTOCOL, Consult(age=45, skin_type=2, concerns=(lines,), screening=Screening()))
    data = json.loads(json.dumps(to_data(found)))
    assert (data["suggest"], data["window"], data["maintenance"]["id"]) == (
        4,
        {"earliest": 35, "target": 38, "latest": 42},
        "MT-40-SUN",
    )
