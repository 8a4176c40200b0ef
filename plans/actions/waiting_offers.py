"""A time that came free, offered to somebody who waits: made, taken by whoever is first, or declined."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit, outbox
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor, Right
from clinic.rules.timegrid import CELL_MINUTES, to_utc
from plans.actions import booking, checking, single
from plans.actions.holding import SlotTaken
from plans.actions.waiting import Answer, Waits, close, locked
from plans.models import Visit, WaitingEntry, WaitingOffer
from plans.queries.free_time import FreeTime
from plans.queries.waiting import waiting_of
from plans.rules import plan as plans
from plans.rules.plan import Session
from plans.rules.scheduling.model import Slot
from plans.rules.waiting import answer_by


@transaction.atomic
def offer(actor: Actor, entry: WaitingEntry, slot: Slot, *, at: datetime) -> WaitingOffer:
    """Offer one free time: a mail that names no treatment, to be answered within a day. It holds nothing.

    The same offer twice is made once. Raises Refused where the patient no longer waits, has another offer open,
    or the time lies outside the window or the wishes; SlotTaken where it is not free.
    """
    must(actor, Right.BOOK, entry.clinic_id)
    entry = locked(entry)
    one = waiting_of(entry, at=at) if entry.state == Waits.WAITING else None
    if one is None:
        raise Refused(_("This patient is no longer on the waiting list."), code="not_waiting")
    starts_at = to_utc(slot.day, slot.start, entry.clinic.zone)
    if one.offer is not None:
        if one.offer.starts_at == starts_at:
            return one.offer
        raise Refused(_("This patient has an offer already. Wait for the answer first."), code="offered")
    minutes = checking.offered(entry.clinic, entry.kind).kind.minutes
    if not one.suits(slot, starts_at, minutes, at=at):
        raise Refused(_("This time does not suit the patient any more."), code="unsuitable")
    plan = [Session(one.number, slot)]
    checking.refuse_unfree(entry.clinic, entry.kind, plan)
    for unanswered in entry.offers.filter(state=Answer.OPEN):
        close(actor, unanswered, Answer.EXPIRED, at)
    made = WaitingOffer.objects.create(
        entry=entry,
        plan=plans.to_data(plan),
        starts_at=starts_at,
        offered_at=at,
        offered_by_id=actor.user_id,
        expires_at=answer_by(at, starts_at),
    )
    audit.record(actor, "offer", made, at=at, patient_id=entry.patient_id, clinic_id=entry.clinic_id)
    _tell(made, at)
    return made


def _tell(made: WaitingOffer, at: datetime) -> None:
    entry = made.entry
    outbox.queue(
        "plans/offer",
        made,
        entry.patient,
        at=at,
        context={"clinic": entry.clinic, "offer": made, "tz": entry.clinic.zone},
        patient_id=entry.patient_id,
        clinic_id=entry.clinic_id,
    )


@transaction.atomic
def accept(actor: Actor, offer: WaitingOffer, *, at: datetime) -> WaitingOffer:
    """Take an offered time: the session is booked, or moves there. Accepting twice does it once.

    Whoever is first has it. Where somebody else was, the offer becomes `gone`; where the time no longer helps or
    fits, `withdrawn`. The patient stays on the list: that is an answer and no error. Raises Refused where the
    offer is over.
    """
    offer = _to_answer(actor, offer, at)
    if offer.state == Answer.ACCEPTED:
        return offer
    try:
        with transaction.atomic():
            _book(actor, offer, at)
    except SlotTaken:
        return _answered(actor, offer, Answer.GONE, at)
    except Refused:
        return _answered(actor, offer, Answer.WITHDRAWN, at)
    entry = offer.entry
    entry.state, entry.ended_at = Waits.SERVED, at
    entry.save(update_fields=["state", "ended_at"])
    return _answered(actor, offer, Answer.ACCEPTED, at)


@transaction.atomic
def decline(actor: Actor, offer: WaitingOffer, *, at: datetime) -> WaitingOffer:
    """Say no to an offered time; the patient stays on the list and is not offered it again."""
    offer = _to_answer(actor, offer, at)
    if offer.state == Answer.ACCEPTED:
        raise Refused(_("This time is booked already. Call to change it."), code="accepted")
    return _answered(actor, offer, Answer.DECLINED, at)


def _to_answer(actor: Actor, offer: WaitingOffer, at: datetime) -> WaitingOffer:
    """Return an offer that can be answered, its entry locked; one that was taken counts as answered."""
    if actor.is_patient:
        if not WaitingOffer.objects.visible_to(actor).filter(pk=offer.pk).exists():
            raise Refused(_("Your role in this clinic does not include this."), code="not_allowed")
    else:
        must(actor, Right.BOOK, offer.entry.clinic_id)
    entry = locked(offer.entry)
    offer = WaitingOffer.objects.get(pk=offer.pk)
    offer.entry = entry
    if offer.state != Answer.ACCEPTED and not offer.is_open(at):
        raise Refused(_over(entry), code="offer_over")
    return offer


def _over(entry: WaitingEntry) -> str:
    if entry.state == Waits.WAITING:
        return _("This offer is over. You stay on the waiting list.")
    return _("This offer is over.")


def _book(actor: Actor, offer: WaitingOffer, at: datetime) -> None:
    """Book or move through the ordinary actions, which check everything afresh."""
    entry = offer.entry
    (session,) = plans.from_data(offer.plan)
    series = booking.lock(entry.series) if entry.series else None
    holds = _still_later(offer, session.number, at)
    slot = _placed(entry, session.slot)
    if series is not None:
        token = booking.offer(series, [Session(session.number, slot)], nonce=offer.pk)
        booking.confirm(actor, series, token, at=at)
    elif holds is not None:
        single.move(actor, holds, slot, at=at, seen=holds.sequence)
    else:
        single.book(actor, entry.clinic, entry.kind, entry.patient, slot, at=at, key=offer.pk)


def _still_later(offer: WaitingOffer, number: int, at: datetime) -> Visit | None:
    """Return the later visit that moves, if there is one; refuse an offer that brings nothing forward any more."""
    one = waiting_of(offer.entry, at=at)
    holds = one.holds if one else None
    if one is None or one.number != number or (holds and holds.starts_at <= offer.starts_at):
        raise Refused(_("This time does not suit the patient any more."), code="unsuitable")
    return holds


def _placed(entry: WaitingEntry, slot: Slot) -> Slot:
    """Return the same time with a room and a device that are free now; the slot as it was where none is."""
    patient = entry.patient.resource_id
    free = FreeTime(entry.clinic, slot.day, slot.day, [patient])
    starts = free.starts(entry.kind, slot.day, slot.practitioner, patient)
    if not starts >> (slot.start // CELL_MINUTES) & 1:
        return slot
    return free.place(entry.kind, slot.day, slot.practitioner, slot.start)


def _answered(actor: Actor, offer: WaitingOffer, state: str, at: datetime) -> WaitingOffer:
    close(actor, offer, state, at)
    entry = offer.entry
    audit.record(actor, state, offer, at=at, patient_id=entry.patient_id, clinic_id=entry.clinic_id)
    return offer
