"""What a clinic is told of its own work: how each figure of a report follows from what happened.

Days are the clinic's local days, spans include their last day, minutes are minutes. Nothing here knows a name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from statistics import median as middle

from clinic.rules.intervals import subtract
from clinic.rules.timegrid import Span

WEEKS = 12
LONGEST_DAYS = 371  # a year in whole weeks, and a week to compare it with


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)


def last_weeks(today: date, weeks: int = WEEKS) -> Days:
    """The whole weeks, Monday to Sunday, that ended before today."""
    last = today - timedelta(days=today.weekday() + 1)
    return Days(last - timedelta(days=7 * weeks - 1), last)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; of nothing there is no share."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """The part in hundredths of the whole, None where there is no whole."""
        return 100 * self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Done:
    """A session of a series that was done, with the days after the session before that it was meant for.

    `earliest` and `latest` are the window that the session before opened; of a first session they mean nothing.
    """

    series: str
    number: int
    day: date
    by: int
    earliest: int
    latest: int


class Side(StrEnum):
    """Where a gap lies."""

    BEFORE = "before"
    INSIDE = "inside"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Gap:
    """The days between a session and the one done before it; `by` is who gave the later one."""

    days: int
    by: int
    side: Side


def gaps(sessions: Iterable[Done], span: Days) -> tuple[Gap, ...]:
    """The gap before every session done in the span but the first of its series.

    `sessions` are all sessions done of those series up to the end of the span, in whatever order: the session before
    may lie before the span.
    """
    found = []
    ordered = sorted(sessions, key=lambda one: (one.series, one.day, one.number))
    for _series, rows in groupby(ordered, key=lambda one: one.series):
        before: Done | None = None
        for row in rows:
            if before is not None and row.day in span:
                found.append(_gap(before, row))
            before = row
    return tuple(found)


def _gap(before: Done, row: Done) -> Gap:
    days = (row.day - before.day).days
    if days < row.earliest:
        return Gap(days, row.by, Side.BEFORE)
    return Gap(days, row.by, Side.INSIDE if days <= row.latest else Side.AFTER)


def inside(found: Iterable[Gap]) -> Share:
    """Sessions done inside their window ÷ sessions done after the first."""
    sides = [gap.side for gap in found]
    return Share(sides.count(Side.INSIDE), len(sides))


def median_days(found: Iterable[Gap]) -> float | None:
    """The middle of the gaps in days, halfway between the two middle ones of an even number; None of none."""
    days = [gap.days for gap in found]
    return float(middle(days)) if days else None


@dataclass(frozen=True, slots=True)
class Ended:
    """A series that ended: completed, or stopped for a coded reason after so many sessions done."""

    on: date
    by: int
    is_completed: bool
    reason: str
    done: int


def completed(ended: Iterable[Ended]) -> Share:
    """Series completed ÷ series that ended, completed or stopped."""
    rows = [row.is_completed for row in ended]
    return Share(sum(rows), len(rows))


@dataclass(frozen=True, slots=True)
class Left:
    """How many series were stopped after so many sessions, for one reason."""

    done: int
    reason: str
    series: int


def drop_off(ended: Iterable[Ended]) -> tuple[Left, ...]:
    """Series that were stopped, by the sessions done until then and by reason; the earliest first."""
    counts = Counter((row.done, row.reason) for row in ended if not row.is_completed)
    return tuple(Left(done, reason, counts[done, reason]) for done, reason in sorted(counts))


@dataclass(frozen=True, slots=True)
class Kept:
    """Visits of one practitioner whose time has passed: done, and missed without a word."""

    by: int
    done: int
    missed: int


def no_shows(kept: Iterable[Kept]) -> Share:
    """Visits missed ÷ visits done or missed; cancelled ones count nowhere."""
    rows = list(kept)
    missed = sum(row.missed for row in rows)
    return Share(missed, missed + sum(row.done for row in rows))


@dataclass(frozen=True, slots=True)
class Held:
    """What held a room or a practitioner: minutes for patients in all, and the spans of each day that were blocked."""

    patients: int = 0
    blocked: Mapping[date, Sequence[Span]] = field(default_factory=dict)


def use(there: Iterable[tuple[date, Sequence[Span]]], held: Held) -> Share:
    """Minutes held for patients ÷ minutes there were: the hours of each day less blocked time.

    `there` has the hours of each day after leave, outages and closures. Minutes for patients outside of them count
    too, so a span that runs over its hours comes to more than all.
    """
    minutes = sum(
        end - start for day, spans in there for start, end in subtract(spans, held.blocked.get(day, ()))
    )
    return Share(held.patients, minutes)
