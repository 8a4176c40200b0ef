"""The calendar as the engine reads it, and what a visit of each kind needs."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, CharField, DateField, F, Model, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from clinic.models import (
    Clinic,
    Closure,
    Device,
    Leave,
    Membership,
    OpeningHours,
    Outage,
    Room,
    Shift,
    SpecialOpening,
)
from clinic.rules import hours
from clinic.rules.timegrid import DAY_MINUTES, Span, outward_cells, to_local
from plans.models import Occupancy, VisitType
from plans.rules.scheduling.model import Booking, Calendar, Place, Practitioner, Treatment


def visit_type(clinic: Clinic, kind: str) -> VisitType:
    """Return what a kind of visit takes in this clinic."""
    return VisitType.objects.get(clinic=clinic, kind=kind)


def treatment_of(visit_type: VisitType, clinic: Clinic) -> Treatment:
    """Return a kind of visit as the engine knows it; ids are those of resources."""
    able = frozenset(
        visit_type.practitioners.filter(is_active=True).values_list("user__resource_id", flat=True)
    )
    return Treatment(
        minutes=visit_type.minutes,
        room_kind=visit_type.room_kind or None,
        device_kind=visit_type.device_kind or None,
        practitioner_buffer=(visit_type.practitioner_before, visit_type.practitioner_after),
        room_buffer=(visit_type.room_before, visit_type.room_after),
        device_buffer=(visit_type.device_before, visit_type.device_after),
        grid=clinic.grid_minutes,
        able=able or None,
    )


def calendar(
    clinic: Clinic,
    first: date,
    last: date,
    *,
    patient_resource: int | None = None,
    without: Iterable[UUID] = (),
) -> Calendar:
    """Return everything that is fixed between two days, both included, but for the visits named in `without`.

    A shared practitioner's bookings in other clinics are there too, as nothing but busy time. Six queries.
    """
    kept = hours_between(clinic, first, last)
    practitioners = _practitioners(clinic, kept)
    rooms, devices = _places(Room, clinic, kept), _places(Device, clinic, kept)
    resources: list[Any] = [one.id for one in practitioners]
    resources += [place.id for place in (*rooms, *devices)]
    if patient_resource is not None:
        resources.append(patient_resource)
    return Calendar(
        opening=kept.opening,
        practitioners=practitioners,
        rooms=rooms,
        devices=devices,
        bookings=_bookings(clinic, resources, first, last, without),
    )


@dataclass(slots=True)
class Hours:
    """When a clinic is open, when its people work and are away, and when its rooms and devices are out.

    `shifts` and `leave` are by membership, `outages` by resource.
    """

    opening: hours.Opening
    shifts: dict[int, tuple[hours.Shift, ...]] = field(default_factory=dict)
    leave: dict[int, list[hours.Absence]] = field(default_factory=dict)
    outages: dict[int, list[hours.Absence]] = field(default_factory=dict)

    def working(self, membership: int, day: date) -> tuple[Span, ...]:
        """Return when somebody is there to work on a day."""
        return hours.working_spans(
            self.opening, self.shifts.get(membership, ()), self.leave.get(membership, ()), day
        )


def hours_between(clinic: Clinic, first: date, last: date) -> Hours:
    """Return the hours of a clinic and of everybody and everything in it between two days: one query."""
    weeks: dict[int, dict[date, dict[int, list[Span]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    absences: dict[str, dict[int, list[hours.Absence]]] = defaultdict(lambda: defaultdict(list))
    week: dict[int, list[Span]] = defaultdict(list)
    special: dict[date, list[Span]] = defaultdict(list)
    for what, owner, weekday, since, until, start, end, reason in _all_hours(clinic, first, last):
        if what == "opening":
            week[weekday].append((start, end))
        elif what == "special":
            special[since].append((start, end))
        elif what == "shift":
            weeks[owner][since][weekday].append((start, end))
        else:
            spans = () if start is None or end is None else ((start, end),)
            absences[what][owner].append(hours.Absence(since, until, spans, reason))
    return Hours(
        opening=_opening(clinic, week, special, absences["closure"][clinic.pk]),
        shifts={member: _shifts(found) for member, found in weeks.items()},
        leave=absences["leave"],
        outages=absences["outage"],
    )


def _all_hours(clinic: Clinic, first: date, last: date) -> Iterable[tuple[Any, ...]]:
    """Return the rows of six small tables as one: what, owner, weekday, first, last, start, end, reason."""
    near = {"first__lte": last, "last__gte": first}
    theirs = Q(resource__room__clinic=clinic) | Q(resource__device__clinic=clinic)
    # What is dated comes first: the first part decides how SQLite's texts are read back as dates.
    days = {"first": F("first"), "last": F("last"), "reason": F("reason")}
    parts = [
        _part(Closure, Q(clinic=clinic, **near), "closure", owner=F("clinic_id"), **days),
        _part(Leave, Q(membership__clinic=clinic, **near), "leave", owner=F("membership_id"), **days),
        _part(Outage, theirs & Q(**near), "outage", owner=F("resource_id"), **days),
        _part(OpeningHours, Q(clinic=clinic), "opening", weekday=F("weekday")),
        _part(SpecialOpening, Q(clinic=clinic, day__range=(first, last)), "special", first=F("day")),
        _part(
            Shift,
            Q(membership__clinic=clinic, since__lte=last),
            "shift",
            owner=F("membership_id"),
            weekday=F("weekday"),
            first=F("since"),
        ),
    ]
    return parts[0].union(*parts[1:], all=True)


def _part(model: type[Model], chosen: Q, what: str, **given: Combinable) -> QuerySet[Any, tuple[Any, ...]]:
    """Return the rows of one table in the columns that all of them share; what it has not is empty."""
    none: dict[str, Combinable] = {
        "owner": Cast(Value(None), BigIntegerField()),
        "weekday": Cast(Value(None), BigIntegerField()),
        "first": Cast(Value(None), DateField()),
        "last": Cast(Value(None), DateField()),
        "reason": Value("", CharField()),
    }
    asked = none | given
    return (
        model._default_manager.filter(chosen)
        .order_by()
        .values_list(
            Value(what, CharField()),
            asked["owner"],
            asked["weekday"],
            asked["first"],
            asked["last"],
            F("start_minute"),
            F("end_minute"),
            asked["reason"],
        )
    )


def _opening(
    clinic: Clinic,
    week: dict[int, list[Span]],
    special: dict[date, list[Span]],
    closures: Iterable[hours.Absence],
) -> hours.Opening:
    """Return when the clinic is open to patients, and with setting up to its staff."""
    return hours.Opening(
        tz=clinic.zone,
        week={day: tuple(spans) for day, spans in week.items()},
        staff={day: _widened(spans, clinic.setup_minutes) for day, spans in week.items()},
        special=tuple(
            hours.SpecialOpening(day, tuple(spans), _widened(spans, clinic.setup_minutes))
            for day, spans in sorted(special.items())
        ),
        closures=tuple(closures),
    )


def _widened(spans: Iterable[Span], minutes: int) -> tuple[Span, ...]:
    return tuple((max(a - minutes, 0), min(b + minutes, DAY_MINUTES)) for a, b in spans)


def _shifts(found: dict[date, dict[int, list[Span]]]) -> tuple[hours.Shift, ...]:
    return tuple(
        hours.Shift({day: tuple(spans) for day, spans in week.items()}, since)
        for since, week in sorted(found.items())
    )


def _practitioners(clinic: Clinic, kept: Hours) -> tuple[Practitioner, ...]:
    members = Membership.objects.practitioners().filter(clinic=clinic).select_related("user")
    return tuple(
        Practitioner(
            id=member.user.resource_id,
            shifts=kept.shifts.get(member.pk, ()),
            leave=tuple(kept.leave.get(member.pk, ())),
        )
        for member in members
        if member.user.resource_id
    )


def _places(model: type[Room] | type[Device], clinic: Clinic, kept: Hours) -> tuple[Place, ...]:
    rows = model._default_manager.filter(clinic=clinic, is_active=True).order_by("position", "pk")
    return tuple(Place(row.pk, row.kind, tuple(kept.outages.get(row.pk, ()))) for row in rows)


def _bookings(
    clinic: Clinic, resources: Iterable[int], first: date, last: date, without: Iterable[UUID]
) -> list[Booking]:
    ours = Occupancy.objects.filter(resource_id__in=list(resources))
    without = list(without)
    if without:
        ours = ours.exclude(visit_id__in=without)
    here = ours.filter(day__range=(first, last), clinic=clinic).values_list(
        "resource_id", "day", "cell_from", "cell_to"
    )
    # One day more on each side: elsewhere the calendar may show another date.
    elsewhere = ours.filter(
        day__range=(first - timedelta(days=1), last + timedelta(days=1)), resource__kind="practitioner"
    ).exclude(clinic=clinic)
    return [*here, *_as_seen_from(clinic, elsewhere.values_list("resource_id", "starts_at", "ends_at"))]


def _as_seen_from(clinic: Clinic, rows: Iterable[tuple[int, Any, Any]]) -> Iterable[Booking]:
    """Give busy time elsewhere as cells of this clinic's days; it may lie on two of them."""
    for resource, starts_at, ends_at in rows:
        day, minute = to_local(starts_at, clinic.zone)
        last_day, last_minute = to_local(ends_at, clinic.zone)
        while day <= last_day:
            end = last_minute if day == last_day else DAY_MINUTES
            if end > minute:
                yield (resource, day, *outward_cells(minute, end))
            day, minute = day + timedelta(days=1), 0
