"""A protocol as published data: a version is never changed, a series keeps the one it was signed under."""

from django.db import models

from clinic.models.guards import AppendOnly


class ProtocolVersion(models.Model):
    """One published version: its name, its checksum, who published it and when."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="protocol_versions")
    protocol = models.CharField(max_length=40)  # such as `microneedling`
    version = models.CharField(max_length=40)
    checksum = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, null=True, related_name="+")

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
