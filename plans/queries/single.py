"""Free times for one visit: a new one of any kind, or one that moves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from clinic.models import Clinic
from clinic.rules.timegrid import to_local, to_utc
from patients.models import Patient
from plans.models import Kind, Visit, VisitType
from plans.queries.gaps import Gap, gap_between
from plans.queries.proposals import Cast
from plans.queries.slots import Diary, diary, needs_of
from plans.queries.standing import Standing, over, request_for_one, standing
from plans.rules.scheduling.model import Request, Slot, Treatment
from plans.rules.scheduling.nearest import free_visits, nearest

DAYS_SHOWN = 14
FREE_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Free:
    """One free time: the slot, the instant, and for a session of a series the gap."""

    slot: Slot
    starts_at: datetime
    practitioner: str
    place: str
    gap: Gap | None = None


def free_times(
    clinic: Clinic,
    kind: str,
    first: date,
    *,
    at: datetime,
    patient: Patient | None = None,
    practitioner: int | None = None,
    days: int = DAYS_SHOWN,
    minutes: int = 0,
) -> list[Free]:
    """Return when one visit of a kind could be, from a day on, in order of time; nothing in the past.

    Blocked time lasts `minutes` and needs nothing but its practitioner.
    """
    today, minute = to_local(at, clinic.zone)
    first = max(first, today)
    last = first + timedelta(days=days - 1)
    asked = Request(
        n=1,
        earliest=first,
        latest_first=last,
        steps=(),
        treatment=needs(clinic, kind, minutes),
        practitioners=(practitioner,) if practitioner else None,
        patient=patient.resource_id if patient else None,
        patient_busy=over(today, minute),
    )
    known = diary(clinic, (first, last), patient_resource=patient.resource_id if patient else None)
    return named(clinic, free_visits(known.calendar, asked, FREE_SHOWN), known)


def needs(clinic: Clinic, kind: str, minutes: int = 0) -> Treatment:
    """Return what a visit of a kind needs; blocked time, and a kind no longer offered, need a person's time alone."""
    alone = Treatment(minutes=minutes or clinic.grid_minutes, room_kind=None, grid=clinic.grid_minutes)
    if kind == Kind.BLOCKED:
        return alone
    try:
        return needs_of(clinic, kind).treatment
    except VisitType.DoesNotExist:
        return alone


def named(clinic: Clinic, slots: Sequence[Slot], known: Diary | None = None) -> list[Free]:
    """Return slots with names: two queries, or none where a diary was read."""
    cast = Cast(clinic, known)
    return [
        Free(
            slot,
            to_utc(slot.day, slot.start, clinic.zone),
            cast.practitioners[slot.practitioner].user.name,
            cast.rooms.get(slot.room, ""),
        )
        for slot in slots
    ]


def times_near(visit: Visit, *, at: datetime, wanted: int = 12) -> list[Free]:
    """Return the least disturbing other times for a visit; a session keeps its gap to the one before.

    Sessions after it may have to follow: `plans.queries.repair` says which.
    """
    if visit.series is None:
        return _near_by_itself(visit, at, wanted)
    stand, number = standing(visit.series), visit.session_number or 0
    return session_times(stand, number, session_slot(visit), at=at, wanted=wanted, without=[visit.pk])


def _near_by_itself(visit: Visit, at: datetime, wanted: int) -> list[Free]:
    today, _minute = to_local(at, visit.clinic.zone)
    first = max(today, visit.day - timedelta(days=3))
    free = free_times(visit.clinic, visit.kind, first, at=at, patient=visit.patient, minutes=visit.minutes)
    own = (visit.day, visit.start_minute, visit.practitioner.user.resource_id)
    others = [one for one in free if (one.slot.day, one.slot.start, one.slot.practitioner) != own]
    by_distance = sorted(others, key=lambda one: abs((one.starts_at - visit.starts_at).total_seconds()))
    return sorted(by_distance[:wanted], key=lambda one: one.starts_at)


def session_times(
    stand: Standing, number: int, old: Slot, *, at: datetime, wanted: int = 12, without: Sequence[UUID] = ()
) -> list[Free]:
    """Return other times for one session of a series, in order; `old` is where it is, or was when it was missed."""
    series, clinic = stand.series, stand.series.clinic
    treatment = needs_of(clinic, Kind.TREATMENT).treatment
    asked = request_for_one(stand, number, treatment, near=old.day, at=at)
    if asked is None:
        return []
    patient = series.patient.resource_id
    days = (asked.earliest, asked.latest_first)
    known = diary(clinic, days, patient_resource=patient, without=without)
    found = named(clinic, nearest(known.calendar, asked, [old], 0, wanted, per_day=2), known)
    return sorted((with_gap(stand, number, one) for one in found), key=lambda one: one.starts_at)


def with_gap(stand: Standing, number: int, one: Free) -> Free:
    """Return a free time with its gap to the session before."""
    before = stand.visits.get(number - 1)
    return replace(one, gap=gap_between(stand.series, number, before.day if before else None, one.slot.day))


def session_slot(visit: Visit) -> Slot:
    """Return the slot that a visit has."""
    person = visit.practitioner.user.resource_id
    return Slot(visit.day, person, visit.start_minute, visit.room_id, visit.device_id)
