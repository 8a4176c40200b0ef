"""What can be busy: a practitioner, a room, a device, a patient."""

from django.db import models


class Resource(models.Model):
    """One thing that is in one place at a time. Its owner points here; the row itself knows no name.

    A practitioner who works in two clinics is one resource, so the two diaries cannot clash.
    """

    class Kind(models.TextChoices):
        PRACTITIONER = "practitioner"
        ROOM = "room"
        DEVICE = "device"
        PATIENT = "patient"

    kind = models.CharField(max_length=12, choices=Kind)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
