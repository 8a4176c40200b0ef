"""Hours that become other ones, beside those that they replace."""

from datetime import date

from clinic.rules.hours import Shift
from clinic.rules.timegrid import Span
from plans.models import Absence
from plans.queries.hours import Hours, hours_between
from plans.rules.away import NewHours, read_patterns


def new_hours(absence: Absence, present: Hours | None = None) -> NewHours:
    """Return other hours beside those that they replace; one query unless the hours at present are given.

    A draft is compared with the hours at present. What is in effect already replaced others, and somebody may
    have changed the hours again since, so those at present count there too.
    """
    present = present or hours_between(absence.clinic, absence.first, absence.last)
    now = at_present(absence, present)
    old, new = (
        (now, _wanted(absence, now)) if absence.is_draft else (read_patterns(absence.replaced or []), now)
    )
    member = absence.membership
    return NewHours(
        resource=member.user.resource_id if member else None,
        first=absence.first,
        last=absence.last,
        old=old,
        new=new,
        setup=0 if member else absence.clinic.setup_minutes,
        special=_special_days(present) if absence.kind == Absence.Kind.OPENING else frozenset(),
    )


def at_present(absence: Absence, present: Hours) -> tuple[Shift, ...]:
    """Return the hours that stand now of what an absence changes."""
    if absence.membership_id is not None:
        return present.shifts.get(absence.membership_id, ())
    week = dict(present.opening.week)
    if absence.kind == Absence.Kind.SPECIAL:
        own = [one.spans for one in present.opening.special if one.day == absence.first]
        week[absence.first.weekday()] = own[-1] if own else week.get(absence.first.weekday(), ())
    return (Shift(week),)


def regular_spans(absence: Absence, present: Hours) -> tuple[Span, ...]:
    """Return the weekly hours of the day that is to have other ones."""
    return Shift(present.opening.week).on(absence.first)


def _wanted(absence: Absence, now: tuple[Shift, ...]) -> tuple[Shift, ...]:
    """Return the hours as they will be; a new shift stands between earlier and later ones."""
    wanted = read_patterns(absence.wanted or [])
    if absence.membership_id is None:
        return wanted
    return (*(one for one in now if one.since != absence.first), *wanted)


def _special_days(present: Hours) -> frozenset[date]:
    return frozenset(one.day for one in present.opening.special)
