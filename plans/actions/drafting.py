"""An absence as it was asked for, checked and written down as a draft."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clinic.actions import site
from clinic.actions.refusal import Refused
from clinic.models import Clinic, Closure, Device, Leave, Membership, Outage, Room
from clinic.rules.hours import Shift
from clinic.rules.roles import Actor
from clinic.rules.timegrid import DAY_MINUTES, Span, local_day
from plans.models import Absence
from plans.queries.disruptions import with_names
from plans.rules.away import pattern_data

Kind = Absence.Kind
PLACES = {Kind.ROOM: Room, Kind.DEVICE: Device}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An absence as it was asked for: the last day included; with hours, only those minutes of each day.

    Where hours replace others, `pattern` has them instead.
    """

    kind: str
    first: date
    last: date
    membership: Membership | None = None
    place: Room | Device | None = None
    hours: Span | None = None
    reason: str = ""
    pattern: Shift | None = None


def drafted(actor: Actor, clinic: Clinic, wanted: Wanted, *, at: datetime, key: UUID | None) -> Absence:
    """Write a draft. Raises Refused for days or hours that cannot be, and for somebody of another clinic."""
    asked = _asked(clinic, wanted)
    _refuse_wrong(clinic, wanted, at)
    absence = Absence.objects.create(pk=key or uuid4(), drafted_at=at, drafted_by_id=actor.user_id, **asked)
    return with_names(Absence.objects.all()).get(pk=absence.pk)


def same_again(made: Absence, clinic: Clinic, wanted: Wanted) -> Absence:
    """Return what the same form made already. Raises Refused where anything else is asked for with its key."""
    asked = _asked(clinic, wanted)
    if made.state == Absence.State.WITHDRAWN or any(getattr(made, name) != asked[name] for name in asked):
        raise Refused(_("This form was used before. Open it afresh."), code="key_used")
    return made


def _asked(clinic: Clinic, wanted: Wanted) -> dict[str, Any]:
    """Return what was asked for, by the fields that keep it."""
    start, end = site.absence(wanted.first, wanted.last, wanted.hours)
    return {
        "clinic_id": clinic.pk,
        "kind": wanted.kind,
        "membership_id": wanted.membership.pk if wanted.membership else None,
        "place_id": wanted.place.resource_id if wanted.place else None,
        "first": wanted.first,
        "last": wanted.last,
        "start_minute": start,
        "end_minute": end,
        "wanted": pattern_data((wanted.pattern,)) if wanted.pattern else None,
        "reason": wanted.reason.strip(),
    }


def _refuse_wrong(clinic: Clinic, wanted: Wanted, at: datetime) -> None:
    kind = Kind(wanted.kind)
    first_to_come = wanted.first if wanted.pattern else wanted.last
    if first_to_come < local_day(at, clinic.zone):
        field = "first" if wanted.pattern else "last"
        raise Refused(
            _("These days have passed. Enter days that are still to come."), code="past", field=field
        )
    if not _fits(kind, clinic, wanted):
        raise Refused(
            _("Choose who or what is not there."),
            code="nobody",
            field=kind.value if kind in PLACES else "who",
        )
    if wanted.pattern is not None:
        _refuse_no_hours(wanted.pattern, may_be_closed=kind == Kind.SPECIAL)
    else:
        _refuse_entered(clinic, wanted)


def _fits(kind: Absence.Kind, clinic: Clinic, wanted: Wanted) -> bool:
    if kind in (Kind.LEAVE, Kind.SHIFTS):
        member = wanted.membership
        return member is not None and member.clinic_id == clinic.pk and member.user.resource_id is not None
    place = PLACES.get(kind)
    return place is None or (isinstance(wanted.place, place) and wanted.place.clinic_id == clinic.pk)


def _refuse_no_hours(pattern: Shift, *, may_be_closed: bool) -> None:
    rows = [row for week in (pattern.week, *pattern.then) for row in site.in_week(week)]
    if not rows and not may_be_closed:
        raise Refused(_("Enter the hours of at least one day."), code="no_hours", field="hours")


def _refuse_entered(clinic: Clinic, wanted: Wanted) -> None:
    """Refuse what takes nothing that is not taken already. A part of it may be: then both hold."""
    theirs: QuerySet[Leave] | QuerySet[Outage] | QuerySet[Closure]
    if wanted.membership is not None:
        theirs = Leave.objects.filter(membership=wanted.membership)
    elif wanted.place is not None:
        theirs = Outage.objects.filter(resource=wanted.place.resource_id)
    else:
        theirs = Closure.objects.filter(clinic=clinic)
    start, end = wanted.hours or (0, DAY_MINUTES)
    all_day = Q(start_minute=None) | Q(start_minute__lte=start, end_minute__gte=end)
    if theirs.filter(all_day, first__lte=wanted.first, last__gte=wanted.last).exists():
        raise Refused(
            _("All of this time is entered already. Look at the list of absences."),
            code="entered",
            field="first",
        )
