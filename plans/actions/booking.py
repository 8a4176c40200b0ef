"""Booking a series: whole or not at all, from a proposal that was signed when it was shown."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit, outbox
from clinic.actions.refusal import Refused
from clinic.models import Device, Membership, Room
from clinic.rules.roles import Actor
from plans.actions import checking, holding
from plans.models import Kind, Series, SeriesChange, Visit
from plans.queries.gaps import gap_between
from plans.queries.slots import visit_type
from plans.queries.standing import Standing, standing
from plans.rules import plan as plans
from plans.rules.plan import Session
from plans.rules.scheduling.model import Slot

SALT = "plans.proposal"
GOOD_FOR_SECONDS = 30 * 60
# No letters or figures that look alike on paper or sound alike on the phone.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan as it was shown: for which series, at which revision of it, good for one use."""

    series: UUID
    revision: int
    nonce: UUID
    plan: tuple[Session, ...]


def offer(series: Series, plan: Sequence[Session]) -> str:
    """Sign a plan for one use, so that what is confirmed is what was shown."""
    return signing.dumps(
        [str(series.pk), series.revision, str(uuid4()), plans.to_data(plan)], salt=SALT, compress=True
    )


def read_offer(token: str) -> Offer:
    """Return what was signed. Raises Refused on a forged or an old token."""
    try:
        series, revision, nonce, data = signing.loads(token, salt=SALT, max_age=GOOD_FOR_SECONDS)
        return Offer(UUID(series), revision, UUID(nonce), plans.from_data(data))
    except signing.SignatureExpired:
        raise Refused(
            _("This proposal is older than half an hour. Here are fresh ones; nothing has been booked."),
            code="offer_expired",
        ) from None
    except (signing.BadSignature, ValueError, TypeError):
        raise Refused(
            _("This proposal cannot be read. Choose one of those below; nothing has been booked."),
            code="offer_forged",
        ) from None


@transaction.atomic
def confirm(actor: Actor, series: Series, token: str, *, at: datetime, reason: str = "") -> SeriesChange:
    """Do what an offer says, all of it or nothing, and return the change: sessions without a date get one,
    sessions with a date move. Confirming twice does it once.

    Raises Refused when the offer is forged, old, for another series, made before the series last changed, or
    outside what the person may book; SlotTaken when somebody holds one of its times.
    """
    chosen = read_offer(token)
    if chosen.series != series.pk:
        raise Refused(_("This proposal belongs to another series."), code="offer_of_another")
    series = lock(series)
    made_before = SeriesChange.objects.filter(pk=chosen.nonce).first()
    if made_before is not None:
        return made_before
    if series.revision != chosen.revision:
        raise Refused(
            _("The plan has changed since these times were shown. Nothing has been booked."),
            code="offer_stale",
        )
    stand = standing(series)
    checking.refuse_unfit(actor, stand, chosen.plan, at=at, reason=reason)
    before, visits = place(stand, chosen.plan, at=at, reason=reason)
    change = write_change(
        actor,
        series,
        "move" if before else "book",
        before=before,
        after=chosen.plan,
        at=at,
        reason=reason,
        nonce=chosen.nonce,
    )
    tell_patient("plans/moved" if before else "plans/booked", series, change, visits, at)
    return change


def lock(series: Series) -> Series:
    """Lock the series first of all, so that two desks at one series queue; returns it fresh."""
    held = Series.objects.select_for_update(of=("self",))
    return held.select_related("clinic", "patient", "protocol_version").get(pk=series.pk)


def place(
    stand: Standing, plan: Sequence[Session], *, at: datetime, reason: str = ""
) -> tuple[list[Session], list[Visit]]:
    """Give every session of a plan its slot inside the caller's transaction. Raises SlotTaken.

    Returns the slots that moved sessions had before, and the visits.
    """
    series = stand.series
    kind = visit_type(series.clinic, Kind.TREATMENT)
    cast = _Cast.of(series, plan)
    outside = _outside(stand, plan)
    before, visits, new = [], [], []
    for session in plan:
        visit = stand.visits.get(session.number)
        if visit is None:
            visit = _blank(series, session.number, kind.minutes, at)
            new.append(visit)
        else:
            before.append(session_of(visit))
            visit.sequence += 1
        _put(visit, session, cast, reason if session.number in outside else "")
        visits.append(visit)
    moved = [visit for visit in visits if visit not in new]
    holding.let_go(moved)
    for visit in moved:
        outbox.void(visit)
        visit.save()
    Visit.objects.bulk_create(new)
    holding.hold(visits, kind)
    return before, visits


