"""The calendar as the engine reads it, and what a visit of each kind needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F

from clinic.models import Clinic, Membership
from plans.models import VisitType
from plans.queries.booked import bookings
from plans.queries.hours import Hours, hours_between
from plans.rules.scheduling.model import Calendar, Place, Practitioner, Treatment


def visit_type(clinic: Clinic, kind: str) -> VisitType:
    """Return what a kind of visit takes in this clinic."""
    return VisitType.objects.get(clinic=clinic, kind=kind)


def treatment_of(
    visit_type: VisitType, clinic: Clinic, able: frozenset[int | None] | None = None
) -> Treatment:
    """Return a kind of visit as the engine knows it; ids are those of resources. `able` is read unless given."""
    if able is None:
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


@dataclass(frozen=True, slots=True)
class Needs:
    """What a visit of a kind takes, as it is kept and as the engine knows it."""

    kind: VisitType
    treatment: Treatment


def needs_of(clinic: Clinic, kind: str) -> Needs:
    """Return what a kind of visit takes in this clinic, and who gives it; one query."""
    named = {
        "giver": F("practitioners__user__resource_id"),
        "gives": F("practitioners__is_active"),
    }
    rows = list(VisitType.objects.filter(clinic=clinic, kind=kind).annotate(**named))
    if not rows:
        raise VisitType.DoesNotExist
    able = frozenset(row.giver for row in rows if row.gives)  # type: ignore[attr-defined]
    return Needs(rows[0], treatment_of(rows[0], clinic, able))


@dataclass(frozen=True, slots=True)
class Diary:
    """A calendar with the people and the names behind its ids."""

    calendar: Calendar
    members: tuple[Membership, ...]
    rooms: dict[int, str]


def calendar(
    clinic: Clinic,
    first: date,
    last: date,
    *,
    patient_resource: int | None = None,
    without: Iterable[UUID] = (),
) -> Calendar:
    """Return everything that is fixed between two days, both included, but for the visits named in `without`.

    A shared practitioner's bookings in other clinics are there too, as nothing but busy time.
    """
    return diary(clinic, (first, last), patient_resource=patient_resource, without=without).calendar


def diary(
    clinic: Clinic,
    days: tuple[date, date] | frozenset[date],
    *,
    patient_resource: int | None = None,
    without: Iterable[UUID] = (),
    members: Sequence[Membership] | None = None,
) -> Diary:
    """Return the calendar between two days, or on single days, and who and what is in it.

    Three queries, one more where somebody works in another clinic too; one fewer with `members` read before.
    """
    kept = hours_between(clinic, min(days), max(days))
    everybody = tuple(members_of(clinic) if members is None else members)
    free = _unbooked(everybody, kept)
    resources: list[Any] = [one.id for one in free.practitioners]
    resources += [place.id for place in (*free.rooms, *free.devices)]
    if patient_resource is not None:
        resources.append(patient_resource)
    shared: list[Any] = [one.user.resource_id for one in treating(everybody) if one.pk in kept.shared]
    booked = bookings(clinic, resources, days, shared=shared, without=list(without))
    rooms = {one.pk: one.name for one in kept.places if one.what != "device"}
    return Diary(replace(free, bookings=booked, until=max(days)), everybody, rooms)


def hours_on(clinic: Clinic, days: frozenset[date], members: Sequence[Membership] | None = None) -> Calendar:
    """Return the calendar of single days as if nothing were booked; two queries, one with `members` read before."""
    kept = hours_between(clinic, min(days), max(days))
    return _unbooked(members_of(clinic) if members is None else members, kept)


def _unbooked(members: Sequence[Membership], kept: Hours) -> Calendar:
    return Calendar(
        kept.opening, _practitioners(members, kept), _places(kept, "room"), _places(kept, "device")
    )


def members_of(clinic: Clinic) -> list[Membership]:
    """Return everybody with a diary here, those who no longer treat too: they may stand in it. One query."""
    members = Membership.objects.filter(clinic=clinic, user__resource__isnull=False)
    return list(members.select_related("user").order_by("position", "pk"))


def treating(members: Iterable[Membership]) -> list[Membership]:
    """Return those who treat at present, in the order given."""
    return [one for one in members if one.is_practitioner and one.is_active and one.user.is_active]


def _practitioners(members: Iterable[Membership], kept: Hours) -> tuple[Practitioner, ...]:
    return tuple(
        Practitioner(
            id=member.user.resource_id,
            shifts=kept.shifts.get(member.pk, ()),
            leave=tuple(kept.leave.get(member.pk, ())),
        )
        for member in treating(members)
    )


def _places(kept: Hours, what: str) -> tuple[Place, ...]:
    return tuple(
        Place(one.pk, one.kind, tuple(kept.outages.get(one.pk, ())))
        for one in sorted(kept.places, key=lambda one: (one.position, one.pk))
        if one.what == what
    )
