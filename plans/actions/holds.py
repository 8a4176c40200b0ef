"""What putting a series on hold, letting it go on or ending it takes away, kept so that an undo brings it back."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from clinic.actions import outbox
from clinic.models import Message
from plans.models import Series, SeriesChange, WaitingEntry, WaitingOffer

PAUSE, RESUME, STOP = "pause", "resume", "stop"
VERBS = (PAUSE, RESUME, STOP)
FIELDS = ("hold_reason", "earliest_on", "held_by_answers", "end_reason")

Waits = WaitingEntry.State
Answer = WaitingOffer.State


def had_of(series: Series, entries: Sequence[WaitingEntry] = ()) -> dict[str, list[str]]:
    """Return what a locked series has, and those who wait for it, before any of it changes."""
    offers = WaitingOffer.objects.filter(entry__in=entries, state=Answer.OPEN)
    mails = dict(_unsent(series).values_list("pk", "state"))
    parked = {pk for pk, state in mails.items() if state == Message.State.PARKED}
    return {
        "state": [series.state],
        "hold_reason": [series.hold_reason],
        "earliest_on": [series.earliest_on.isoformat()] if series.earliest_on else [],
        "held_by_answers": ["yes"] if series.held_by_answers else [],
        "end_reason": [series.end_reason],
        "waiting": [str(entry.pk) for entry in entries],
        "offers": [str(offer.pk) for offer in offers],
        "queued": [str(pk) for pk in mails if pk not in parked],
        "parked": [str(pk) for pk in parked],
    }


def without_unsent(series: Series, had: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the same without the mails that wait still: what somebody else takes back later is not ours."""
    wait = {str(pk) for pk in _unsent(series).values_list("pk", flat=True)}
    return {**had, **{key: [pk for pk in had[key] if pk not in wait] for key in ("queued", "parked")}}


def _unsent(series: Series) -> QuerySet[Message]:
    return outbox.unsent(series.patient_id, series.clinic_id)


def restore(series: Series, change: SeriesChange, entries: Sequence[WaitingEntry]) -> None:
    """Put the fields of a locked series back, who waited, and the mails; the entries are locked before it."""
    had = change.had
    series.hold_reason, series.end_reason = had["hold_reason"][0], had["end_reason"][0]
    series.earliest_on = date.fromisoformat(had["earliest_on"][0]) if had["earliest_on"] else None
    series.held_by_answers = bool(had["held_by_answers"])
    series.save(update_fields=FIELDS)
    for entry in entries:
        _wait_again(entry, change)
    outbox.put_back(had["queued"], Message.State.QUEUED, series.patient.email)
    outbox.put_back(had["parked"], Message.State.PARKED, series.patient.email)


def _wait_again(entry: WaitingEntry, change: SeriesChange) -> None:
    """Let somebody wait as before, with the offer that was open; who left the list since stays away."""
    if entry.state == Waits.LEFT and entry.ended_at == change.at:
        entry.state, entry.ended_at = Waits.WAITING, None
        entry.save(update_fields=["state", "ended_at"])
    if entry.state == Waits.WAITING and not entry.offers.filter(state=Answer.OPEN).exists():
        withdrawn = entry.offers.filter(pk__in=change.had["offers"], state=Answer.WITHDRAWN)
        withdrawn.update(state=Answer.OPEN, answered_at=None, answered_by=None)
