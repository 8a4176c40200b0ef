"""Time that is taken away, by somebody's absence or by other hours, and the calendar without it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeAlias

from clinic.rules.hours import Absence, Shift, SpecialOpening, current_shift, shift_spans, widened
from clinic.rules.intervals import overlaps, subtract
from clinic.rules.timegrid import DAY_MINUTES, Span
from plans.rules.scheduling.model import Calendar


@dataclass(frozen=True, slots=True)
class Away:
    """Who or what is not there: a practitioner's, room's or device's resource, None for the whole clinic."""

    resource: int | None
    absence: Absence

    @property
    def first(self) -> date:
        """The first day."""
        return self.absence.first

    @property
    def last(self) -> date:
        """The last day, included."""
        return self.absence.last

    def taken(self, day: date) -> tuple[Span, ...]:
        """The minutes of a day in which nobody may be busy with it."""
        return self.absence.on(day)

    def takes(
        self, resource: int, day: date, minute_from: int, minute_until: int, *, is_patient: bool = False
    ) -> bool:
        """Say whether it takes any of these minutes away from a resource."""
        if self.resource is not None and self.resource != resource:
            return False
        return overlaps(self.taken(day), minute_from, minute_until)

    def out_of(self, calendar: Calendar) -> Calendar:
        """Return the calendar as it is with somebody or something away."""
        if self.resource is None:
            opening = replace(calendar.opening, closures=(*calendar.opening.closures, self.absence))
            return replace(calendar, opening=opening)
        gone = self.absence
        people = tuple(
            replace(one, leave=(*one.leave, gone)) if one.id == self.resource else one
            for one in calendar.practitioners
        )
        rooms, devices = (
            tuple(replace(one, out=(*one.out, gone)) if one.id == self.resource else one for one in places)
            for places in (calendar.rooms, calendar.devices)
        )
        return replace(calendar, practitioners=people, rooms=rooms, devices=devices)


@dataclass(frozen=True, slots=True)
class NewHours:
    """Hours that replace others on first..last: those of a practitioner, or (`resource` None) of the clinic.

    Hours of the clinic are its patients'; its staff have `setup` minutes more on both sides. Weekly hours leave
    the days in `special`, which have hours of their own. With first == last they are those of one day.
    """

    resource: int | None
    first: date
    last: date
    old: tuple[Shift, ...]
    new: tuple[Shift, ...]
    setup: int = 0
    special: frozenset[date] = frozenset()

    def taken(self, day: date, *, is_patient: bool = False) -> tuple[Span, ...]:
        """The minutes of a day that were hours before and are none any more."""
        if not self.first <= day <= self.last or day in self.special:
            return ()
        margin = 0 if is_patient else self.setup
        old, new = (widened(shift_spans(hours, day), margin) for hours in (self.old, self.new))
        return subtract(old, new)

    def takes(
        self, resource: int, day: date, minute_from: int, minute_until: int, *, is_patient: bool = False
    ) -> bool:
        """Say whether it takes any of these minutes away from a resource."""
        if self.resource is not None and self.resource != resource:
            return False
        return overlaps(self.taken(day, is_patient=is_patient), minute_from, minute_until)

    def days(self, first: date, last: date) -> dict[tuple[Span, ...], list[date]]:
        """The days between two, both included, that lose time, by the minutes that they lose at the most."""
        found: dict[tuple[Span, ...], list[date]] = defaultdict(list)
        day = max(first, self.first)
        while day <= min(last, self.last):
            lost = (*self.taken(day), *self.taken(day, is_patient=True))
            if lost:
                found[lost].append(day)
            day += timedelta(days=1)
        return dict(found)

    def out_of(self, calendar: Calendar) -> Calendar:
        """Return the calendar with the new hours; time that they add may be used."""
        if self.resource is not None:
            people = tuple(
                replace(one, shifts=self.new) if one.id == self.resource else one
                for one in calendar.practitioners
            )
            return replace(calendar, practitioners=people)
        opening = calendar.opening
        if self.first == self.last:
            spans = shift_spans(self.new, self.first)
            one_day = SpecialOpening(self.first, spans, widened(spans, self.setup))
            return replace(calendar, opening=replace(opening, special=(*opening.special, one_day)))
        pattern = current_shift(self.new, self.first)
        week = pattern.week if pattern else {}
        staff = {weekday: widened(spans, self.setup) for weekday, spans in week.items()}
        return replace(calendar, opening=replace(opening, week=week, staff=staff))


Taken: TypeAlias = Away | NewHours


def absence(first: date, last: date, start: int | None, end: int | None) -> Absence:
    """Return a span of days, last included, as the rules of hours know it; without minutes, whole days."""
    whole = start is None or end is None or (start, end) == (0, DAY_MINUTES)
    return Absence(first, last, () if whole else ((start or 0, end or 0),))


def pattern_data(patterns: tuple[Shift, ...]) -> list[dict[str, Any]]:
    """Return patterns of hours as JSON."""
    return [
        {
            "since": one.since.isoformat() if one.since else None,
            "weeks": [_week_data(week) for week in (one.week, *one.then)],
        }
        for one in patterns
    ]


def _week_data(week: Mapping[int, Any]) -> list[list[list[int]]]:
    return [[list(span) for span in week.get(weekday, ())] for weekday in range(7)]


def read_patterns(data: list[dict[str, Any]]) -> tuple[Shift, ...]:
    """Return the patterns that `pattern_data` wrote."""
    found = []
    for one in data:
        weeks = [
            {weekday: tuple((start, end) for start, end in spans) for weekday, spans in enumerate(week)}
            for week in one["weeks"]
        ]
        since = date.fromisoformat(one["since"]) if one["since"] else None
        found.append(Shift(weeks[0], since, tuple(weeks[1:])))
    return tuple(found)
