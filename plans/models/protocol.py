"""A protocol as published data: a version is never changed, a series keeps the one it was signed under."""

from typing import Self

from django.db import models

from clinic.models.guards import AppendOnly
from clinic.rules.roles import Actor, Right


class ProtocolVersion(models.Model):
    """One published version: its name, its checksum, who published it, when and why."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="protocol_versions")
    protocol = models.CharField(max_length=40)  # such as `microneedling`
    version = models.CharField(max_length=40)
    checksum = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="+")
    signed_as = models.CharField(max_length=160, blank=True)  # name, title and licence as they were
    reason = models.CharField(max_length=500, blank=True)
    based_on = models.ForeignKey(
        "plans.ProtocolVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "protocol", "version"], name="protocol_version_once_a_clinic"
            ),
            AppendOnly(name="published_is_published"),
        ]

    def __str__(self) -> str:
        return f"{self.protocol} {self.version}"


class ProtocolContent(models.Model):
    """The decoded files of a version by name. They stand apart because they are hundreds of kilobytes that are
    parsed once a process, while versions are joined on every page.
    """

    version = models.OneToOneField(
        "plans.ProtocolVersion", on_delete=models.PROTECT, primary_key=True, related_name="content"
    )
    files = models.JSONField()

    class Meta:
        constraints = [AppendOnly(name="published_content_is_published")]


class ProtocolDraftQuerySet(models.QuerySet["ProtocolDraft"]):
    def visible_to(self, actor: Actor) -> Self:
        """Return the clinic's draft to those who may publish it, and nothing to anybody else."""
        if actor.clinic_id is None or not actor.may(Right.PUBLISH_PROTOCOL):
            return self.none()
        return self.filter(clinic_id=actor.clinic_id)


class ProtocolDraft(models.Model):
    """What the leads of a clinic are changing in the version in force: one draft, theirs together."""

    clinic = models.OneToOneField("clinic.Clinic", on_delete=models.PROTECT, related_name="protocol_draft")
    based_on = models.ForeignKey("plans.ProtocolVersion", on_delete=models.PROTECT, related_name="+")
    # By the key of a line: {"numbers", "wordings", "by", "at"}; a line put back keeps its entry, without values.
    edits = models.JSONField(default=dict)
    edited_at = models.DateTimeField()
    edited_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = ProtocolDraftQuerySet.as_manager()

    def __str__(self) -> str:
        return f"draft on {self.based_on_id}"
