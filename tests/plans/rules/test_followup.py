"""Reviews, milestones, how a series ends, and when to call back."""

from datetime import date

import pytest

from plans.rules.followup import Recall, milestones_on, recall, recalls_stop, reviews_due, series_end
from plans.rules.terms import BookingState
from tests.plans.rules.shipped import PROTOCOL

DONE = date(2026, 6, 10)


@pytest.mark.parametrize(
    ("session", "is_last", "due"),
    [
        (1, False, []),
        (3, False, [("REV-3", date(2026, 6, 10))]),
        (3, True, [
            ("REV-3", date(2026, 6, 10)), ("REV-LAST", date(2026, 7, 10)), ("REV-LAST", date(2026, 9, 8))
        ]),
        (5, True, [("REV-LAST", date(2026, 7, 10)), ("REV-LAST", date(2026, 9, 8))]),
    ],
)  # fmt: skip
def test_reviews_follow_the_third_and_the_last_session(
    session: int, is_last: bool, due: list[tuple[str, date]]
) -> None:
    found = reviews_due(PROTOCOL, session, DONE, is_last=is_last)
    assert [(one.review.id, one.due_on) for one in found] == due


@pytest.mark.parametrize(
    ("first", "done", "last", "ids"),
    [
        (0, 1, None, []),
        (2, 1, None, ["MS-PORES"]),
        (7, 1, None, ["MS-TEXTURE"]),
        (28, 1, None, ["MS-TONE"]),
        (80, 3, None, ["MS-SCARS"]),
        (200, 4, 89, ["MS-SCARS"]),
        (200, 4, 90, ["MS-SCARS", "MS-AFTER"]),
    ],
)
def test_milestones_by_day_and_by_sessions(first: int, done: int, last: int | None, ids: list[str]) -> None:
    found = milestones_on(PROTOCOL, days_after_first=first, sessions_done=done, days_after_last=last)
    assert [one.id for one in found] == ids


@pytest.mark.parametrize(
    ("left", "flags", "state", "reason"),
    [
        (2, (), None, None),
        (2, ("SQ-BF.R1",), BookingState.LATE, None),
        (0, (), None, "completed"),
        (2, ("SQ-PREG.R1",), None, "paused_pregnancy"),
        (2, (), BookingState.LAPSED, "lapsed"),
        (0, ("SQ-PREG.R1",), BookingState.LAPSED, "completed"),
    ],
)
def test_the_system_ends_a_series_only_for_its_own_reasons(
    left: int, flags: tuple[str, ...], state: BookingState | None, reason: str | None
) -> None:
    found = series_end(PROTOCOL, sessions_left=left, open_flags=flags, booking_state=state)
    assert (None if found is None else found.id) == reason


def test_a_recall_is_written_three_weeks_and_one_week_before_the_top_up() -> None:
    over_forty, _ = PROTOCOL.course.maintenance.rules
    assert recall(PROTOCOL, over_forty, DONE) == Recall(
        first_day=date(2026, 9, 8),
        target_day=date(2026, 9, 23),
        last_day=date(2026, 10, 8),
        write_on=(date(2026, 9, 2), date(2026, 9, 16)),
    )


@pytest.mark.parametrize(
    ("opted_out", "block_open", "unanswered", "stop"),
    [(False, False, 1, False), (True, False, 0, True), (False, True, 0, True), (False, False, 2, True)],
)
def test_recalls_stop(opted_out: bool, block_open: bool, unanswered: int, stop: bool) -> None:
    found = recalls_stop(PROTOCOL, opted_out=opted_out, block_open=block_open, recalls_unanswered=unanswered)
    assert found is stop
