"""What holds a resource, buffers included. The database refuses an overlap."""

from django.db import models

from clinic.models.guards import NoOverlap


class Occupancy(models.Model):
    """One resource, held for one visit. The row exists exactly as long as the slot is held.

    The local day and cells stand beside the instants because reading small integers is three times
    cheaper than timestamps, and reading a calendar is what a search spends its time on.
    """

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    resource = models.ForeignKey(
        "clinic.Resource", on_delete=models.PROTECT, related_name="occupancies", db_index=False
    )
    visit = models.ForeignKey("plans.Visit", on_delete=models.CASCADE, related_name="occupancies")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    day = models.DateField()
    cell_from = models.PositiveSmallIntegerField()
    cell_to = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="occupancy_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=models.Q(cell_to__gt=models.F("cell_from"), cell_to__lte=288),
                name="occupancy_cells_in_order",
            ),
            models.UniqueConstraint(fields=["visit", "resource"], name="occupancy_once_a_visit"),
            NoOverlap(name="occupancy_never_overlaps"),
        ]
        indexes = [
            models.Index(
                fields=["resource", "day", "cell_from", "cell_to", "clinic"], name="occupancy_by_day"
            ),
            models.Index(fields=["resource", "starts_at", "ends_at"], name="occupancy_by_time"),
        ]
