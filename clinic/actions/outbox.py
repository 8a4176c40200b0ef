"""The outbox: queue a mail with its cause, void it with its cause, send what is due.

Queueing happens in the caller's transaction, so a mail exists exactly when its cause does. Sending claims
a row by one conditional UPDATE with a lease; a worker that dies leaves the claim to run out, so at most one
duplicate can follow, recognisable by its stable Message-ID.
"""

import smtplib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Model, Q, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import override

from clinic.models import Message

LEASE = timedelta(minutes=5)
UNDO_GRACE = timedelta(minutes=3)
MOST_ATTEMPTS = 12
WAITING = (Message.State.QUEUED, Message.State.CLAIMED)
ONCE = ["subject_kind", "subject_id", "kind", "due_at"]
UNSENT = (*WAITING, Message.State.PARKED)


class Addressee(Protocol):
    """Whom a mail goes to, in which language."""

    email: str
    language: str


def queue(
    kind: str,
    subject: Model,
    to: Addressee,
    *,
    at: datetime,
    due_at: datetime | None = None,
    context: dict[str, object] | None = None,
    patient_id: UUID | None = None,
    clinic_id: int | None = None,
    secret: bool = False,
) -> None:
    """Put a mail into the outbox, worded now by `mail/<kind>.subject.txt` and `.txt` in their language.

    Nothing is queued where the person has no address, or where the same mail of the same cause stands already.
    """
    if not to.email:
        return
    words = {"site": settings.SITE_URL, **(context or {})}
    with override(to.language):
        title = " ".join(render_to_string(f"mail/{kind}.subject.txt", words).split())
        body = render_to_string(f"mail/{kind}.txt", words)
    message = Message(
        clinic_id=clinic_id,
        kind=kind,
        subject_kind=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        patient_id=patient_id,
        to=to.email,
        title=title,
        body=body,
        is_secret=secret,
        queued_at=at,
        due_at=due_at or at,
    )
    # The same cause may have said so already: then that mail stands, and no transaction is torn.
    Message.objects.bulk_create(
        [message], update_conflicts=True, unique_fields=ONCE, update_fields=["subject_kind"]
    )


def void(subject: Model) -> int:
    """Take back every unsent mail of a cause that is gone, also what was refused; returns how many."""
    return Message.objects.filter(
        subject_kind=subject._meta.model_name, subject_id=str(subject.pk), state__in=UNSENT
    ).update(state=Message.State.VOID, claimed_until=None)


def unsent(patient_id: UUID, clinic_id: int) -> QuerySet[Message]:
    """Return the mails of a clinic about a patient that have not gone out."""
    return Message.objects.filter(patient_id=patient_id, clinic_id=clinic_id, state__in=UNSENT)


def put_back(messages: Collection[str], state: str, to: str) -> None:
    """Let mails wait again whose cause came back, for the address of today; without one they stay taken back."""
    if messages and to:
        Message.objects.filter(pk__in=messages, state=Message.State.VOID).update(state=state, to=to)


def readdress(patient_id: UUID, old: str, new: str) -> int:
    """Send what waits for a patient at an old address to the new one, or nowhere where there is none."""
    waiting = Message.objects.filter(patient_id=patient_id, to=old, state__in=WAITING, is_secret=False)
    if new:
        return waiting.update(to=new)
    return waiting.update(state=Message.State.VOID, claimed_until=None)


def send_due(*, at: datetime, limit: int = 100) -> int:
    """Send what is due and return how many went out. Safe to run in several processes at once."""
    sent = 0
    for _ in range(limit):
        message = _claim_next(at)
        if message is None:
            break
        sent += _send(message, at)
    return sent


def _claim_next(at: datetime) -> Message | None:
    """Claim the oldest mail that is due: whoever's UPDATE changes the row has it."""
    free = Q(state=Message.State.QUEUED) | Q(state=Message.State.CLAIMED, claimed_until__lt=at)
    while True:
        message = Message.objects.filter(free, due_at__lte=at).order_by("due_at", "pk").first()
        if message is None:
            return None
        claimed = Message.objects.filter(free, pk=message.pk).update(
            state=Message.State.CLAIMED, claimed_until=at + LEASE, attempts=F("attempts") + 1
        )
        if claimed:
            message.attempts += 1
            return message


def _send(message: Message, at: datetime) -> bool:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    mail = EmailMessage(
        message.title,
        message.body,
        to=[message.to],
        headers={"Message-ID": f"<interval-{message.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    claimed = Message.objects.filter(pk=message.pk, state=Message.State.CLAIMED)
    try:
        mail.send()
    except (smtplib.SMTPException, OSError, ValueError) as refused:
        claimed.update(**_after_failure(message, refused, at))
        return False
    body = "" if message.is_secret else message.body
    claimed.update(state=Message.State.SENT, sent_at=at, claimed_until=None, body=body, error="")
    return True


def _after_failure(message: Message, refused: Exception, at: datetime) -> dict[str, object]:
    """Say what becomes of a mail that did not go: again later, or parked for staff to look at."""
    final = isinstance(refused, smtplib.SMTPRecipientsRefused) and all(
        code >= 500 for code, _ in refused.recipients.values()
    )
    final = final or (isinstance(refused, smtplib.SMTPResponseException) and refused.smtp_code >= 500)
    final = final or isinstance(refused, ValueError)  # an address that no mail server can be asked for
    if final or message.attempts >= MOST_ATTEMPTS:
        return {"state": Message.State.PARKED, "claimed_until": None, "error": type(refused).__name__}
    wait = timedelta(seconds=min(30 * 2**message.attempts, 3600))
    # The lease doubles as the back-off: nobody may claim the row before it ends.
    return {"claimed_until": at + wait, "error": type(refused).__name__}
