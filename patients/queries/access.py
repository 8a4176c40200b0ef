"""Whose pages a person may open."""

from uuid import UUID

from patients.models import PatientAccess

MOST_TRIES = 5


def opened_by(user_id: int) -> list[PatientAccess]:
    """Return a person's keys that stand, confirmed or not, with patient and clinic, in one query."""
    return list(
        PatientAccess.objects.filter(user_id=user_id, revoked_at=None)
        .select_related("patient", "patient__clinic")
        .order_by("patient__name", "pk")
    )


def key_of(user_id: int, patient_id: UUID) -> PatientAccess | None:
    """Return a person's key to one patient's page; None where they have none, or it was taken back."""
    keys = PatientAccess.objects.filter(user_id=user_id, patient_id=patient_id, revoked_at=None)
    return keys.select_related("patient", "patient__clinic").first()


def is_locked(key: PatientAccess) -> bool:
    """Say whether too many wrong birth dates were entered, so that only the clinic can help."""
    return key.confirmed_at is None and key.confirm_tries >= MOST_TRIES
