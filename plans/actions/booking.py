"""Booking a series: whole or not at all, from a proposal that was signed when it was shown."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit, outbox
from clinic.actions.refusal import Refused
from clinic.models import Device, Membership, Room
from clinic.rules.roles import Actor
from plans.actions import holding
from plans.models import Kind, Series, SeriesChange, Visit
from plans.queries.slots import visit_type
from plans.queries.standing import Standing, standing
from plans.rules import plan as plans
from plans.rules.plan import Session

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
    return signing.dumps([str(series.pk), series.revision, str(uuid4()), plans.to_data(plan)], salt=SALT, compress=True)


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
    """Book every session of an offer, all or none, and return the change. Confirming twice books once.

    Raises Refused when the offer is forged, old, for another series, or made before the series last changed;
    SlotTaken when somebody holds one of its times.
    """
    chosen = read_offer(token)
    if chosen.series != series.pk:
        raise Refused(_("This proposal belongs to another series."), code="offer_of_another")
    series = lock(series)
    done_before = SeriesChange.objects.filter(pk=chosen.nonce).first()
    if done_before is not None:
        return done_before
    stand = standing(series)
    _refuse_stale(series, stand, chosen)
    visits = book_sessions(series, chosen.plan, at=at, reason=reason)
    change = write_change(
        actor, series, "book", before=(), after=chosen.plan, at=at, reason=reason, nonce=chosen.nonce
    )
    _tell_patient(series, change, visits, at)
    return change


def lock(series: Series) -> Series:
    """Lock the series first of all, so that two desks at one series queue; returns it fresh."""
    Series.objects.select_for_update().get(pk=series.pk)
    return Series.objects.select_related("clinic", "patient", "protocol_version").get(pk=series.pk)


def _refuse_stale(series: Series, stand: Standing, chosen: Offer) -> None:
    if series.state not in Series.OPEN:
        raise Refused(
            _("This series is %(state)s, so nothing can be booked for it.") % {"state": series.get_state_display()},
            code="not_open",
        )
    if series.revision != chosen.revision or {s.number for s in chosen.plan} - set(stand.to_book):
        raise Refused(
            _("The plan has changed since these times were shown. Nothing has been booked."), code="offer_stale"
        )


def book_sessions(series: Series, plan: Sequence[Session], *, at: datetime, reason: str = "") -> list[Visit]:
    """Make and hold the visits of a plan inside the caller's transaction. Raises SlotTaken."""
    kind = visit_type(series.clinic, Kind.TREATMENT)
    members = {
        member.user.resource_id: member
        for member in Membership.objects.practitioners().filter(clinic=series.clinic).select_related("user")
    }
    rooms = Room.objects.in_bulk([s.slot.room for s in plan if s.slot.room is not None])
    devices = Device.objects.in_bulk([s.slot.device for s in plan if s.slot.device is not None])
    visits = [
        new_visit(
            clinic=series.clinic,
            kind=Kind.TREATMENT,
            patient=series.patient,
            series=series,
            session_number=session.number,
            practitioner=members[session.slot.practitioner],
            room=rooms.get(session.slot.room),
            device=devices.get(session.slot.device),
            day=session.slot.day,
            start_minute=session.slot.start,
            minutes=kind.minutes,
            override_reason=reason,
            booked_at=at,
            state_at=at,
        )
        for session in plan
    ]
    Visit.objects.bulk_create(visits)
    holding.hold(visits, kind)
    return visits


def new_visit(**fields: object) -> Visit:
    """Return an unsaved visit with its instants and a reference of its own."""
    visit = Visit(**fields, reference="".join(secrets.choice(LETTERS) for _ in range(7)))
    visit.starts_at, visit.ends_at = holding.instants(visit)
    return visit


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
    change = SeriesChange.objects.create(
        id=nonce or uuid4(),
        series=series,
        verb=verb,
        at=at,
        by_id=actor.user_id,
        reason=reason,
        cost=cost,
        before=plans.to_data(before),
        after=plans.to_data(after),
    )
    if series.state == Series.State.TO_BOOK and after:
        series.state = Series.State.BOOKED
    series.revision += 1
    series.save(update_fields=["revision", "state"])
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


def _tell_patient(series: Series, change: SeriesChange, visits: Sequence[Visit], at: datetime) -> None:
    outbox.queue(
        "plans/booked",
        change,
        series.patient,
        at=at,
        due_at=at + outbox.UNDO_GRACE,
        context={"clinic": series.clinic, "patient": series.patient, "visits": visits, "zone": series.clinic.zone},
        patient_id=series.patient_id,
        clinic_id=series.clinic_id,
    )
