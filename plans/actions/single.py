"""Single visits: a consultation, a review, a test area, a top-up, or time that is blocked."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit, outbox
from clinic.actions.refusal import Refused
from clinic.models import Clinic, Device, Membership, Room
from clinic.rules.roles import Actor
from clinic.rules.timegrid import DAY_MINUTES, to_local
from patients.models import Patient
from plans.actions import checking, holding
from plans.actions.placing import new_reference
from plans.models import Kind, Occupancy, Visit
from plans.queries.single import session_slot
from plans.queries.slots import Needs
from plans.rules.plan import Session
from plans.rules.scheduling.model import Slot
from plans.rules.visiting import HELD


def book(
    actor: Actor,
    clinic: Clinic,
    kind: str,
    patient: Patient,
    slot: Slot,
    *,
    at: datetime,
    key: UUID,
    note: str = "",
    by_hand: bool = False,
    reason: str = "",
) -> Visit:
    """Book one visit of a kind. `key` is the form's own id: the same form twice books once.

    A time that was typed `by_hand` may lie outside opening hours and shifts; the reason is kept with the visit.
    Raises Refused for a time that is past or unfit, SlotTaken when somebody has it. Sessions of a series are
    booked through their series.
    """
    if kind in (Kind.TREATMENT, Kind.BLOCKED):
        raise Refused(_("Choose what kind of visit this is."), code="kind", field="kind")
    made_before = _made_before(key, clinic, kind, patient, slot)
    if made_before is not None:
        return made_before
    needs = checking.offered(clinic, kind)
    claims = holding.claims(clinic, needs.kind, patient.resource_id, [slot])
    holding.refuse_taken(claims)  # who comes too late in a rush waits for nobody
    visit = _blank(clinic, kind, needs.kind.minutes, note, at, key)
    visit.patient = patient
    return _book(actor, visit, slot, needs, claims, by_hand=by_hand, reason=reason)


@transaction.atomic
def _book(
    actor: Actor,
    visit: Visit,
    slot: Slot,
    needs: Needs,
    claims: Sequence[Occupancy],
    *,
    by_hand: bool,
    reason: str,
) -> Visit:
    holding.lock(row.resource_id for row in claims)
    clinic, at = visit.clinic, visit.booked_at
    made_before = _made_before(visit.pk, clinic, visit.kind, visit.patient, slot)
    if made_before is not None:
        return made_before
    holding.claim(claims)
    _refuse_past(clinic, slot, at)
    reason = _unusual(clinic, needs, slot, by_hand, reason)
    _seat(visit, slot)
    visit.override_reason = reason
    visit.save(force_insert=True)
    holding.keep([visit], needs.kind)
    _record(actor, "book", visit, at, ())
    tell(visit, "plans/booked", at)
    return visit


def _unusual(clinic: Clinic, needs: Needs, slot: Slot, by_hand: bool, reason: str) -> str:
    """Refuse a slot that does not fit; returns the reason where it lies outside the hours, else nothing."""
    plan = [Session(1, slot)]
    outside = checking.refuse_unusual(
        clinic, needs.treatment, plan, by_hand=(1,) if by_hand else (), reason=reason
    )
    return reason.strip() if outside else ""


def _record(actor: Actor, verb: str, visit: Visit, at: datetime, fields: Sequence[str]) -> None:
    """Write the audit row; a time outside the hours is told, and why."""
    audit.record(
        actor,
        verb,
        visit,
        at=at,
        patient_id=visit.patient_id,
        clinic_id=visit.clinic_id,
        fields=[*fields, "outside_hours"] if visit.override_reason else fields,
        reason=visit.override_reason,
    )


@transaction.atomic
def block(
    actor: Actor, member: Membership, *, slot: Slot, minutes: int, note: str, at: datetime, key: UUID
) -> Visit:
    """Keep time of one practitioner free of visits: a break, a meeting, a service of the device."""
    _lock(None, slot)
    made_before = _made_before(key, member.clinic, Kind.BLOCKED, None, slot)
    if made_before is not None:
        return made_before
    if not 5 <= minutes <= DAY_MINUTES - slot.start:
        raise Refused(
            _("Blocked time lasts from 5 minutes to the end of the day."), code="minutes", field="minutes"
        )
    if slot.practitioner != member.user.resource_id:
        raise Refused(_("Choose whose time is blocked."), code="practitioner", field="who")
    _refuse_past(member.clinic, slot, at)
    visit = _blank(member.clinic, Kind.BLOCKED, minutes, note, at, key)
    _seat(visit, slot)
    visit.save(force_insert=True)
    holding.hold([visit], None)
    audit.record(actor, "block", visit, at=at, clinic_id=member.clinic_id)
    return visit


def move(
    actor: Actor,
    visit: Visit,
    slot: Slot,
    *,
    at: datetime,
    seen: int,
    by_hand: bool = False,
    reason: str = "",
) -> Visit:
    """Move a visit of no series. `seen` is its sequence as it was shown: a visit that moved since is refused.

    A time that was typed `by_hand` may lie outside opening hours and shifts; the reason is kept with the visit.
    """
    if visit.series_id is not None:
        raise Refused(_("This visit is a session: move it through its series."), code="in_series")
    if visit.kind == Kind.BLOCKED:
        raise Refused(_("Blocked time does not move. Cancel it and block another time."), code="kind")
    needs = checking.offered(visit.clinic, visit.kind)
    patient = visit.patient.resource_id if visit.patient else None
    claims = holding.claims(visit.clinic, needs.kind, patient, [slot])
    holding.refuse_taken(claims, but_for=visit)
    return _move(actor, visit, slot, needs, claims, at=at, seen=seen, by_hand=by_hand, reason=reason)


@transaction.atomic
def _move(
    actor: Actor,
    visit: Visit,
    slot: Slot,
    needs: Needs,
    claims: Sequence[Occupancy],
    *,
    at: datetime,
    seen: int,
    by_hand: bool,
    reason: str,
) -> Visit:
    locked = Visit.objects.select_for_update(of=("self",))
    visit = locked.select_related("clinic", "patient", "practitioner__user").get(pk=visit.pk)
    if session_slot(visit) == slot and visit.sequence == seen + 1:
        return visit
    if visit.sequence != seen or visit.state not in HELD:
        raise Refused(
            _("This visit has changed since it was shown. Nothing has been moved."), code="offer_stale"
        )
    holding.claim(claims, but_for=visit)
    _refuse_past(visit.clinic, slot, at)
    visit.override_reason = _unusual(visit.clinic, needs, slot, by_hand, reason)
    holding.let_go([visit])
    outbox.void(visit)
    _seat(visit, slot)
    visit.sequence += 1
    if visit.state == Visit.State.CONFIRMED:
        visit.state = Visit.State.BOOKED
    visit.save()
    holding.keep([visit], needs.kind)
    _record(actor, "move", visit, at, ("starts_at",))
    tell(visit, "plans/moved", at)
    return visit


def _blank(clinic: Clinic, kind: str, minutes: int, note: str, at: datetime, key: UUID) -> Visit:
    return Visit(
        pk=key,
        clinic=clinic,
        kind=kind,
        minutes=minutes,
        note=note,
        booked_at=at,
        state_at=at,
        reference=new_reference(),
    )


def _lock(patient: int | None, slot: Slot) -> None:
    """Lock everything that the visit will hold at once, lowest id first like everybody else."""
    wanted: list[Any] = [patient, slot.practitioner, slot.room, slot.device]
    holding.lock(resource for resource in wanted if resource is not None)


def _made_before(key: UUID, clinic: Clinic, kind: str, patient: Patient | None, slot: Slot) -> Visit | None:
    """Return what the same form made already and what still stands; the key of anything else is refused."""
    found = Visit.objects.select_related("practitioner__user").filter(pk=key).first()
    if found is None:
        return None
    asked = (clinic.pk, kind, patient.pk if patient else None)
    same = (found.clinic_id, found.kind, found.patient_id) == asked and found.state in HELD
    same = same and session_slot(found) == slot
    if not same:
        raise Refused(
            _("This form was used before. Open it afresh; nothing has been booked."), code="key_used"
        )
    return found


def _refuse_past(clinic: Clinic, slot: Slot, at: datetime) -> None:
    if (slot.day, slot.start) < to_local(at, clinic.zone):
        raise Refused(_("That time has passed. Choose a later one."), code="past")


def _seat(visit: Visit, slot: Slot) -> None:
    """Put a visit into a slot; an id of another clinic is refused like one that does not exist."""
    people = Membership.objects.practitioners().select_related("user").filter(clinic=visit.clinic)
    member = people.filter(user__resource_id=_key(slot.practitioner)).first()
    rooms, devices = Room.objects.filter(clinic=visit.clinic), Device.objects.filter(clinic=visit.clinic)
    if member is None:
        raise Refused(_("Choose who sees the patient."), code="practitioner")
    visit.practitioner = member
    visit.room = rooms.filter(pk=_key(slot.room)).first()
    visit.device = devices.filter(pk=_key(slot.device)).first()
    visit.day, visit.start_minute = slot.day, slot.start
    visit.starts_at, visit.ends_at = holding.instants(visit)


def _key(resource: Hashable) -> int:
    """Return the id of a resource as the database knows it; no row has the id 0."""
    return resource if isinstance(resource, int) else 0


def tell(visit: Visit, mail: str, at: datetime) -> None:
    """Queue a mail about one visit; it waits three minutes, so that taking the step back sends nothing."""
    if visit.patient is None:
        return
    outbox.queue(
        mail,
        visit,
        visit.patient,
        at=at,
        due_at=at + outbox.UNDO_GRACE,
        context={"clinic": visit.clinic, "visits": [visit], "tz": visit.clinic.zone},
        patient_id=visit.patient_id,
        clinic_id=visit.clinic_id,
    )
