"""What comes after a session or a series: reviews, milestones, how a series ends, and when to call back.

Days are clinic-local calendar days; everything stands in protocol.json.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from patients.rules.conditions import Facts, matches
from plans.rules.protocol import Protocol
from plans.rules.protocol.course import EndReason, MaintenanceRule, Milestone, SeriesReview
from plans.rules.terms import BookingState


@dataclass(frozen=True, slots=True)
class ReviewDue:
    """A review and the day on which it is due."""

    review: SeriesReview
    due_on: date


@dataclass(frozen=True, slots=True)
class Recall:
    """When the next top-up is due, from first to last day, and when to write before it."""

    first_day: date
    target_day: date
    last_day: date
    write_on: tuple[date, ...]


def reviews_due(
    protocol: Protocol, session_number: int, done_on: date, *, is_last: bool
) -> tuple[ReviewDue, ...]:
    """The reviews that the session of that number, done on `done_on`, calls for."""
    return tuple(
        ReviewDue(review, done_on + timedelta(days=days))
        for review in protocol.course.series_reviews
        if review.after_session == session_number or (review.after_last and is_last)
        for days in review.days_after
    )


def milestones_on(
    protocol: Protocol, *, days_after_first: int, sessions_done: int, days_after_last: int | None = None
) -> tuple[Milestone, ...]:
    """What the patient may notice by now; `days_after_last` is None while the series goes on."""
    return tuple(
        one
        for one in protocol.course.milestones
        if _within(days_after_first, one.days_after_first_from, one.days_after_first_to)
        or _within(days_after_last, one.days_after_last_from, one.days_after_last_to)
        or (one.sessions_done is not None and sessions_done >= one.sessions_done)
    )


def _within(days: int | None, first: int | None, last: int | None) -> bool:
    return days is not None and first is not None and last is not None and first <= days <= last


def series_end(
    protocol: Protocol,
    *,
    sessions_left: int,
    open_flags: Collection[str] = (),
    booking_state: BookingState | None = None,
) -> EndReason | None:
    """The first reason for which the system itself ends or pauses a series; None while it goes on.

    `open_flags` are ids. What a person decides (`set_by`) is never found here.
    """
    facts: Facts = {"sessions_left": sessions_left, "open_flags": open_flags, "booking_state": booking_state}
    for reason in protocol.course.series_end_reasons:
        if reason.when is not None and matches(reason.when, facts):
            return reason
    return None


def recall(protocol: Protocol, rule: MaintenanceRule, last_session: date) -> Recall:
    """The next top-up, counted from the last session of the series or the last top-up."""
    target = last_session + timedelta(days=rule.target_days)
    return Recall(
        first_day=last_session + timedelta(days=rule.min_days),
        target_day=target,
        last_day=last_session + timedelta(days=rule.max_days),
        write_on=tuple(
            target - timedelta(days=days)
            for days in protocol.course.maintenance.recall_messages_days_before_target
        ),
    )


def recalls_stop(protocol: Protocol, *, opted_out: bool, block_open: bool, recalls_unanswered: int) -> bool:
    """Whether no recall may be sent any more."""
    facts = {"opted_out": opted_out, "block_open": block_open, "recalls_unanswered": recalls_unanswered}
    return any(matches(stop.when, facts) for stop in protocol.course.maintenance.stop_recalls)
