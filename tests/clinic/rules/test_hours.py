from datetime import date
from zoneinfo import ZoneInfo

from clinic.rules.hours import (
    Absence,
    Opening,
    Shift,
    SpecialOpening,
    absent_spans,
    patient_hours,
    shift_spans,
    shifts_of,
    staff_hours,
    widened,
    working_spans,
)

LONDON = ZoneInfo("Europe/London")
MONDAY, SUNDAY = date(2026, 2, 2), date(2026, 3, 29)
DAY = ((540, 1020),)


def opening(**other: object) -> Opening:
    return Opening(LONDON, {0: DAY, 6: ((0, 1020),)}, {0: ((510, 1050),)}, **other)  # type: ignore[arg-type]


def test_a_weekday_has_its_hours_and_staff_have_theirs_around_them() -> None:
    assert patient_hours(opening(), MONDAY) == DAY
    assert staff_hours(opening(), MONDAY) == ((510, 1050),)
    assert patient_hours(opening(), date(2026, 2, 3)) == ()


def test_special_hours_replace_the_weekly_ones_and_a_closure_cuts_them() -> None:
    special = (SpecialOpening(MONDAY, ((600, 720),)),)
    assert patient_hours(opening(special=special), MONDAY) == ((600, 720),)
    closed = (Absence(MONDAY, MONDAY, ((660, 700),)),)
    assert patient_hours(opening(special=special, closures=closed), MONDAY) == ((600, 660), (700, 720))


def test_the_hour_that_the_clock_skips_is_never_open() -> None:
    assert patient_hours(opening(), SUNDAY) == ((0, 60), (120, 1020))


def test_the_last_shift_that_has_begun_counts() -> None:
    old, new = Shift({0: DAY}, date(2026, 1, 1)), Shift({0: ((720, 1020),)}, date(2026, 2, 2))
    assert shift_spans([new, old], date(2026, 1, 26)) == DAY
    assert shift_spans([new, old], MONDAY) == ((720, 1020),)
    assert shift_spans([new], date(2026, 1, 26)) == ()


def test_an_absence_takes_its_days_whole_or_by_the_hour_the_last_included() -> None:
    whole = Absence(MONDAY, date(2026, 2, 3))
    part = Absence(MONDAY, MONDAY, ((600, 660),))
    assert absent_spans([whole], date(2026, 2, 3)) == ((0, 1440),)
    assert absent_spans([whole], date(2026, 2, 4)) == ()
    assert absent_spans([part], MONDAY) == ((600, 660),)


def test_somebody_works_in_their_shift_inside_staff_hours_less_their_leave() -> None:
    shifts, leave = [Shift({0: ((480, 1080),)})], [Absence(MONDAY, MONDAY, ((600, 660),))]
    assert working_spans(opening(), shifts, leave, MONDAY) == ((510, 600), (660, 1050))


def test_two_weeks_take_turns_from_the_week_in_which_the_pattern_begins() -> None:
    """It begins on a Wednesday: that whole week, from Monday on, is the first one."""
    early, late = ((480, 720),), ((720, 1020),)
    shift = Shift({0: early, 2: early}, date(2026, 2, 4), ({0: late},))
    days = [date(2026, 2, 4), date(2026, 2, 9), date(2026, 2, 11), date(2026, 2, 16), date(2026, 2, 18)]
    assert [shift_spans([shift], day) for day in days] == [early, late, (), early, early]
    assert shift_spans([shift], MONDAY) == ()


def test_patterns_are_put_together_from_rows() -> None:
    first, second = date(2026, 1, 5), date(2026, 2, 2)
    rows = [
        (second, 1, 1, (540, 720)),
        (first, 0, None, (540, 720)),
        (first, 0, None, (780, 1020)),
        (second, 4, None, (540, 600)),
        (second, 1, 0, (600, 720)),
    ]
    assert shifts_of(rows) == (
        Shift({0: ((540, 720), (780, 1020))}, first),
        Shift({4: ((540, 600),), 1: ((600, 720),)}, second, ({1: ((540, 720),), 4: ((540, 600),)},)),
    )
    assert shifts_of([(first, 0, 1, (540, 720))]) == (Shift({}, first, ({0: ((540, 720),)},)),)


def test_staff_have_more_time_on_both_sides_inside_the_day() -> None:
    assert widened([(10, 700), (800, 1430)], 30) == ((0, 730), (770, 1440))
