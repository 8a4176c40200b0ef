"""The door to every clinical row: one for clinicians of the clinic, one for the patient, none for the desk."""

from typing import Any, Self, TypeVar

from django.db import models

from clinic.rules.roles import Actor, Right

Row = TypeVar("Row", bound=models.Model)


def own_rows(actor: Actor, path: str = "patient__") -> dict[str, Any]:
    """Return the filter by which a patient reaches rows of patients whose access was confirmed."""
    return {
        f"{path}access__user_id": actor.user_id,
        f"{path}access__revoked_at__isnull": True,
        f"{path}access__confirmed_at__isnull": False,
    }


class ClinicalQuerySet(models.QuerySet[Row]):
    """Rows with a `clinic` and a `patient` that hold clinical facts."""

    def visible_to(self, actor: Actor) -> Self:
        """Return what a clinician of the clinic may read; to a patient, their own signed rows."""
        if actor.is_patient:
            return self.filter(signed_at__isnull=False, **own_rows(actor))
        if actor.clinic_id is None or not actor.may(Right.READ_CLINICAL):
            return self.none()
        return self.filter(clinic_id=actor.clinic_id)


class DiaryQuerySet(models.QuerySet[Row]):
    """Rows with a `clinic` and a `patient` that say when and where, and nothing clinical."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the clinic's rows to its members, and a patient's own to the patient."""
        if actor.is_patient:
            return self.filter(**own_rows(actor))
        if actor.clinic_id is None or not actor.may(Right.SEE_DIARY):
            return self.none()
        return self.filter(clinic_id=actor.clinic_id)
