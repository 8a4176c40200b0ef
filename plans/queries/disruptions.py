"""Absences and the visits that stand in them: what one touches, what still stands in any, and the lists of both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import TypeAlias
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, Closure, Leave, Outage, Resource
from clinic.rules.roles import Actor
from clinic.rules.timegrid import CELL_MINUTES, local_day, outward_cells
from plans.models import Absence, Call, Decision, Kind, Occupancy, Visit
from plans.queries.hours import hours_between
from plans.queries.replaced import new_hours
from plans.rules.away import Away, NewHours, Taken
from plans.rules.away import absence as absence_of_days
from plans.rules.visiting import HELD, State

# What is under way is finished, whoever is ill.
TOUCHABLE = HELD - {State.IN_TREATMENT}
# Whoever was booked at the very moment at which hours changed is looked for so long.
SOON_SEEN = timedelta(days=14)
Words: TypeAlias = str | Promise


@dataclass(frozen=True, slots=True)
class Effective:
    """A closure, leave or outage, or hours that were changed: in effect, whoever wrote it, with its name."""

    name: Words
    away: Taken
    because: str = ""  # why nobody can be treated then, as a sentence
    reason: str = ""
    start_minute: int | None = None
    end_minute: int | None = None

    @property
    def first(self) -> date:
        """The first day."""
        return self.away.first

    @property
    def last(self) -> date:
        """The last day, included."""
        return self.away.last


@dataclass(frozen=True, slots=True)
class ToCall:
    """A visit that stands in time that was taken away: somebody has to call the patient, or has called."""

    visit: Visit
    absence: Effective
    is_called: bool = False


def away_of(absence: Absence) -> Taken:
    """Return what an absence takes away, as the rules know it. Its membership comes with its user.

    Other hours are compared with those at present; one query more.
    """
    if absence.is_of_hours:
        return new_hours(absence)
    resource = absence.membership.user.resource_id if absence.membership else absence.place_id
    span = absence_of_days(absence.first, absence.last, absence.start_minute, absence.end_minute)
    return Away(resource, span)


def name_of(absence: Absence) -> Words:
    """Return who or what is away. Its membership comes with its user, its place with room and device."""
    if absence.membership is not None:
        return absence.membership.user.name
    if absence.place is None:
        return _("The clinic")
    return str(getattr(absence.place, absence.kind))


def absences(actor: Actor, clinic: Clinic, *, at: datetime) -> list[Absence]:
    """Return the absences that are not over, drafts first, each with `open`: how many decisions are missing.

    Hours that were changed with all decided are nobody's absence any more.
    """
    rows = (
        with_names(Absence.objects.visible_to(actor))
        .filter(clinic=clinic, last__gte=local_day(at, clinic.zone))
        .exclude(state=Absence.State.WITHDRAWN)
        .annotate(open=Count("decisions", filter=Q(decisions__settled_at=None, decisions__isnull=False)))
        .exclude(kind__in=Absence.OF_HOURS, state=Absence.State.EFFECTIVE, open=0)
    )
    return sorted(rows, key=lambda row: (not row.is_draft, row.first))


def with_names(rows: QuerySet[Absence]) -> QuerySet[Absence]:
    """Load what `name_of` and `away_of` need."""
    return rows.select_related("clinic", "membership__user", "place__room", "place__device")


def touched(clinic: Clinic, away: Taken, *, at: datetime) -> list[Visit]:
    """Return the visits of patients, from today on, that hold any of the time taken away; two queries.

    Set-up and clean-up count. Blocked time is nobody's appointment, and what is under way stays.
    """
    return [visit for visit, _index in _standing_in(clinic, [away], at)]


def to_call(clinic: Clinic, *, at: datetime, called: bool = False) -> list[ToCall]:
    """Return the visits that stand in time that was taken away, in order of time; six queries, or seven.

    They were kept on purpose, or were booked in the moment before the absence was saved. Patients who were called
    about them are left out unless `called` asks for all.
    """
    known = effective(clinic, at=at)
    found = _standing_in(clinic, [one.away for one in known], at)
    rows = [ToCall(visit, known[index], vars(visit)["was_called"]) for visit, index in found]
    return [row for row in rows if called or not row.is_called]


def effective(clinic: Clinic, *, at: datetime) -> list[Effective]:
    """Return every closure, leave and outage of a clinic that is not over, and changed hours that left a visit
    standing; four queries, and one where hours were changed.
    """
    today = local_day(at, clinic.zone)
    theirs = Q(resource__room__clinic=clinic) | Q(resource__device__clinic=clinic)
    found = [
        _effective(row, _("The clinic"), None, gettext("The clinic is closed then."))
        for row in Closure.objects.filter(clinic=clinic, last__gte=today)
    ]
    leave = Leave.objects.filter(membership__clinic=clinic, last__gte=today).select_related(
        "membership__user"
    )
    for row in leave.exclude(membership__user__resource=None):
        name = row.membership.user.name
        found.append(
            _effective(
                row, name, row.membership.user.resource_id, gettext("%(name)s is away then.") % {"name": name}
            )
        )
    outages = Outage.objects.filter(theirs, last__gte=today).select_related(
        "resource__room", "resource__device"
    )
    for out in outages:
        name = getattr(out.resource, out.resource.kind).name
        found.append(
            _effective(out, name, out.resource_id, gettext("%(name)s cannot be used then.") % {"name": name})
        )
    return sorted([*found, *_changed_hours(clinic, today, at)], key=lambda one: (one.first, one.last))


def _changed_hours(clinic: Clinic, today: date, at: datetime) -> Iterable[Effective]:
    """Return the changes of hours in which a visit was kept, or may have been booked at that very moment."""
    left = Decision.objects.filter(absence=OuterRef("pk")).exclude(choice__in=("move", "cancel"))
    rows = with_names(Absence.objects.filter(clinic=clinic, kind__in=Absence.OF_HOURS)).filter(
        Q(effective_at__gte=at - SOON_SEEN) | Exists(left), state=Absence.State.EFFECTIVE, last__gte=today
    )
    present = None
    for row in rows:
        present = present or hours_between(clinic, today, row.last)
        name = name_of(row)
        said = (
            gettext("%(name)s does not work then.") % {"name": name}
            if row.membership
            else gettext("The clinic is closed then.")
        )
        yield Effective(name, new_hours(row, present), said)


def _effective(row: Closure | Leave | Outage, name: Words, resource: int | None, because: str) -> Effective:
    span = absence_of_days(row.first, row.last, row.start_minute, row.end_minute)
    return Effective(name, Away(resource, span), because, row.reason, row.start_minute, row.end_minute)


def _standing_in(clinic: Clinic, aways: Sequence[Taken], at: datetime) -> list[tuple[Visit, int]]:
    """Return each visit that holds time of an absence, with the index of the first one that takes it."""
    first_by_visit = _held_in(clinic, aways, at)
    visits = (
        Visit.objects.filter(pk__in=first_by_visit)
        .select_related("clinic", "patient", "practitioner__user", "room", "device", "series")
        .annotate(was_called=Exists(Call.objects.filter(visit=OuterRef("pk"), sequence=OuterRef("sequence"))))
    )
    return [(visit, first_by_visit[visit.pk]) for visit in visits.order_by("starts_at", "pk")]


def _held_in(clinic: Clinic, aways: Sequence[Taken], at: datetime) -> dict[UUID, int]:
    """Return by visit the first of the absences that takes any time that the visit holds."""
    today = local_day(at, clinic.zone)
    far = _farthest(clinic, today) if any(isinstance(one, NewHours) for one in aways) else today
    near = [part for one in aways for part in _near(one, today, far)]
    if not near:
        return {}
    rows = Occupancy.objects.filter(reduce(or_, near), clinic=clinic, visit__state__in=TOUCHABLE)
    found: dict[UUID, int] = {}
    for visit, resource, kind, day, start, end in rows.exclude(visit__kind=Kind.BLOCKED).values_list(
        "visit_id", "resource_id", "resource__kind", "day", "cell_from", "cell_to"
    ):
        minutes, is_patient = (start * CELL_MINUTES, end * CELL_MINUTES), kind == Resource.Kind.PATIENT
        for index, away in enumerate(aways):
            if away.takes(resource, day, *minutes, is_patient=is_patient):
                found[visit] = min(index, found.get(visit, index))
                break
    return found


def _farthest(clinic: Clinic, today: date) -> date:
    """Return the last day on which anything is booked."""
    return Occupancy.objects.filter(clinic=clinic).aggregate(last=Max("day"))["last"] or today


def _near(away: Taken, today: date, far: date) -> list[Q]:
    """Return what the database can leave out by itself: other days, other hours of the day, other resources."""
    whose = Q() if away.resource is None else Q(resource_id=away.resource)
    if isinstance(away, Away):
        return [whose & Q(day__range=(max(today, away.first), away.last))] if away.last >= today else []
    found = []
    for lost, days in away.days(today, far).items():
        start, end = outward_cells(min(span[0] for span in lost), max(span[1] for span in lost))
        found.append(whose & Q(day__in=days, cell_to__gt=start, cell_from__lt=end))
    return found
