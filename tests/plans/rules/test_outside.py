import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clinic.rules.hours import (
    Absence,
    Opening,
    Shift,
    SpecialOpening,
    patient_hours,
    staff_hours,
    working_spans,
)
from plans.rules.outside import opened_for
from plans.rules.scheduling.check import check_visit
from plans.rules.scheduling.model import Calendar, Place, Practitioner, Slot, Treatment

TUESDAY = datetime.date(2026, 2, 3)
DAY = datetime.timedelta(days=1)
LONDON = ZoneInfo("Europe/London")
WEEK = dict.fromkeys(range(5), ((540, 1020),))
NEEDS = Treatment(60, "treatment", practitioner_buffer=(10, 7), room_buffer=(5, 15))


def a_calendar(shift: Shift | None = None, **given: Any) -> Calendar:
    parts: dict[str, Any] = {
        "opening": Opening(LONDON, WEEK),
        "practitioners": (Practitioner("ana", (shift or Shift(WEEK),)), Practitioner("ben", (Shift(WEEK),))),
        "rooms": (Place("room", "treatment"),),
        **given,
    }
    return Calendar(**parts)


def at(start: int, day: datetime.date = TUESDAY) -> Slot:
    return Slot(day, "ana", start, "room")


def codes(calendar: Calendar, slot: Slot) -> list[str]:
    return [one.code for one in check_visit(calendar, NEEDS, slot)]


@pytest.mark.parametrize("slot", [at(1110), at(480), at(600, TUESDAY + 4 * DAY), at(1005)])
def test_a_visit_outside_the_hours_fits_once_they_are_longer_for_it(slot: Slot) -> None:
    usual = a_calendar()
    assert "closed" in codes(usual, slot)
    assert codes(opened_for(usual, NEEDS, [slot]), slot) == []


def test_only_that_day_and_that_person_have_longer_hours() -> None:
    opened = opened_for(a_calendar(), NEEDS, [at(1110)])
    ana, ben = opened.practitioners
    assert patient_hours(opened.opening, TUESDAY) == ((540, 1020), (1110, 1170))
    assert staff_hours(opened.opening, TUESDAY) == ((540, 1020), (1100, 1185))
    assert working_spans(opened.opening, ana.shifts, (), TUESDAY) == ((540, 1020), (1100, 1185))
    assert working_spans(opened.opening, ben.shifts, (), TUESDAY) == ((540, 1020),)
    for day in (TUESDAY - DAY, TUESDAY + DAY, TUESDAY + 7 * DAY):
        assert patient_hours(opened.opening, day) == ((540, 1020),)
        assert working_spans(opened.opening, ana.shifts, (), day) == ((540, 1020),)


def test_two_visits_on_one_day_both_fit() -> None:
    early, late = at(450), at(1110)
    opened = opened_for(a_calendar(), NEEDS, [early, late])
    assert (codes(opened, early), codes(opened, late)) == ([], [])


def test_weeks_that_take_turns_go_on_as_before() -> None:
    shift = Shift({1: ((540, 720),)}, datetime.date(2026, 1, 5), ({1: ((800, 1020),)},))
    opened = opened_for(a_calendar(shift), NEEDS, [at(1110)])
    ana = opened.practitioners[0]
    for weeks in range(1, 5):
        day = TUESDAY + 7 * weeks * DAY
        usual = working_spans(opened.opening, (shift,), (), day)
        assert working_spans(opened.opening, ana.shifts, (), day) == usual


def test_a_shift_that_begins_the_day_after_still_begins() -> None:
    later = Shift({2: ((600, 660),)}, TUESDAY + DAY)
    people = (Practitioner("ana", (Shift(WEEK), later)),)
    opened = opened_for(a_calendar(practitioners=people), NEEDS, [at(1110)])
    ana = opened.practitioners[0]
    assert working_spans(opened.opening, ana.shifts, (), TUESDAY + DAY) == ((600, 660),)


def test_somebody_without_shifts_is_there_for_that_visit_alone() -> None:
    people = (Practitioner("ana", ()),)
    opened = opened_for(a_calendar(practitioners=people), NEEDS, [at(600)])
    assert codes(opened, at(600)) == []
    assert working_spans(opened.opening, opened.practitioners[0].shifts, (), TUESDAY + DAY) == ()


def test_a_special_day_is_made_longer_from_its_own_hours() -> None:
    special = (SpecialOpening(TUESDAY, ((600, 720),), ((570, 750),)),)
    opened = opened_for(a_calendar(opening=Opening(LONDON, WEEK, None, special)), NEEDS, [at(1110)])
    assert patient_hours(opened.opening, TUESDAY) == ((600, 720), (1110, 1170))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"opening": Opening(LONDON, WEEK, closures=(Absence(TUESDAY, TUESDAY),))}, "closed"),
        ({"practitioners": (Practitioner("ana", (), (Absence(TUESDAY, TUESDAY),)),)}, "practitioner away"),
        ({"rooms": (Place("room", "treatment", (Absence(TUESDAY, TUESDAY),)),)}, "room out"),
        ({"bookings": [("ana", TUESDAY, 222, 240)]}, "practitioner busy"),
    ],
)
def test_closures_leave_outages_and_bookings_stand(given: dict[str, Any], code: str) -> None:
    assert code in codes(opened_for(a_calendar(**given), NEEDS, [at(1110)]), at(1110))


def test_a_visit_that_would_cross_midnight_still_does_not_fit() -> None:
    assert "closed" in codes(opened_for(a_calendar(), NEEDS, [at(1410)]), at(1410))
