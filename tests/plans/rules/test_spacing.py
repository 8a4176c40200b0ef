"""Windows, booking states and badges."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.rules.terms import Language
from plans.rules.spacing import (
    FIRST_SESSION,
    GAP_NOT_KNOWN,
    BookedBy,
    GapBadge,
    Tone,
    Window,
    booked_by,
    booking_state,
    booking_states,
    gap_badge,
    longer_window,
    window,
)
from plans.rules.terms import BookingState
from tests.plans.rules.shipped import PROTOCOL

INTERVALS = st.integers(21, 84)
DAYS = st.integers(0, 400)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [(28, (28, 35, 42)), (35, (35, 38, 42)), (42, (42, 45, 49)), (21, (21, 31, 42)), (84, (84, 87, 91))],
)
def test_the_window_of_an_interval(interval: int, expected: tuple[int, int, int]) -> None:
    assert window(PROTOCOL, interval) == Window(*expected)


def test_a_window_counts_calendar_days_from_what_really_happened() -> None:
    assert window(PROTOCOL, 28).after(date(2026, 10, 1)) == (
        date(2026, 10, 29),
        date(2026, 11, 5),
        date(2026, 11, 12),
    )


def test_the_states_of_an_interval_follow_one_another() -> None:
    spans = [(span.state, span.first_day, span.last_day) for span in booking_states(PROTOCOL, 42)]
    assert spans == [
        (BookingState.TOO_EARLY, 0, 41),
        (BookingState.ON_PLAN, 42, 49),
        (BookingState.LATE, 50, 63),
        (BookingState.LATE_REVIEW, 64, 97),
        (BookingState.LAPSED, 98, None),
    ]


def test_a_state_carries_what_staff_and_patient_read() -> None:
    span = booking_state(PROTOCOL, 28, 60)
    assert (span.label[Language.EN], span.front_desk_may_book) == ("We need to look first", False)
    assert span.staff_note is not None


@pytest.mark.parametrize(
    ("days", "who"),
    [
        (20, BookedBy.NOBODY),
        (21, BookedBy.PRACTITIONER_WITH_REASON),
        (27, BookedBy.PRACTITIONER_WITH_REASON),
        (28, BookedBy.FRONT_DESK),
        (42, BookedBy.FRONT_DESK),
        (43, BookedBy.FRONT_DESK_WITH_REASON),
        (56, BookedBy.FRONT_DESK_WITH_REASON),
        (57, BookedBy.PRACTITIONER_WITH_REASON),
        (90, BookedBy.PRACTITIONER_WITH_REASON),
        (91, BookedBy.NEW_CONSULTATION),
    ],
)
def test_who_may_book_on_each_edge(days: int, who: BookedBy) -> None:
    assert booked_by(PROTOCOL, 28, days) is who


@pytest.mark.parametrize(
    ("days", "badge"),
    [
        (26, GapBadge(26, BookingState.TOO_EARLY, 2, Tone.BAD)),
        (35, GapBadge(35, BookingState.ON_PLAN, 0, Tone.OK)),
        (49, GapBadge(49, BookingState.LATE, 7, Tone.WARN)),
        (63, GapBadge(63, BookingState.LATE_REVIEW, 21, Tone.WARN)),
        (91, GapBadge(91, BookingState.LAPSED, 49, Tone.BAD)),
    ],
)
def test_the_badge_of_a_gap(days: int, badge: GapBadge) -> None:
    assert gap_badge(PROTOCOL, 28, days) == badge


def test_the_first_session_and_an_unknown_gap_have_badges_of_their_own() -> None:
    assert (FIRST_SESSION.tone, GAP_NOT_KNOWN.tone) == (Tone.INFO, Tone.GREY)


@given(interval=INTERVALS)
def test_windows_grow_with_the_interval(interval: int) -> None:
    one, next_one = window(PROTOCOL, interval), window(PROTOCOL, interval + 1)
    assert one.earliest < next_one.earliest
    assert one.target <= next_one.target
    assert one.latest <= next_one.latest
    assert one.earliest <= one.target <= one.latest


@given(interval=INTERVALS, days=DAYS)
def test_every_day_has_exactly_one_state_and_never_an_earlier_one_later(interval: int, days: int) -> None:
    order = list(BookingState)
    spans = booking_states(PROTOCOL, interval)
    covering = [
        span.state
        for span in spans
        if span.first_day <= days and (span.last_day is None or days <= span.last_day)
    ]
    assert covering == [booking_state(PROTOCOL, interval, days).state]
    later = booking_state(PROTOCOL, interval, days + 1).state
    assert order.index(later) >= order.index(covering[0])


@given(interval=INTERVALS, days=DAYS)
def test_a_day_is_on_plan_exactly_inside_the_window(interval: int, days: int) -> None:
    plan = window(PROTOCOL, interval)
    inside = plan.earliest <= days <= plan.latest
    badge = gap_badge(PROTOCOL, interval, days)
    assert (badge.state is BookingState.ON_PLAN) == inside == (badge.days_off == 0)
    assert (booked_by(PROTOCOL, interval, days) is BookedBy.FRONT_DESK) == inside


@given(interval=INTERVALS, days=st.integers(0, 20))
def test_nobody_books_before_day_twenty_one(interval: int, days: int) -> None:
    assert booked_by(PROTOCOL, interval, days) is BookedBy.NOBODY


@pytest.mark.parametrize(
    ("planned", "done", "days"),
    [
        ({}, {"depth_mm": Decimal("1.4")}, None),
        ({}, {"depth_mm": Decimal("1.5")}, 35),
        ({"depth_mm": Decimal("1.5")}, {"depth_mm": Decimal("1.5")}, None),
        ({"depth_mm": Decimal("1.5")}, {"depth_mm": Decimal("1.5"), "aggressive": True}, 42),
        ({}, {"last_downtime_days": 8}, 42),
        ({}, {"last_downtime_days": 7}, None),
        ({}, {"area_groups": ("body",)}, 42),
        ({"area_groups": ("body",)}, {"area_groups": ("body", "face")}, None),
    ],
)
def test_more_than_was_planned_asks_for_a_longer_window(
    planned: dict[str, Any], done: dict[str, Any], days: int | None
) -> None:
    assert longer_window(PROTOCOL, 28, planned, done) == (days and window(PROTOCOL, days))


def test_an_interval_that_is_as_long_already_stands() -> None:
    assert longer_window(PROTOCOL, 42, {}, {"aggressive": True}) is None
    assert longer_window(PROTOCOL, 56, {}, {"aggressive": True}) is None
