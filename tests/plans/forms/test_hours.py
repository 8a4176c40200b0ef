from typing import Any
from uuid import uuid4

from clinic.rules.hours import Shift
from plans.forms.hours import OpeningForm, ReturnForm, ShiftsForm, SpecialDayForm
from tests.factories.disruptions import NEXT, TODAY

LONG = ((540, 1020),)


def shifts(**other: Any) -> ShiftsForm:
    return ShiftsForm({"first": "9/2", "pattern": "weekly", "key": uuid4(), **other}, today=TODAY, now=None)


def test_a_week_is_shown_and_read_back_as_it_stands() -> None:
    shown = OpeningForm(week={0: LONG, 4: ((540, 720), (780, 1020))})
    assert (shown["day0"].value(), shown["day1"].value()) == ("09:00–17:00", "")
    typed = OpeningForm({"day0": "9-17", "day4": "9-12, 13-17", "key": uuid4()}, week={})
    assert typed.is_valid(), typed.errors
    assert (typed.week[0], typed.week[4], typed.week[6]) == (LONG, ((540, 720), (780, 1020)), ())


def test_two_weeks_are_read_only_where_they_take_turns() -> None:
    weekly, turns = shifts(day0="9-17", next1="9-17"), shifts(day0="9-17", next1="9-17", pattern="turns")
    assert weekly.is_valid(), weekly.errors
    assert turns.is_valid(), turns.errors
    assert (weekly.then, turns.then and turns.then[1]) == (None, LONG)
    assert (weekly.cleaned_data["first"], weekly.week[0]) == (NEXT, LONG)


def test_the_pattern_of_today_is_in_the_boxes() -> None:
    now = Shift({0: LONG}, TODAY, ({3: LONG},))
    shown = ShiftsForm(today=TODAY, now=now)
    found = [shown[name].value() for name in ("pattern", "day0", "day1", "next0", "next3")]
    assert found == ["turns", "09:00–17:00", "", "", "09:00–17:00"]


def test_a_week_without_hours_is_said_once() -> None:
    empty = OpeningForm({"key": uuid4()}, week={})
    assert empty.errors == {"day0": ["Type the hours of at least one day."]}
    assert shifts().errors == {"day0": ["Type the hours of at least one day."]}
    assert list(shifts(day0="x").errors) == ["day0"]


def test_days_are_read_as_staff_type_them() -> None:
    day = SpecialDayForm({"first": "mon", "hours": "9-17", "key": uuid4()}, today=TODAY)
    assert day.is_valid(), day.errors
    assert day.cleaned_data["first"] == TODAY
    back = ReturnForm({"back": "+1w"}, today=TODAY)
    assert back.is_valid(), back.errors
    assert back.cleaned_data["back"] == NEXT
