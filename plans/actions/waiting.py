"""The waiting list: join it, change what would suit, leave it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic.actions import audit, outbox
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.rules.roles import Actor, Right
from clinic.rules.timegrid import local_day
from patients.models import Patient
from plans.models import Kind, Series, VisitType, WaitingEntry, WaitingOffer
from plans.rules.waiting import LONGEST_WAIT, MOST_NOTICE_HOURS
from plans.rules.wishes import TIMES

Waits = WaitingEntry.State
Answer = WaitingOffer.State


@dataclass(frozen=True, slots=True)
class Wanted:
    """What would suit the patient, as it was asked for: empty means that anything does."""

    first: date
    last: date
    weekdays: Collection[int] = ()
    times: Collection[str] = ()
    practitioner: Membership | None = None
    notice_hours: int = 24


@transaction.atomic
def join(
    actor: Actor,
    patient: Patient,
    wanted: Wanted,
    *,
    at: datetime,
    series: Series | None = None,
    kind: str = Kind.TREATMENT,
    key: UUID | None = None,
) -> WaitingEntry:
    """Put a patient on the list: for the next session of a series, or for one visit of a kind.

    `key` is the form's own id: the same form twice joins once. Raises Refused for impossible wishes, where
    nothing is to come, and for somebody who waits for the same already.
    """
    must(actor, Right.BOOK, patient.clinic_id)
    made_before = _made_before(patient, series, kind, key)
    if made_before is not None:
        return made_before
    _refuse_wrong(patient, wanted, at)
    _refuse_nothing_to_wait_for(patient, series, kind)
    _end_what_is_over(patient, series, kind, at)
    entry = _joined(actor, patient, wanted, at, series, kind, key)
    audit.record(actor, "join", entry, at=at, patient_id=patient.pk, clinic_id=patient.clinic_id)
    return entry


def _made_before(patient: Patient, series: Series | None, kind: str, key: UUID | None) -> WaitingEntry | None:
    """Return what the same form made already; the key of anything else is refused."""
    found = WaitingEntry.objects.filter(pk=key).first() if key else None
    if found is not None and (found.patient_id, found.series, found.kind) != (patient.pk, series, kind):
        raise Refused(_("This form was used before. Open it afresh."), code="key_used")
    return found


def _refuse_wrong(patient: Patient, wanted: Wanted, at: datetime) -> None:
    today = local_day(at, patient.clinic.zone)
    if wanted.last < wanted.first:
        raise Refused(_("The last day must not be before the first."), code="days", field="last")
    if wanted.last < today:
        raise Refused(_("That day has passed. Choose today or later."), code="past", field="last")
    if wanted.last > today + LONGEST_WAIT:
        raise Refused(_("Choose a last day within a year."), code="far", field="last")
    if not set(wanted.weekdays) <= set(range(7)):
        raise Refused(_("Choose among the days of the week."), code="weekdays", field="weekdays")
    if not set(wanted.times) <= set(TIMES):
        raise Refused(_("Choose among the times of day."), code="times", field="times")
    if not 0 <= wanted.notice_hours <= MOST_NOTICE_HOURS:
        raise Refused(_("Choose how many hours ahead, up to two weeks."), code="notice", field="notice_hours")
    who = wanted.practitioner
    if who is not None and (who.clinic_id != patient.clinic_id or who.user.resource_id is None):
        raise Refused(_("Choose somebody who works here."), code="practitioner", field="practitioner")


def _refuse_nothing_to_wait_for(patient: Patient, series: Series | None, kind: str) -> None:
    if series is not None:
        same = (series.patient_id, series.clinic_id, kind) == (patient.pk, patient.clinic_id, Kind.TREATMENT)
        if not same or series.state not in Series.OPEN:
            raise Refused(_("No session of this series can be waited for."), code="not_open")
        done = series.visits.filter(state="done").count()
        if done >= series.sessions:
            raise Refused(_("Every session of this series is done."), code="not_open")
    elif kind in (Kind.TREATMENT, Kind.BLOCKED) or not _offers(patient, kind):
        raise Refused(_("Choose what kind of visit this is."), code="kind", field="kind")


def _offers(patient: Patient, kind: str) -> bool:
    return VisitType.objects.filter(clinic_id=patient.clinic_id, kind=kind).exists()


def _end_what_is_over(patient: Patient, series: Series | None, kind: str, at: datetime) -> None:
    """Close an entry for the same whose last day has passed, so that joining again is possible."""
    today = local_day(at, patient.clinic.zone)
    over = WaitingEntry.objects.filter(patient=patient, series=series, kind=kind, last__lt=today)
    over.filter(state=Waits.WAITING).update(state=Waits.LEFT, ended_at=at)


def _joined(
    actor: Actor,
    patient: Patient,
    wanted: Wanted,
    at: datetime,
    series: Series | None,
    kind: str,
    key: UUID | None,
) -> WaitingEntry:
    entry = WaitingEntry(
        pk=key or uuid4(),
        clinic=patient.clinic,
        patient=patient,
        series=series,
        kind=kind,
        first=wanted.first,
        last=wanted.last,
        weekdays=sorted(wanted.weekdays),
        times=sorted(wanted.times),
        practitioner=wanted.practitioner,
        notice_hours=wanted.notice_hours,
        joined_at=at,
        joined_by_id=actor.user_id,
    )
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            _("This patient is on the waiting list for that already. Leave the list first to change it."),
            code="waits",
        ) from None
    return entry


@transaction.atomic
def change(actor: Actor, entry: WaitingEntry, wanted: Wanted, *, at: datetime) -> WaitingEntry:
    """Wait with other wishes: leaves the list and joins it again, keeping the place. Returns the new entry."""
    left = leave(actor, entry, at=at)
    entry = join(actor, left.patient, wanted, at=at, series=left.series, kind=left.kind)
    entry.joined_at = left.joined_at
    entry.save(update_fields=["joined_at"])
    return entry


@transaction.atomic
def leave(actor: Actor, entry: WaitingEntry, *, at: datetime) -> WaitingEntry:
    """Take somebody off the list; an offer that is open goes with it. Leaving twice does it once."""
    must(actor, Right.BOOK, entry.clinic_id)
    entry = locked(entry)
    if entry.state != Waits.WAITING:
        return entry
    for open_offer in entry.offers.filter(state=Answer.OPEN):
        close(actor, open_offer, Answer.WITHDRAWN, at)
    entry.state, entry.ended_at = Waits.LEFT, at
    entry.save(update_fields=["state", "ended_at"])
    audit.record(actor, "leave", entry, at=at, patient_id=entry.patient_id, clinic_id=entry.clinic_id)
    return entry


def locked(entry: WaitingEntry) -> WaitingEntry:
    """Lock the entry before anything else that its booking locks."""
    rows = WaitingEntry.objects.select_for_update(of=("self",)).select_related("clinic", "patient", "series")
    return rows.get(pk=entry.pk)


def close(actor: Actor, offer: WaitingOffer, state: str, at: datetime) -> None:
    """End an offer; a mail about it that has not gone out is not sent."""
    offer.state, offer.answered_at, offer.answered_by_id = state, at, actor.user_id
    offer.save(update_fields=["state", "answered_at", "answered_by"])
    outbox.void(offer)
