"""Each figure of a report, by cases: what is counted, what is not, and what comes of nothing."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from plans.rules.report import (
    Days,
    Done,
    Ended,
    Gap,
    Held,
    Kept,
    Left,
    Share,
    Side,
    completed,
    drop_off,
    gaps,
    inside,
    last_weeks,
    median_days,
    no_shows,
    use,
)

SPAN = Days(date(2026, 1, 5), date(2026, 3, 29))
NINE, NOON, FIVE = 9 * 60, 12 * 60, 17 * 60


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 3, 30), date(2026, 1, 5), date(2026, 3, 29)),  # Monday: the week before is whole
        (date(2026, 4, 5), date(2026, 1, 5), date(2026, 3, 29)),  # Sunday: its week is not over
        (date(2026, 4, 6), date(2026, 1, 12), date(2026, 4, 5)),
    ],
)
def test_the_usual_span_is_twelve_whole_weeks(today: date, first: date, last: date) -> None:
    assert last_weeks(today) == Days(first, last)
    assert len(list(last_weeks(today))) == 84


def test_a_span_has_both_its_ends() -> None:
    span = Days(date(2026, 2, 27), date(2026, 3, 1))
    assert list(span) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert date(2026, 2, 27) in span
    assert date(2026, 3, 1) in span
    assert date(2026, 3, 2) not in span


def series(name: str, *days: date, by: int = 1, earliest: int = 28, latest: int = 42) -> list[Done]:
    return [Done(name, number, day, by, earliest, latest) for number, day in enumerate(days, 1)]


JAN_1, FEB_1 = date(2026, 1, 1), date(2026, 2, 1)


@pytest.mark.parametrize(
    ("days", "side"),
    [
        (27, Side.BEFORE),
        (28, Side.INSIDE),
        (42, Side.INSIDE),
        (43, Side.AFTER),
    ],
)
def test_both_ends_of_the_window_are_inside(days: int, side: Side) -> None:
    sessions = series("a", JAN_1, JAN_1 + timedelta(days=days))
    assert gaps(sessions, SPAN) == (Gap(days, 1, side),)


@pytest.mark.parametrize(
    ("sessions", "found"),
    [
        ([], []),
        (series("a", FEB_1), []),  # a first session has nothing before it
        (series("a", date(2025, 11, 1), date(2025, 12, 1)), []),  # before the span
        (series("a", date(2025, 12, 8), date(2026, 1, 5)), [28]),  # the one before lies before the span
        (series("a", FEB_1, date(2026, 3, 4), date(2026, 4, 4)), [31]),  # the last lies after the span
        ([*series("a", FEB_1), *series("b", date(2026, 3, 1))], []),  # never across two series
        (list(reversed(series("a", FEB_1, date(2026, 3, 4)))), [31]),  # in whatever order
    ],
)
def test_which_gaps_count(sessions: Sequence[Done], found: list[int]) -> None:
    assert [gap.days for gap in gaps(sessions, SPAN)] == found


def test_a_gap_counts_for_whoever_gave_the_later_session_and_by_the_window_it_had() -> None:
    first, second = series("a", JAN_1, JAN_1 + timedelta(days=45))
    later = Done(second.series, 2, second.day, by=7, earliest=42, latest=49)
    assert gaps([first, later], SPAN) == (Gap(45, 7, Side.INSIDE),)


@pytest.mark.parametrize(
    ("days", "middle"), [([], None), ([35], 35.0), ([28, 42], 35.0), ([28, 29, 70], 29.0), ([28, 29], 28.5)]
)
def test_the_median_of_gaps(days: list[int], middle: float | None) -> None:
    assert median_days(Gap(n, 1, Side.INSIDE) for n in days) == middle


def test_the_share_inside_the_window() -> None:
    found = [
        Gap(28, 1, Side.INSIDE),
        Gap(20, 1, Side.BEFORE),
        Gap(50, 1, Side.AFTER),
        Gap(30, 2, Side.INSIDE),
    ]
    assert inside(found) == Share(2, 4)
    assert inside([]) == Share(0, 0)


@pytest.mark.parametrize(("share", "percent"), [(Share(1, 4), 25.0), (Share(0, 3), 0.0), (Share(0, 0), None)])
def test_of_nothing_there_is_no_share(share: Share, percent: float | None) -> None:
    assert share.percent == percent


ENDED = [
    Ended(FEB_1, 1, is_completed=True, reason="", done=4),
    Ended(FEB_1, 1, is_completed=False, reason="patient_choice", done=2),
    Ended(FEB_1, 2, is_completed=False, reason="patient_choice", done=2),
    Ended(FEB_1, 2, is_completed=False, reason="lapsed", done=1),
    Ended(FEB_1, 2, is_completed=False, reason="", done=0),
]


def test_series_completed_of_those_that_ended() -> None:
    assert completed(ENDED) == Share(1, 5)
    assert completed([]) == Share(0, 0)


def test_drop_off_by_sessions_done_and_reason() -> None:
    assert drop_off(ENDED) == (Left(0, "", 1), Left(1, "lapsed", 1), Left(2, "patient_choice", 2))
    assert drop_off(ENDED[:1]) == ()


def test_no_shows_of_visits_whose_time_came() -> None:
    assert no_shows([Kept(1, 18, 2), Kept(2, 9, 1)]) == Share(3, 30)
    assert no_shows([]) == Share(0, 0)


DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)


@pytest.mark.parametrize(
    ("there", "held", "share"),
    [
        ([(DAY, [(NINE, FIVE)])], Held(patients=240), Share(240, 480)),
        ([(DAY, [(NINE, NOON)]), (NEXT, [(NINE, FIVE)])], Held(patients=66), Share(66, 660)),
        ([(DAY, [(NINE, FIVE)])], Held(120, {DAY: [(NOON, NOON + 60)]}), Share(120, 420)),
        (
            [(DAY, [(NINE, FIVE)])],
            Held(120, {DAY: [(FIVE - 30, FIVE + 30)]}),
            Share(120, 450),
        ),  # only what lies inside
        ([(DAY, [(NINE, FIVE)])], Held(120, {NEXT: [(NINE, NOON)]}), Share(120, 480)),
        ([(DAY, [])], Held(patients=60), Share(60, 0)),
        ([(DAY, [(NINE, NOON)])], Held(patients=200), Share(200, 180)),  # ran over its hours
        ([], Held(), Share(0, 0)),
    ],
)
def test_use_is_time_for_patients_of_the_time_there_was(
    there: list[tuple[date, list[tuple[int, int]]]], held: Held, share: Share
) -> None:
    assert use(there, held) == share
