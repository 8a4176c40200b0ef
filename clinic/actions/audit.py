"""Writing the log: one row a verb or a read, in the transaction of what it tells of."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from clinic.models import AuditEntry
from clinic.rules.roles import Actor

REASON_LENGTH = 500


def record(
    actor: Actor,
    verb: str,
    subject: Model | tuple[str, str],
    *,
    at: datetime,
    patient_id: UUID | None = None,
    clinic_id: int | None = None,
    fields: Iterable[str] = (),
    reason: str = "",
) -> AuditEntry:
    """Write one line: who did which verb to what, and which fields changed; never a value.

    `subject` is a row, or its kind and id. `clinic_id` is needed where the actor belongs to no clinic.
    """
    kind, key = subject if isinstance(subject, tuple) else (subject._meta.model_name or "", str(subject.pk))
    return AuditEntry.objects.create(
        **_said(actor, verb, at, clinic_id),
        patient_id=patient_id,
        subject_kind=kind,
        subject_id=key,
        fields=sorted(fields),
        reason=reason[:REASON_LENGTH],
    )


def record_each(
    actor: Actor, verb: str, kind: str, patients: Mapping[UUID, UUID], *, at: datetime, clinic_id: int
) -> None:
    """Write one line for each of many rows of a kind, in one query: from the id of the row to that of its patient."""
    said = _said(actor, verb, at, clinic_id)
    AuditEntry.objects.bulk_create(
        AuditEntry(**said, patient_id=patient, subject_kind=kind, subject_id=str(key))
        for key, patient in patients.items()
    )


def _said(actor: Actor, verb: str, at: datetime, clinic_id: int | None) -> dict[str, Any]:
    """Return what every line says: who did what, when and from where."""
    return {
        "at": at,
        "clinic_id": clinic_id or actor.clinic_id,
        "user_id": actor.user_id,
        "role": ",".join(sorted(actor.roles)),
        "verb": verb,
        "source": actor.source,
    }
