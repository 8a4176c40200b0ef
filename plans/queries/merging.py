"""Two records side by side, before one is merged into the other."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, Q

from clinic.rules.roles import Actor
from clinic.rules.timegrid import local_day
from patients.models import Patient, PatientAccess
from plans.models import Series, Visit, WaitingEntry
from plans.rules.visiting import HELD

UNFINISHED = (*Series.OPEN, Series.State.PAUSED)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, with what was written for it and what of it is still to come."""

    patient: Patient
    visits: int
    first: date | None
    last: date | None
    to_come: int
    series: int
    unfinished: int
    keys: int
    waits: bool

    @property
    def may_go(self) -> bool:
        """Whether nothing of it is still to come, so that it can be merged into the other."""
        return not (self.to_come or self.unfinished or self.waits)


def side(actor: Actor, patient: Patient, *, at: datetime) -> Side:
    """Return what the administrator compares, in four queries: no clinical fact among it."""
    visits = Visit.objects.visible_to(actor).filter(patient=patient)
    told: dict[str, Any] = visits.aggregate(
        visits=Count("pk"), first=Min("day"), last=Max("day"), to_come=Count("pk", filter=Q(state__in=HELD))
    )
    series = Series.objects.visible_to(actor).filter(patient=patient)
    counted: dict[str, Any] = series.aggregate(
        series=Count("pk"), unfinished=Count("pk", filter=Q(state__in=UNFINISHED))
    )
    keys = PatientAccess.objects.filter(patient=patient, revoked_at=None).count()
    today = local_day(at, patient.clinic.zone)
    waits = WaitingEntry.objects.visible_to(actor).filter(patient=patient).waiting(today).exists()
    return Side(patient, **told, **counted, keys=keys, waits=waits)
