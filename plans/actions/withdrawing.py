"""An absence in effect ends sooner, or never begins: what it took is given back from a day on."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.actions.returns import give_back
from clinic.models import Closure, Leave, Outage
from clinic.rules.roles import Actor, Right
from clinic.rules.timegrid import local_day
from plans.actions.disruptions import locked
from plans.models import Absence
from plans.queries.disruptions import away_of, touched


@transaction.atomic
def withdraw(actor: Actor, absence: Absence, back: date, *, at: datetime) -> Absence:
    """Give back what an absence took from `back` on: that time is free again. Who was moved stays moved.

    Withdrawing twice does it once. Raises Refused for a draft, for other hours (enter those of before again), and
    for a day that has passed or lies after the end.
    """
    must(actor, Right.MANAGE_CLINIC, absence.clinic_id)
    absence = locked(absence)
    if absence.state == Absence.State.WITHDRAWN:
        return absence
    today = local_day(at, absence.clinic.zone)
    _refuse_wrong(absence, back, today)
    row = _written(absence)
    if row is not None:
        give_back(actor, row, back, at=at)
    if back <= max(absence.first, today):
        absence.state, absence.withdrawn_at = Absence.State.WITHDRAWN, at
    else:
        absence.last = back - timedelta(days=1)
    absence.save(update_fields=["state", "withdrawn_at", "last"])
    _drop_decisions(absence, at)
    audit.record(actor, "withdraw", absence, at=at, clinic_id=absence.clinic_id, fields=["last"])
    return absence


def _refuse_wrong(absence: Absence, back: date, today: date) -> None:
    if absence.is_draft:
        raise Refused(_("This is a draft, not in effect. Throw it away instead."), code="draft")
    if absence.is_of_hours:
        raise Refused(_("Enter the earlier hours again; they hold from then on."), code="of_hours")
    if back < today:
        raise Refused(_("That day has passed. Choose today or later."), code="past", field="back")
    if back > absence.last:
        raise Refused(_("It is over by then. Choose a day up to the last one."), code="over", field="back")


def _written(absence: Absence) -> Closure | Leave | Outage | None:
    """Return the row that the absence wrote when it took effect; None where somebody took it away already."""
    span = {
        "first": absence.first,
        "last": absence.last,
        "start_minute": absence.start_minute,
        "end_minute": absence.end_minute,
    }
    if absence.membership is not None:
        return Leave.objects.filter(membership=absence.membership, **span).first()
    if absence.place is not None:
        return Outage.objects.filter(resource=absence.place, **span).first()
    return Closure.objects.filter(clinic=absence.clinic, **span).first()


def _drop_decisions(absence: Absence, at: datetime) -> None:
    """Nobody has to decide any more on visits that have their time back."""
    inside = set[str]()
    if absence.state != Absence.State.WITHDRAWN:
        inside = {str(visit.pk) for visit in touched(absence.clinic, away_of(absence), at=at)}
    gone = [row.pk for row in absence.decisions.filter(settled_at=None) if not inside & set(row.touched)]
    absence.decisions.filter(pk__in=gone).delete()
