"""Mail that came back."""

from typing import Any

from clinic.models import Message
from tests.factories.booking import MONDAY, Desk


def a_refused_mail(desk: Desk, **values: Any) -> Message:
    """Put a mail to the patient of a desk on file that their server does not take."""
    given = {
        "clinic": desk.team.clinic, "patient_id": desk.patient.pk, "kind": "plans/booked", "title": "Your visits",
        "to": "old@example.org", "body": "b", "state": "parked", "due_at": MONDAY, "queued_at": MONDAY,
        "subject_kind": "visit", "subject_id": str(Message.objects.count()), **values,
    }  # fmt: skip
    return Message.objects.create(**given)
