"""Absences and the visits that stand in them: what one touches, what still stands in any, and the lists of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, Closure, Leave, Outage
from clinic.rules.roles import Actor
from clinic.rules.timegrid import CELL_MINUTES, local_day
from plans.models import Absence, Kind, Occupancy, Visit
from plans.rules import decisions
from plans.rules.decisions import Away
from plans.rules.visiting import HELD, State

# What is under way is finished, whoever is ill.
TOUCHABLE = HELD - {State.IN_TREATMENT}
Words: TypeAlias = str | Promise


@dataclass(frozen=True, slots=True)
class Effective:
    """A closure, leave or outage that is in effect, whoever wrote it, with its name."""

    name: Words
    away: Away
    reason: str
    start_minute: int | None
    end_minute: int | None

    @property
    def first(self) -> date:
        """The first day."""
        return self.away.absence.first

    @property
    def last(self) -> date:
        """The last day, included."""
        return self.away.absence.last


@dataclass(frozen=True, slots=True)
class ToCall:
    """A visit that stands in an absence: somebody has to call the patient."""

    visit: Visit
    absence: Effective


def away_of(absence: Absence) -> Away:
    """Return an absence as the rules know it. Its membership comes with its user."""
    resource = absence.membership.user.resource_id if absence.membership else absence.place_id
    span = decisions.absence(absence.first, absence.last, absence.start_minute, absence.end_minute)
    return Away(resource, span)


def name_of(absence: Absence) -> Words:
    """Return who or what is away. Its membership comes with its user, its place with room and device."""
    if absence.membership is not None:
        return absence.membership.user.name
    if absence.place is None:
        return _("The clinic")
    return str(getattr(absence.place, absence.kind))


def absences(actor: Actor, clinic: Clinic, *, at: datetime) -> list[Absence]:
    """Return the absences that are not over, drafts first, each with `open`: how many decisions are missing."""
    rows = (
        with_names(Absence.objects.visible_to(actor))
        .filter(clinic=clinic, last__gte=local_day(at, clinic.zone))
        .annotate(open=Count("decisions", filter=Q(decisions__settled_at=None)))
    )
    return sorted(rows, key=lambda row: (not row.is_draft, row.first))


def with_names(rows: QuerySet[Absence]) -> QuerySet[Absence]:
    """Load what `name_of` and `away_of` need."""
    return rows.select_related("clinic", "membership__user", "place__room", "place__device")


def touched(clinic: Clinic, away: Away, *, at: datetime) -> list[Visit]:
    """Return the visits of patients, from today on, that hold any of the time taken away; two queries.

    Set-up and clean-up count. Blocked time is nobody's appointment, and what is under way stays.
    """
    return [visit for visit, _index in _standing_in(clinic, [away], at)]


def to_call(clinic: Clinic, *, at: datetime) -> list[ToCall]:
    """Return the visits that stand in any closure, leave or outage, in order of time; five queries.

    They were kept on purpose, or were booked in the moment before the absence was saved.
    """
    known = effective(clinic, at=at)
    found = _standing_in(clinic, [one.away for one in known], at)
    return [ToCall(visit, known[index]) for visit, index in found]


def effective(clinic: Clinic, *, at: datetime) -> list[Effective]:
    """Return every closure, leave and outage of a clinic that is not over; three queries."""
    today = local_day(at, clinic.zone)
    theirs = Q(resource__room__clinic=clinic) | Q(resource__device__clinic=clinic)
    found = [
        _effective(row, _("The clinic"), None)
        for row in Closure.objects.filter(clinic=clinic, last__gte=today)
    ]
    leave = Leave.objects.filter(membership__clinic=clinic, last__gte=today).select_related(
        "membership__user"
    )
    for row in leave.exclude(membership__user__resource=None):
        found.append(_effective(row, row.membership.user.name, row.membership.user.resource_id))
    outages = Outage.objects.filter(theirs, last__gte=today).select_related(
        "resource__room", "resource__device"
    )
    for out in outages:
        place = getattr(out.resource, out.resource.kind)
        found.append(_effective(out, place.name, out.resource_id))
    return sorted(found, key=lambda one: (one.first, one.last))


def _effective(row: Closure | Leave | Outage, name: Words, resource: int | None) -> Effective:
    span = decisions.absence(row.first, row.last, row.start_minute, row.end_minute)
    return Effective(name, Away(resource, span), row.reason, row.start_minute, row.end_minute)


def _standing_in(clinic: Clinic, aways: Sequence[Away], at: datetime) -> list[tuple[Visit, int]]:
    """Return each visit that holds time of an absence, with the index of the first one that takes it."""
    first_by_visit = _held_in(clinic, aways, at)
    visits = Visit.objects.filter(pk__in=first_by_visit).select_related(
        "clinic", "patient", "practitioner__user", "room", "device", "series"
    )
    return [(visit, first_by_visit[visit.pk]) for visit in visits.order_by("starts_at", "pk")]


def _held_in(clinic: Clinic, aways: Sequence[Away], at: datetime) -> dict[UUID, int]:
    if not aways:
        return {}
    today = local_day(at, clinic.zone)
    rows = Occupancy.objects.filter(
        clinic=clinic,
        day__range=(
            max(today, min(one.absence.first for one in aways)),
            max(one.absence.last for one in aways),
        ),
        visit__state__in=TOUCHABLE,
    ).exclude(visit__kind=Kind.BLOCKED)
    if all(one.resource is not None for one in aways):
        rows = rows.filter(resource_id__in={one.resource for one in aways})
    found: dict[UUID, int] = {}
    for visit, resource, day, start, end in rows.values_list(
        "visit_id", "resource_id", "day", "cell_from", "cell_to"
    ):
        for index, away in enumerate(aways):
            if away.takes(resource, day, start * CELL_MINUTES, end * CELL_MINUTES):
                found[visit] = min(index, found.get(visit, index))
                break
    return found
