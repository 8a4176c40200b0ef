"""Rooms and devices: where a visit happens and with what."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Place(models.Model):
    """What rooms and devices share."""

    resource = models.OneToOneField("clinic.Resource", on_delete=models.PROTECT, primary_key=True)
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="%(class)ss")
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=30)
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def kind_words(self) -> str:
        """Return the kind as it is read, such as needling pen."""
        return self.kind.replace("_", " ")


class Room(Place):
    """A room of a kind, such as `treatment` or `consulting`."""


class Device(Place):
    """A device of a kind, with what a treatment record must name."""

    make = models.CharField(_("make"), max_length=60)
    model = models.CharField(_("model"), max_length=60)
    serial = models.CharField(_("serial number"), max_length=60)
