"""The key to one's own page: who may open which patient's plan, and the codes that prove an address."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class PatientAccess(models.Model):
    """A person who may open a patient's page: the patient, or a parent.

    One address may serve several patients, so the birth date is asked once for each, with few tries.
    """

    class Relation(models.TextChoices):
        SELF = "self", _("the patient")
        PARENT = "parent", _("parent or guardian")
        CARER = "carer", _("carer")

    user = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="access")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="access")
    relation = models.CharField(max_length=8, choices=Relation, default=Relation.SELF)
    granted_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirm_tries = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "patient"],
                condition=models.Q(revoked_at__isnull=True),
                name="access_once_a_person_and_patient",
            )
        ]


class SignInCode(models.Model):
    """An eight-digit code sent to an address. It works once, for ten minutes, in the browser that asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField()
    digest = models.CharField(max_length=64)  # keyed; empty where nobody has this address
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["email", "-asked_at"], name="code_by_address")]


class GuessCount(models.Model):
    """How often an address was guessed at in one window: one conditional UPDATE counts every guess."""

    email = models.EmailField(unique=True)
    window_from = models.DateTimeField()
    guesses = models.PositiveSmallIntegerField(default=0)
    codes = models.PositiveSmallIntegerField(default=0)
