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


@transaction.atomic
def send_again(actor: Actor, message: Message, *, at: datetime) -> Message:
    """Put a refused mail back into the outbox, to the patient's address as it is now. Twice does it once.

    Raises Refused where the patient has no address by now.
    """
    message = _locked(actor, message)
    if message.state != Message.State.PARKED:
        return message
    if message.patient_id is not None:
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
    return Message.objects.select_for_update().get(pk=message.pk)


def _told(actor: Actor, message: Message, verb: str, at: datetime) -> Message:
    audit.record(actor, verb, message, at=at, patient_id=message.patient_id, clinic_id=message.clinic_id)
    return message
