"""The clinic opens after all, somebody is back sooner, a room or a device can be used again."""

from datetime import date, datetime, timedelta

from django.db import transaction

from clinic.actions import audit
from clinic.actions.authority import must
from clinic.models import Closure, Leave, Outage
from clinic.rules.roles import Actor, Right


@transaction.atomic
def give_back(actor: Actor, row: Closure | Leave | Outage, back: date, *, at: datetime) -> None:
    """Give back the days of a closure, leave or outage from `back` on; those before it stay as they were."""
    clinic_id = _clinic_of(row)
    must(actor, Right.MANAGE_CLINIC, clinic_id)
    audit.record(actor, "give_back", row, at=at, clinic_id=clinic_id, fields=["last"])
    if back <= row.first:
        row.delete()
    else:
        row.last = min(row.last, back - timedelta(days=1))
        row.save(update_fields=["last"])


def _clinic_of(row: Closure | Leave | Outage) -> int:
    if isinstance(row, Closure):
        return row.clinic_id
    if isinstance(row, Leave):
        return row.membership.clinic_id
    place = getattr(row.resource, row.resource.kind)
    return int(place.clinic_id)
