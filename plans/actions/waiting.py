"""The waiting list: join it, change what would suit, leave it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit, outbox
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.rules.roles import Actor, Right
from clinic.rules.timegrid import local_day
from patients.actions.merging import refuse_merged
from patients.models import Patient
from plans.actions import booking, holding
from plans.models import Kind, Series, SeriesChange, VisitType, WaitingEntry, WaitingOffer
from plans.models.waiting import WaitingQuerySet
from plans.rules.waiting import LONGEST_WAIT, MOST_NOTICE_HOURS
from plans.rules.wishes import TIMES

Waits = WaitingEntry.State
Answer = WaitingOffer.State
ASKED = (
    *("patient_id", "series_id", "kind", "first", "last"),
    *("weekdays", "times", "practitioner_id", "notice_hours"),
)


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
    end_what_is_over(patient, at, series=series, kind=kind)
    patient, series = _held(patient, series)
    entry = _wished(actor, patient, wanted, at, series, kind, key)
    made_before = _made_before(entry)
    if made_before is not None:
        return made_before
    refuse_merged(patient)
    _refuse_wrong(patient, wanted, at)
    _refuse_nothing_to_wait_for(patient, series, kind)
    _refuse_second(entry)
    entry.save(force_insert=True)
    audit.record(actor, "join", entry, at=at, patient_id=patient.pk, clinic_id=patient.clinic_id)
    return entry


def _held(patient: Patient, series: Series | None) -> tuple[Patient, Series | None]:
    """Lock the series, then the patient's resource, as a merge and the end of a series do; both come fresh."""
    series = booking.lock(series) if series else None
    holding.lock([patient.resource_id])
    return Patient.objects.select_related("clinic").get(pk=patient.pk), series


def _made_before(entry: WaitingEntry) -> WaitingEntry | None:
    """Return what the same form made already; the key of anything else is refused."""
    found = WaitingEntry.objects.filter(pk=entry.pk).first()
    if found is None:
        return None
    same = all(getattr(found, name) == getattr(entry, name) for name in ASKED)
    if not same or found.state != Waits.WAITING:
        raise Refused(_("This form was used before. Open it afresh."), code="key_used")
    return found


def _refuse_second(entry: WaitingEntry) -> None:
    same = WaitingEntry.objects.filter(patient=entry.patient, series=entry.series, kind=entry.kind)
    if same.filter(state=Waits.WAITING).exists():
        raise Refused(
            _("This patient is on the waiting list for that already. Leave the list first to change it."),
            code="waits",
        )


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


def end_what_is_over(patient: Patient, at: datetime, **which: object) -> None:
    """Close a patient's entries whose last day has passed. They are locked: before any series and resource."""
    today = local_day(at, patient.clinic.zone)
    over = WaitingEntry.objects.filter(patient=patient, state=Waits.WAITING, last__lt=today, **which)
    held = list(over.select_for_update().order_by("pk").values_list("pk", flat=True))
    WaitingEntry.objects.filter(pk__in=held).update(state=Waits.LEFT, ended_at=at)


def _wished(
    actor: Actor,
    patient: Patient,
    wanted: Wanted,
    at: datetime,
    series: Series | None,
    kind: str,
    key: UUID | None,
) -> WaitingEntry:
    return WaitingEntry(
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


@transaction.atomic
def change(
    actor: Actor, entry: WaitingEntry, wanted: Wanted, *, at: datetime, key: UUID | None = None
) -> WaitingEntry:
    """Wait with other wishes: leaves the list and joins it again, keeping the place. Returns the new entry.

    `key` is the form's own id: the same form twice changes once. Raises Refused for who waits no more.
    """
    must(actor, Right.BOOK, entry.clinic_id)
    left = locked(entry)
    changed_before = key is not None and WaitingEntry.objects.filter(pk=key).exists()
    if left.state != Waits.WAITING and not changed_before:
        raise Refused(_("This patient is no longer on the waiting list."), code="not_waiting")
    leave(actor, left, at=at)
    entry = join(actor, left.patient, wanted, at=at, series=left.series, kind=left.kind, key=key)
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
    end(actor, entry, at)
    audit.record(actor, "leave", entry, at=at, patient_id=entry.patient_id, clinic_id=entry.clinic_id)
    return entry


def end(actor: Actor, entry: WaitingEntry, at: datetime) -> None:
    """Take a locked entry off the list, and its open offer back."""
    withdraw(actor, entry, at)
    entry.state, entry.ended_at = Waits.LEFT, at
    entry.save(update_fields=["state", "ended_at"])


def withdraw(actor: Actor, entry: WaitingEntry, at: datetime) -> None:
    """Take the open offer of a locked entry back; who waits stays on the list."""
    for open_offer in entry.offers.filter(state=Answer.OPEN):
        close(actor, open_offer, Answer.WITHDRAWN, at)


def wait_again(actor: Actor, offer: WaitingOffer, at: datetime) -> None:
    """Put back on the list who took an offer, because the booking is undone; its entry and series are locked.

    Who has joined again since stays with what was asked for then.
    """
    close(actor, offer, Answer.WITHDRAWN, at)
    entry = offer.entry
    if not WaitingEntry.objects.filter(series=entry.series, state=Waits.WAITING).exists():
        entry.state, entry.ended_at = Waits.WAITING, None
        entry.save(update_fields=["state", "ended_at"])


def locked(entry: WaitingEntry) -> WaitingEntry:
    """Lock the entry before anything else that its booking locks."""
    return _rows().get(pk=entry.pk)


def lock_of(series: Series) -> None:
    """Lock who waits for a session of a series, before the series itself is locked."""
    list(_rows().filter(series=series, state=Waits.WAITING))


def waiting_for(series: Series) -> list[WaitingEntry]:
    """Return who waits for a session of a locked series: those locked before it, and who joined meanwhile."""
    return list(_rows(skip_locked=True).filter(series=series, state=Waits.WAITING))


def taken_by(change: SeriesChange) -> WaitingOffer | None:
    """Return the offer whose acceptance made a change, its entry locked, before the series is locked."""
    offer = WaitingOffer.objects.filter(pk=change.pk).select_related("entry").first()
    if offer is not None:
        offer.entry = locked(offer.entry)
    return offer


def waited_before(change: SeriesChange) -> list[WaitingEntry]:
    """Return who waited when a change held or ended a series, locked, before the series is locked."""
    return list(_rows().filter(pk__in=change.had.get("waiting", ())).order_by("pk"))


def _rows(*, skip_locked: bool = False) -> WaitingQuerySet:
    held = WaitingEntry.objects.select_for_update(of=("self",), skip_locked=skip_locked)
    return held.select_related("clinic", "patient", "series")


def close(actor: Actor, offer: WaitingOffer, state: str, at: datetime) -> None:
    """End an offer; a mail about it that has not gone out is not sent."""
    offer.state, offer.answered_at, offer.answered_by_id = state, at, actor.user_id
    offer.save(update_fields=["state", "answered_at", "answered_by"])
    outbox.void(offer)
