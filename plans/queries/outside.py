"""A time that was typed, whatever the hours say: the slot if it can be had, or the one thing that forbids it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from clinic.models import Clinic, Membership
from clinic.rules.hours import patient_hours, working_spans
from clinic.rules.intervals import contains
from clinic.rules.timegrid import Span, is_bookable_span, to_local, to_utc
from patients.models import Patient
from plans.queries.single import needs
from plans.queries.slots import diary
from plans.queries.standing import over
from plans.rules.outside import opened_for
from plans.rules.scheduling.check import check_visit
from plans.rules.scheduling.model import Calendar, Request, Slot, Treatment
from plans.rules.scheduling.nearest import free_visits


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: a day, a minute, and who."""

    day: date
    start: int
    practitioner: Membership


@dataclass(frozen=True, slots=True)
class Outside:
    """A typed time: the hours of that day, and the slot, or in `code` why there is none.

    Words stand in plans/exports/outside.py.
    """

    typed: Typed
    code: str
    opening: tuple[Span, ...] = ()
    working: tuple[Span, ...] = ()
    slot: Slot | None = None
    starts_at: datetime | None = None
    is_open: bool = True
    is_on_shift: bool = True

    @property
    def is_usual(self) -> bool:
        """Whether the time lies inside the hours after all, so that no reason is needed."""
        return self.is_open and self.is_on_shift


def outside(
    clinic: Clinic,
    kind: str,
    typed: Typed,
    *,
    at: datetime,
    patient: Patient | None,
    without: Sequence[UUID] = (),
) -> Outside:
    """Say whether a visit of a kind could be at a typed time, opening hours and shifts aside.

    A closure, leave, an outage and whatever is booked still forbid it.
    """
    day, start, who = typed.day, typed.start, typed.practitioner.user.resource_id
    treatment = needs(clinic, kind)
    if (day, start) < to_local(at, clinic.zone):
        return Outside(typed, "past")
    if not is_bookable_span(day, start, start + treatment.minutes, clinic.zone):
        return Outside(typed, "clock")
    resource = patient.resource_id if patient else None
    known = diary(clinic, (day, day), patient_resource=resource, without=without)
    slot = Slot(day, who, start)
    longer = opened_for(known.calendar, treatment, [slot])
    found = replace(_beside(known.calendar, treatment, typed), code=_rule(longer, treatment, slot))
    if found.code:
        return found
    asked = Request(
        n=1,
        earliest=day,
        latest_first=day,
        steps=(),
        treatment=treatment,
        practitioners=(who,),
        daytime=(start, start + treatment.minutes),
        patient=resource,
        patient_busy=over(*to_local(at, clinic.zone)),
    )
    free = free_visits(longer, asked, 1)
    if not free:
        return replace(found, code=_full(longer, asked))
    return replace(found, code="ok", slot=free[0], starts_at=to_utc(day, start, clinic.zone))


def _beside(facts: Calendar, treatment: Treatment, typed: Typed) -> Outside:
    """Return the hours of the day beside the time."""
    day, start, end = typed.day, typed.start, typed.start + treatment.minutes
    opening, working = patient_hours(facts.opening, day), tuple[Span, ...]()
    for one in facts.practitioners:
        if one.id == typed.practitioner.user.resource_id:
            working = working_spans(facts.opening, one.shifts, one.leave, day)
    before, after = treatment.practitioner_buffer
    return Outside(
        typed,
        "",
        opening,
        working,
        is_open=contains(opening, start, end),
        is_on_shift=contains(working, start - before, end + after),
    )


def _rule(facts: Calendar, treatment: Treatment, slot: Slot) -> str:
    """Return the first rule that the time breaks though the hours were made longer; rooms and devices aside."""
    broken = [one.code for one in check_visit(facts, treatment, slot)]
    return next((code for code in broken if not code.startswith(("room", "device"))), "")


def _full(facts: Calendar, asked: Request) -> str:
    """Return what is booked then, where the practitioner is free: the patient, the rooms or the devices."""
    if free_visits(facts, replace(asked, patient=None), 1):
        return "patient busy"
    no_device = replace(asked, treatment=replace(asked.treatment, device_kind=None))
    return "no device" if free_visits(facts, no_device, 1) else "no room"
