import datetime
from zoneinfo import ZoneInfo

from clinic.rules.hours import Absence, Opening, Shift, SpecialOpening
from plans.rules.away import Away, NewHours, absence, pattern_data, read_patterns
from plans.rules.scheduling.model import Calendar, Place, Practitioner

DAY = datetime.date(2026, 2, 9)  # a Monday
NEXT = DAY + datetime.timedelta(days=1)
FAR = DAY + datetime.timedelta(days=365)
LONG, SHORT = ((540, 1020),), ((540, 960),)
WEEK = {0: LONG, 1: LONG}


def a_calendar() -> Calendar:
    return Calendar(
        Opening(ZoneInfo("Europe/London"), WEEK),
        (Practitioner(1, (Shift(WEEK),)), Practitioner(2, (Shift(WEEK),))),
        (Place(11, "treatment"),),
        (Place(21, "pen"),),
    )


def test_leave_takes_the_time_of_one_and_a_closure_that_of_all() -> None:
    hours = absence(DAY, NEXT, 600, 660)
    leave, closure = Away(1, hours), Away(None, absence(DAY, DAY, None, None))
    assert leave.takes(1, DAY, 655, 700)
    assert not leave.takes(1, DAY, 660, 700)
    assert not leave.takes(2, DAY, 600, 660)
    assert not leave.takes(1, NEXT + datetime.timedelta(days=1), 600, 660)
    assert closure.takes(2, DAY, 0, 5)


def test_a_calendar_without_somebody_or_something() -> None:
    gone = absence(DAY, DAY, None, None)
    plain = a_calendar()
    assert Away(None, gone).out_of(plain).opening.closures == (gone,)
    without_one = Away(1, gone).out_of(plain)
    assert [one.leave for one in without_one.practitioners] == [(gone,), ()]
    assert Away(11, gone).out_of(plain).rooms[0].out == (gone,)
    assert Away(21, gone).out_of(plain).devices[0].out == (gone,)
    assert plain == a_calendar()


def test_the_whole_day_is_the_same_as_no_hours() -> None:
    assert absence(DAY, NEXT, 0, 1440) == Absence(DAY, NEXT)


def of_clinic(new: dict[int, tuple[tuple[int, int], ...]], **other: object) -> NewHours:
    return NewHours(None, DAY, FAR, (Shift(WEEK),), (Shift(new),), **other)  # type: ignore[arg-type]


def test_shorter_opening_hours_take_their_end_from_everybody() -> None:
    shorter = of_clinic({0: SHORT, 1: LONG})
    assert (shorter.taken(DAY), shorter.taken(NEXT)) == (((960, 1020),), ())
    assert shorter.takes(2, DAY, 930, 970)
    assert not shorter.takes(2, DAY, 900, 960)
    assert not shorter.takes(2, NEXT, 930, 970)
    assert not shorter.takes(2, DAY - datetime.timedelta(days=7), 930, 970)


def test_staff_may_stay_after_closing_to_clear_away_and_patients_may_not() -> None:
    shorter = of_clinic({0: SHORT}, setup=30)
    assert not shorter.takes(2, DAY, 930, 990)
    assert shorter.takes(2, DAY, 930, 991)
    assert shorter.takes(2, DAY, 930, 961, is_patient=True)


def test_longer_hours_and_a_break_that_touches_nothing_take_no_time() -> None:
    assert of_clinic({0: ((480, 1080),), 1: LONG}).days(DAY, FAR) == {}
    assert of_clinic({0: ((540, 720), (720, 1020)), 1: LONG}).days(DAY, FAR) == {}


def test_a_day_with_hours_of_its_own_is_not_touched_by_the_weekly_ones() -> None:
    assert of_clinic({}, special=frozenset({DAY})).taken(DAY) == ()


def test_the_days_that_lose_time_are_listed_by_what_they_lose() -> None:
    shorter = of_clinic({0: SHORT}, setup=0)
    found = shorter.days(DAY - datetime.timedelta(days=9), DAY + datetime.timedelta(days=8))
    later = datetime.timedelta(days=7)
    assert found == {
        ((960, 1020), (960, 1020)): [DAY, DAY + later],
        ((540, 1020), (540, 1020)): [NEXT, NEXT + later],
    }


def test_other_shifts_take_time_of_one_from_their_first_day_until_a_later_pattern() -> None:
    later = DAY + datetime.timedelta(days=14)
    old = (Shift(WEEK), Shift(WEEK, later))
    new = (Shift(WEEK), Shift({0: SHORT}, DAY), Shift(WEEK, later))
    fewer = NewHours(1, DAY, FAR, old, new)
    assert fewer.taken(DAY) == ((960, 1020),)
    assert fewer.takes(1, NEXT, 540, 600)
    assert not fewer.takes(2, NEXT, 540, 600)
    assert fewer.taken(later) == ()


def test_weeks_that_take_turns_take_every_other_week() -> None:
    fewer = NewHours(1, DAY, FAR, (Shift(WEEK),), (Shift(WEEK), Shift({0: LONG}, DAY, (WEEK,))))
    weeks = [NEXT + datetime.timedelta(days=7 * number) for number in range(3)]
    assert [fewer.taken(day) for day in weeks] == [LONG, (), LONG]


def test_the_calendar_has_the_new_hours_and_what_they_add() -> None:
    plain = a_calendar()
    opened = of_clinic({5: LONG}, setup=30).out_of(plain).opening
    assert (opened.week, opened.staff) == ({5: LONG}, {5: ((510, 1050),)})
    one_day = NewHours(None, DAY, DAY, (Shift({0: LONG}),), (Shift({0: SHORT}),), setup=15)
    special = SpecialOpening(DAY, SHORT, ((525, 975),))
    assert one_day.out_of(plain).opening.special == (special,)
    shifts = (Shift({0: SHORT}, DAY),)
    people = NewHours(2, DAY, FAR, (), shifts).out_of(plain).practitioners
    assert [one.shifts for one in people] == [(Shift(WEEK),), shifts]
    assert plain == a_calendar()


def test_patterns_survive_being_stored() -> None:
    patterns = (Shift({0: LONG}), Shift({0: SHORT}, DAY, ({4: ((540, 720), (780, 1020))},)))
    read = read_patterns(pattern_data(patterns))
    days = [DAY + datetime.timedelta(days=number) for number in range(21)]
    assert [[one.on(day) for day in days] for one in read] == [
        [one.on(day) for day in days] for one in patterns
    ]
    assert [one.since for one in read] == [None, DAY]
