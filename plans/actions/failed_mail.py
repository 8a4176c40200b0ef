"""Mail that was refused for good: sent again to the address as it is now, or settled by a call."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.models import Message
from clinic.rules.roles import Actor, Right
from patients.models import Patient
from plans.models import SeriesChange
from plans.rules.plan import from_data


@transaction.atomic
def send_again(actor: Actor, message: Message, *, at: datetime) -> Message:
    """Put a refused mail back into the outbox, to the patient's address as it is now. Twice does it once.

    A secret one goes where it was addressed, for it opens something. Raises Refused where the patient has no
    address by now, and where the dates that the mail names have changed since.
    """
    message = _locked(actor, message)
    if message.state != Message.State.PARKED:
        return message
    _refuse_overtaken(message)
    if message.patient_id is not None and not message.is_secret:
        message.to = Patient.objects.get(pk=message.patient_id).email
    if not message.to:
        raise Refused(_("There is no e-mail address to send it to. Correct it first."), code="no_address")
    message.state, message.attempts, message.claimed_until = Message.State.QUEUED, 0, None
    message.error = ""
    message.save(update_fields=["to", "state", "attempts", "claimed_until", "error"])
    return _told(actor, message, "send_again", at)


@transaction.atomic
def settle(actor: Actor, message: Message, *, at: datetime) -> Message:
    """Take a refused mail off the list: the patient was told in another way. Twice does it once."""
    message = _locked(actor, message)
    if message.state != Message.State.PARKED:
        return message
    message.state = Message.State.VOID
    message.save(update_fields=["state"])
    return _told(actor, message, "settle", at)


def _locked(actor: Actor, message: Message) -> Message:
    must(actor, Right.BOOK, message.clinic_id or 0)
    if message.patient_id is None:
        raise Refused(_("This mail is not about a patient."), code="not_allowed")
    return Message.objects.select_for_update().get(pk=message.pk)


def _refuse_overtaken(message: Message) -> None:
    """Refuse to tell dates that a later change of the series has replaced: it told its own."""
    if message.subject_kind != "serieschange":
        return
    change = SeriesChange.objects.get(pk=message.subject_id)
    later = SeriesChange.objects.filter(series=change.series_id, revision__gt=change.revision, undone_at=None)
    if any(_sessions(change) & _sessions(one) for one in later):
        raise Refused(
            _("The dates have changed since this mail was written. Call the patient, then settle it."),
            code="overtaken",
        )


def _sessions(change: SeriesChange) -> set[int]:
    return {session.number for session in (*from_data(change.before), *from_data(change.after))}


def _told(actor: Actor, message: Message, verb: str, at: datetime) -> Message:
    audit.record(actor, verb, message, at=at, patient_id=message.patient_id, clinic_id=message.clinic_id)
    return message
