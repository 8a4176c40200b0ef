"""Booking a series: whole or not at all, from a proposal that was signed when it was shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit, outbox
from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor
from plans.actions import checking, holding
from plans.actions.placing import had_of, place
from plans.models import Kind, Occupancy, Series, SeriesChange, Visit
from plans.queries.slots import Needs, members_of
from plans.queries.standing import standing
from plans.rules import plan as plans
from plans.rules.plan import Session

SALT = "plans.proposal"
GOOD_FOR_SECONDS = 30 * 60


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan as it was shown: for which series, at which revision of it, good for one use.

    `by_hand` are the sessions whose time was typed, outside the hours: what was not cannot be booked there.
    """

    series: UUID
    revision: int
    nonce: UUID
    plan: tuple[Session, ...]
    by_hand: tuple[int, ...] = ()


def offer(
    series: Series,
    plan: Sequence[Session],
    *,
    by_hand: Collection[int] = (),
    nonce: UUID | None = None,
    salt: str = SALT,
) -> str:
    """Sign a plan for one use, so that what is confirmed is what was shown; `salt` says for which."""
    told = [str(series.pk), series.revision, str(nonce or uuid4()), plans.to_data(plan), sorted(by_hand)]
    return signing.dumps(told, salt=salt, compress=True)


def read_offer(token: str, *, salt: str = SALT) -> Offer:
    """Return what was signed for this use. Raises Refused on a forged or an old token, and on one of another use."""
    try:
        series, revision, nonce, data, by_hand = signing.loads(token, salt=salt, max_age=GOOD_FOR_SECONDS)
        return Offer(UUID(series), revision, UUID(nonce), plans.from_data(data), tuple(by_hand))
    except signing.SignatureExpired:
        raise Refused(
            _("This proposal is older than half an hour. Here are fresh ones; nothing has been booked."),
            code="offer_expired",
        ) from None
    except (signing.BadSignature, ValueError, TypeError):
        raise _unreadable() from None


def _unreadable() -> Refused:
    return Refused(
        _("This proposal cannot be read. Choose one of those below; nothing has been booked."),
        code="offer_forged",
    )


def confirm(actor: Actor, series: Series, token: str, *, at: datetime, reason: str = "") -> SeriesChange:
    """Do what an offer says, all of it or nothing, and return the change: sessions without a date get one,
    sessions with a date move. Confirming twice does it once.

    Raises Refused when the offer is forged, old, for another series, made before the series last changed, or
    outside what the person may book; SlotTaken when somebody holds one of its times.
    """
    chosen = read_offer(token)
    if chosen.series != series.pk:
        raise Refused(_("This proposal belongs to another series."), code="offer_of_another")
    if not chosen.plan:
        raise _unreadable()
    needs = checking.offered(series.clinic, Kind.TREATMENT)
    claims = claims_of(series, needs, chosen.plan)
    return _confirm(actor, series, chosen, needs, claims, at=at, reason=reason)


def claims_of(series: Series, needs: Needs, plan: Sequence[Session]) -> list[Occupancy]:
    """Return what the sessions of a plan will hold; what somebody else has is refused at once. Raises SlotTaken.

    In a rush most come too late: they are told by one read, and nobody waits for them.
    """
    slots = [session.slot for session in plan]
    claims = holding.claims(series.clinic, needs.kind, series.patient.resource_id, slots)
    holding.refuse_taken(claims, but_for=series)
    return claims


@transaction.atomic
def _confirm(
    actor: Actor,
    series: Series,
    chosen: Offer,
    needs: Needs,
    claims: Sequence[Occupancy],
    *,
    at: datetime,
    reason: str,
) -> SeriesChange:
    series = lock(series)
    if series.revision != chosen.revision:
        return _made_before(chosen)
    holding.claim(claims, but_for=series)
    members = members_of(series.clinic)
    stand = standing(series, members)
    told: dict[str, Any] = {"at": at, "reason": reason, "members": members}
    outside = checking.refuse_unfit(actor, stand, chosen.plan, by_hand=chosen.by_hand, needs=needs, **told)
    had = had_of(stand, chosen.plan)
    before, visits = place(stand, chosen.plan, outside=outside, claimed=needs.kind, **told)
    moved = {session.number for session in before}
    verb = "move" if before else "book"
    change = write_change(
        actor,
        series,
        verb,
        before=before,
        after=chosen.plan,
        at=at,
        reason=reason,
        nonce=chosen.nonce,
        cost=plans.disruption(before, [session for session in chosen.plan if session.number in moved]),
        had=had,
        fields=("dates", "outside_hours") if outside else ("dates",),
    )
    tell_patient("plans/moved" if before else "plans/booked", series, change, visits, at)
    return change


def _made_before(chosen: Offer) -> SeriesChange:
    """Return the change that the same offer made already; every other offer is stale, for each change is counted."""
    made_before = SeriesChange.objects.filter(pk=chosen.nonce).first()
    if made_before is None:
        raise Refused(
            _("The plan has changed since these times were shown. Nothing has been booked."),
            code="offer_stale",
        )
    return made_before


def lock(series: Series) -> Series:
    """Lock the series first of all, so that two desks at one series queue; returns it fresh."""
    held = Series.objects.select_for_update(of=("self",))
    return held.select_related("clinic", "patient", "protocol_version").get(pk=series.pk)


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
    had: Mapping[str, list[str]] | None = None,
    fields: Sequence[str] = ("dates",),
) -> SeriesChange:
    """Keep what changed, raise the series' revision, and write the audit row."""
    if series.state == Series.State.TO_BOOK and after:
        series.state = Series.State.BOOKED
    series.revision += 1
    Series.objects.filter(pk=series.pk).update(revision=series.revision, state=series.state)
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
        had=dict(had or {}),
    )
    audit.record(
        actor,
        verb,
        series,
        at=at,
        patient_id=series.patient_id,
        clinic_id=series.clinic_id,
        fields=fields,
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
