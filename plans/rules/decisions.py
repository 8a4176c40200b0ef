"""What an absence takes out of a calendar, what a plan does to each session, and why there is no place, as data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from clinic.rules.hours import Absence
from clinic.rules.timegrid import DAY_MINUTES
from plans.rules.plan import Session
from plans.rules.scheduling.diff import SeriesDiff
from plans.rules.scheduling.model import Calendar, Option, Proposal, Refusal, Relaxation, Slot

OUTCOMES = ("kept", "room", "practitioner", "time", "day", "none", "fixed")
"""What may happen to a session or to a whole series, the least disturbing first."""
FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Away:
    """Who or what is not there: a practitioner's, room's or device's resource, None for the whole clinic."""

    resource: int | None
    absence: Absence

    def takes(self, resource: int, day: date, minute_from: int, minute_until: int) -> bool:
        """Say whether it takes any of these minutes away from a resource."""
        if self.resource is not None and self.resource != resource:
            return False
        return any(start < minute_until and minute_from < end for start, end in self.absence.on(day))


def absence(first: date, last: date, start: int | None, end: int | None) -> Absence:
    """Return a span of days, last included, as the rules of hours know it; without minutes, whole days."""
    whole = start is None or end is None or (start, end) == (0, DAY_MINUTES)
    return Absence(first, last, () if whole else ((start or 0, end or 0),))


def without(calendar: Calendar, away: Away) -> Calendar:
    """Return the calendar as it is with somebody or something away."""
    if away.resource is None:
        opening = replace(calendar.opening, closures=(*calendar.opening.closures, away.absence))
        return replace(calendar, opening=opening)
    return replace(
        calendar,
        practitioners=tuple(
            replace(one, leave=(*one.leave, away.absence)) if one.id == away.resource else one
            for one in calendar.practitioners
        ),
        rooms=tuple(
            replace(one, out=(*one.out, away.absence)) if one.id == away.resource else one
            for one in calendar.rooms
        ),
        devices=tuple(
            replace(one, out=(*one.out, away.absence)) if one.id == away.resource else one
            for one in calendar.devices
        ),
    )


def kind_of(before: Slot, after: Slot | None) -> str:
    """Return what happens to one session: one of OUTCOMES. Another device in the same room counts as `room`."""
    if after is None:
        return "none"
    if after.day != before.day:
        return "day"
    if after.start != before.start:
        return "time"
    if after.practitioner != before.practitioner:
        return "practitioner"
    return "kept" if (after.room, after.device) == (before.room, before.device) else "room"


def most(kinds: Iterable[str]) -> str:
    """Return the most disturbing of them."""
    return max(kinds, key=OUTCOMES.index, default="kept")


def changed(before: Sequence[Session], after: Sequence[Session]) -> tuple[Session, ...]:
    """Return the sessions of a plan that are not where they were."""
    old = {session.number: session.slot for session in before}
    return tuple(session for session in after if old.get(session.number) != session.slot)


def why_data(diff: SeriesDiff, numbers: Sequence[int]) -> dict[str, Any] | None:
    """Return why there is no place as JSON, sessions numbered as in their series; None where there is a place.

    `numbers` are those of the open sessions. A place farther away than sessions may move is kept as `far`.
    """
    if isinstance(diff.why, Proposal):
        return {"far": [[slot.day.isoformat(), slot.start] for slot in diff.why.options[0].slots]}
    if diff.why is None:
        return None
    why = diff.why
    blocked = numbers[why.blocked_session - 1] if why.blocked_session else None
    finish = why.earliest_possible_finish
    return {
        "reason": why.reason,
        "finish": finish.isoformat() if finish else None,
        "late": why.days_too_late,
        "blocked": blocked,
        "window": [day.isoformat() for day in why.window] if why.window else None,
        "blockers": dict(why.blockers),
        "ways": [
            [way.relax, way.days, [[slot.day.isoformat(), slot.start] for slot in way.option.slots]]
            for way in why.relaxations
        ],
    }


def read_why(data: dict[str, Any]) -> Refusal:
    """Return the refusal that `why_data` wrote; the slots of its ways out carry a day and a minute alone."""
    window = data["window"]
    return Refusal(
        reason=data["reason"],
        earliest_possible_finish=date.fromisoformat(data["finish"]) if data["finish"] else None,
        days_too_late=data["late"],
        blocked_session=data["blocked"],
        window=(date.fromisoformat(window[0]), date.fromisoformat(window[1])) if window else None,
        blockers=data["blockers"],
        relaxations=tuple(
            Relaxation(relax, days, Option(_slots(slots), 0, ())) for relax, days, slots in data["ways"]
        ),
    )


def far_days(data: dict[str, Any]) -> tuple[date, ...]:
    """Return the days of a place that is farther away than sessions may move; empty where there is none."""
    return tuple(slot.day for slot in _slots(data.get("far", ())))


def _slots(data: Iterable[tuple[str, int]]) -> tuple[Slot, ...]:
    return tuple(Slot(date.fromisoformat(day), None, start) for day, start in data)
