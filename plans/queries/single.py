"""Free times for one visit: a new one of any kind, or one that moves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from clinic.models import Clinic
from clinic.rules.timegrid import to_local, to_utc
from patients.models import Patient
from plans.models import Kind, Visit
from plans.queries.gaps import Gap, gap_between
from plans.queries.proposals import Cast
from plans.queries.slots import calendar, treatment_of, visit_type
from plans.queries.standing import Standing, anchor_of, blackout, over, standing, step_of
from plans.rules.scheduling.model import Request, Slot
from plans.rules.scheduling.nearest import free_visits, nearest

DAYS_SHOWN = 14
FIRST_WITHIN = 28
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
) -> list[Free]:
    """Return when one visit of a kind could be, from a day on, in order of time; nothing in the past."""
    today, minute = to_local(at, clinic.zone)
    first = max(first, today)
    last = first + timedelta(days=days - 1)
    asked = Request(
        n=1,
        earliest=first,
        latest_first=last,
        steps=(),
        treatment=treatment_of(visit_type(clinic, kind), clinic),
        practitioners=(practitioner,) if practitioner else None,
        patient=patient.resource_id if patient else None,
        patient_busy=over(today, minute),
    )
    facts = calendar(clinic, first, last, patient_resource=patient.resource_id if patient else None)
    return _named(clinic, free_visits(facts, asked, FREE_SHOWN))


def _named(clinic: Clinic, slots: Sequence[Slot]) -> list[Free]:
    cast = Cast(clinic)
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
    return _near_in_series(visit, standing(visit.series), at, wanted)


def _near_by_itself(visit: Visit, at: datetime, wanted: int) -> list[Free]:
    today, _minute = to_local(at, visit.clinic.zone)
    first = max(today, visit.day - timedelta(days=3))
    free = free_times(visit.clinic, visit.kind, first, at=at, patient=visit.patient)
    own = (visit.day, visit.start_minute, visit.practitioner.user.resource_id)
    others = [one for one in free if (one.slot.day, one.slot.start, one.slot.practitioner) != own]
    by_distance = sorted(others, key=lambda one: abs((one.starts_at - visit.starts_at).total_seconds()))
    return sorted(by_distance[:wanted], key=lambda one: one.starts_at)


def _near_in_series(visit: Visit, stand: Standing, at: datetime, wanted: int) -> list[Free]:
    series, clinic = stand.series, visit.clinic
    number = visit.session_number or 0
    before = stand.visits.get(number - 1)
    today, minute = to_local(at, clinic.zone)
    earliest = max([today, *([series.earliest_on] if series.earliest_on else [])])
    latest, steps = max(visit.day, today) + timedelta(days=FIRST_WITHIN), ()
    if before is not None:
        earliest = max(earliest, before.day + timedelta(days=series.min_days))
        steps = (step_of(series, (earliest - before.day).days),)
        latest = before.day + timedelta(days=steps[0].maximum)
    patient = series.patient.resource_id
    asked = Request(
        n=1,
        earliest=earliest,
        latest_first=latest,
        steps=steps,
        treatment=treatment_of(visit_type(clinic, Kind.TREATMENT), clinic),
        blackout=blackout(series),
        patient=patient,
        patient_busy=over(today, minute),
        anchor=anchor_of(before) if before else None,
    )
    facts = calendar(clinic, earliest, latest, patient_resource=patient, without=[visit.pk])
    found = nearest(facts, asked, [session_slot(visit)], 0, wanted, per_day=2)
    last = before.day if before else None
    return sorted(
        (
            replace(one, gap=gap_between(series, number, last, one.slot.day))
            for one in _named(clinic, found)
        ),
        key=lambda one: one.starts_at,
    )


def session_slot(visit: Visit) -> Slot:
    """Return the slot that a visit has."""
    person = visit.practitioner.user.resource_id
    return Slot(visit.day, person, visit.start_minute, visit.room_id, visit.device_id)
