"""A protocol as published data: a version is never changed, a series keeps the one it was signed under."""

from django.db import models

from clinic.models.guards import AppendOnly


class WithoutContent(models.Manager["ProtocolVersion"]):
    """A version is hundreds of kilobytes that are parsed once a process: load them only when asked for."""

    def get_queryset(self) -> models.QuerySet["ProtocolVersion"]:
        return super().get_queryset().defer("content")


class ProtocolVersion(models.Model):
    """One published version, whole: the decoded files by name."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="protocol_versions")
    protocol = models.CharField(max_length=40)  # such as `microneedling`
    version = models.CharField(max_length=40)
    content = models.JSONField()
    checksum = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="+")

    objects = WithoutContent()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "protocol", "version"], name="protocol_version_once_a_clinic"
            ),
            AppendOnly(name="published_is_published"),
        ]

    def __str__(self) -> str:
        return f"{self.protocol} {self.version}"