def _outside(stand: Standing, plan: Sequence[Session]) -> set[int]:
    """Return the sessions that lie outside the window after the one before: the reason is theirs."""
    days = {number: visit.day for number, visit in stand.visits.items()}
    days.update({session.number: session.slot.day for session in plan})
    gaps = {
        number: gap_between(stand.series, number, days.get(number - 1), day) for number, day in days.items()
    }
    return {number for number, gap in gaps.items() if gap.state not in ("first", "unknown", "on_plan")}


@dataclass(frozen=True, slots=True)
class _Cast:
    """The rows behind the resource ids of a plan."""

    members: dict[Any, Membership]
    rooms: dict[Any, Room]
    devices: dict[Any, Device]

    @classmethod
    def of(cls, series: Series, plan: Sequence[Session]) -> "_Cast":
        members = Membership.objects.practitioners().filter(clinic=series.clinic).select_related("user")
        rooms = [s.slot.room for s in plan if s.slot.room is not None]
        devices = [s.slot.device for s in plan if s.slot.device is not None]
        return cls(
            {member.user.resource_id: member for member in members},
            Room.objects.filter(clinic=series.clinic).in_bulk(rooms),
            Device.objects.filter(clinic=series.clinic).in_bulk(devices),
        )


def _blank(series: Series, number: int, minutes: int, at: datetime) -> Visit:
    return Visit(
        clinic=series.clinic,
        kind=Kind.TREATMENT,
        patient=series.patient,
        series=series,
        session_number=number,
        minutes=minutes,
        booked_at=at,
        state_at=at,
        reference=new_reference(),
    )


def _put(visit: Visit, session: Session, cast: _Cast, reason: str) -> None:
    """Put a visit into a slot."""
    slot = session.slot
    visit.practitioner = cast.members[slot.practitioner]
    visit.room = cast.rooms.get(slot.room)
    visit.device = cast.devices.get(slot.device)
    visit.day, visit.start_minute, visit.override_reason = slot.day, slot.start, reason
    if visit.state == Visit.State.CONFIRMED:
        visit.state = Visit.State.BOOKED  # what the patient confirmed was another time
    visit.starts_at, visit.ends_at = holding.instants(visit)


def session_of(visit: Visit) -> Session:
    """Return a visit as a session of a plan."""
    person = visit.practitioner.user.resource_id
    slot = Slot(visit.day, person, visit.start_minute, visit.room_id, visit.device_id)
    return Session(visit.session_number or 0, slot)


def new_reference() -> str:
    """Return a booking reference that can be read out on the phone."""
    return "".join(secrets.choice(LETTERS) for _ in range(7))


def write_change(
    actor: Actor,
    series: Series,
    verb: str,
    *,
    before: Sequence[Session],
    after: Sequence[Session],
    at: datetime,
    reason: str = "",
    nonce: UUID | None = None,
    cost: int = 0,
) -> SeriesChange:
    """Keep what changed, raise the series' revision, and write the audit row."""
    if series.state == Series.State.TO_BOOK and after:
        series.state = Series.State.BOOKED
    series.revision += 1
    series.save(update_fields=["revision", "state"])
    change = SeriesChange.objects.create(
        id=nonce or uuid4(),
        series=series,
        revision=series.revision,
        verb=verb,
        at=at,
        by_id=actor.user_id,
        reason=reason,
        cost=cost,
        before=plans.to_data(before),
        after=plans.to_data(after),
    )
    audit.record(
        actor,
        verb,
        series,
        at=at,
        patient_id=series.patient_id,
        clinic_id=series.clinic_id,
        fields=["dates"],
        reason=reason,
    )
    return change


def tell_patient(
    mail: str, series: Series, change: SeriesChange, visits: Sequence[Visit], at: datetime
) -> None:
    """Queue a mail about dates; it waits three minutes, so that an undo sends nothing."""
    outbox.queue(
        mail,
        change,
        series.patient,
        at=at,
        due_at=at + outbox.UNDO_GRACE,
        context={
            "clinic": series.clinic,
            "patient": series.patient,
            "visits": visits,
            "tz": series.clinic.zone,
        },
        patient_id=series.patient_id,
        clinic_id=series.clinic_id,
    )
