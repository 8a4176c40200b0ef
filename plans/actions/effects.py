"""Letting an absence take effect: the leave, closure, outage or other hours are written."""

from datetime import datetime

from clinic.actions import people, site
from clinic.rules.hours import Shift
from clinic.rules.roles import Actor
from plans.models import Absence
from plans.queries.hours import Hours, hours_between
from plans.queries.replaced import at_present, regular_spans
from plans.rules.away import pattern_data, read_patterns


def take_effect(actor: Actor, absence: Absence, *, at: datetime) -> None:
    """Write what an absence takes away; each writes its own line of the log. Part of the caller's transaction."""
    if absence.is_of_hours:
        _replace_hours(actor, absence, at)
    else:
        _take_out(actor, absence, at)
    absence.state, absence.effective_at = Absence.State.EFFECTIVE, at
    absence.save(update_fields=["state", "effective_at", "replaced"])


def _take_out(actor: Actor, absence: Absence, at: datetime) -> None:
    span = None
    if absence.start_minute is not None and absence.end_minute is not None:
        span = (absence.start_minute, absence.end_minute)
    first, last, reason = absence.first, absence.last, absence.reason
    if absence.membership is not None:
        people.give_leave(actor, absence.membership, first, last, at=at, hours=span, reason=reason)
    elif absence.place is not None:
        thing = getattr(absence.place, absence.kind)
        site.put_out_of_use(actor, thing, first, last, at=at, hours=span, reason=reason)
    else:
        site.close(actor, absence.clinic, first, last, at=at, hours=span, reason=reason)


def _replace_hours(actor: Actor, absence: Absence, at: datetime) -> None:
    """Write the hours, and keep those before them, which say what was taken away."""
    present = hours_between(absence.clinic, absence.first, absence.last)
    absence.replaced = pattern_data(at_present(absence, present))
    (wanted,) = read_patterns(absence.wanted or [])
    if absence.membership is not None:
        then = wanted.then[0] if wanted.then else None
        people.set_shifts(actor, absence.membership, absence.first, wanted.week, at=at, then=then)
    elif absence.kind == Absence.Kind.SPECIAL:
        _open_specially(actor, absence, wanted, present, at)
    else:
        site.set_opening_hours(actor, absence.clinic, wanted.week, at=at)


def _open_specially(actor: Actor, absence: Absence, wanted: Shift, present: Hours, at: datetime) -> None:
    """Give one day its hours; with those of every week it has none of its own any more."""
    spans = wanted.on(absence.first)
    own = () if spans == regular_spans(absence, present) else spans
    site.open_specially(actor, absence.clinic, absence.first, own, at=at)
