"""Waiting for an earlier time: what suits somebody, and between which days a time would help them."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic.rules.intervals import intersect, merge
from clinic.rules.timegrid import DAY_MINUTES, Span
from plans.rules.wishes import TIMES

MOST_NOTICE_HOURS = 14 * 24
LONGEST_WAIT = timedelta(days=366)
ANSWER_WITHIN = timedelta(hours=24)
Days = tuple[date, date]
"""First and last day, both included."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What suits somebody who waits. Empty sets, and no practitioner, mean that anything does.

    `times` are keys of TIMES; a visit has to lie inside them from its start to its end.
    """

    first: date
    last: date
    weekdays: frozenset[int] = frozenset()
    times: frozenset[str] = frozenset()
    practitioner: Hashable | None = None
    notice_hours: int = 24

    def wants(self, day: date, practitioner: Hashable) -> bool:
        """Say whether a day with somebody suits, whatever the hour."""
        suits = self.first <= day <= self.last and (not self.weekdays or day.weekday() in self.weekdays)
        return suits and self.practitioner in (None, practitioner)

    def hours(self, free: Span) -> tuple[Span, ...]:
        """Return the part of a free stretch of a day that suits."""
        spans = merge([TIMES[name] for name in self.times]) if self.times else ((0, DAY_MINUTES),)
        return intersect([free], spans)

    def notice(self, at: datetime) -> datetime:
        """Return from when on a time that is offered now is far enough ahead."""
        return at + timedelta(hours=self.notice_hours)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The day of the session before or after, and how many days have to lie between: least and most."""

    day: date
    least: int
    most: int


def window(
    wish: Wish,
    before: Neighbour | None,
    after: Neighbour | None,
    *,
    not_before: Iterable[date],
    not_after: Iterable[date] = (),
) -> Days | None:
    """Return the days on which a session may be: both gaps as the neighbours stand, and every other bound.

    None where no day is left, so that nothing is offered.
    """
    first, last = max([wish.first, *not_before]), min([wish.last, *not_after])
    if before is not None:
        first = max(first, before.day + timedelta(days=before.least))
        last = min(last, before.day + timedelta(days=before.most))
    if after is not None:
        first = max(first, after.day - timedelta(days=after.most))
        last = min(last, after.day - timedelta(days=after.least))
    return (first, last) if first <= last else None


def answer_by(at: datetime, starts_at: datetime) -> datetime:
    """Return until when an offer may be answered: half of the time that is left, and never more than a day."""
    return at + min(ANSWER_WITHIN, (starts_at - at) / 2)
