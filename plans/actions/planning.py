"""Writing down what could become of the visits that an absence touches."""

from collections.abc import Callable, Sequence
from datetime import datetime

from plans.models import Absence, Decision, Visit
from plans.queries.disruptions import away_of
from plans.queries.replanning import Case, Pins, Proposed, cases_of, proposed
from plans.rules import plan as plans

GoOn = Callable[[], bool]
Choice = Decision.Choice


def write_plan(
    absence: Absence,
    visits: Sequence[Visit],
    *,
    at: datetime,
    go_on: GoOn,
    pins: Pins | None = None,
    rows: Sequence[Decision] = (),
) -> None:
    """Plan the visits that an absence touches and write it down: into the decisions that they have, or new ones.

    Part of the caller's transaction. `rows` are the decisions that are open; those on nothing that is touched any
    more go. What is settled, and who stays or is cancelled, is not planned.
    """
    known = {row.subject: row for row in rows}
    settled = {row.subject for row in absence.decisions.exclude(settled_at=None)}
    cases = [one for one in cases_of(absence.clinic, visits, at=at) if one.subject not in settled]
    subjects = {case.subject for case in cases}
    Decision.objects.filter(pk__in=[row.pk for row in rows if row.subject not in subjects]).delete()
    staying = {row.subject for row in rows if row.choice in (Choice.KEEP, Choice.CANCEL)}
    asked = [case for case in cases if case.subject not in staying]
    found = proposed(absence.clinic, away_of(absence), asked, at=at, pins=pins, go_on=go_on)
    new = []
    for one in found:
        row = known.get(one.case.subject)
        if row is None:
            new.append(_written(Decision(absence=absence), one, pins or {}))
        else:
            _written(row, one, pins or {}).save()
    Decision.objects.bulk_create(new)
    for case in cases:
        if case.subject in staying:
            row = known[case.subject]
            row.touched = _ids(case)
            row.save(update_fields=["choice", "touched"])


def _written(row: Decision, one: Proposed, pins: Pins) -> Decision:
    case = one.case
    row.patient, row.series = case.patient, case.series
    row.visit = None if case.series else case.chain[0]
    row.outcome, row.cost = one.outcome, one.cost
    if row.choice == Choice.MOVE and row.after != plans.to_data(one.after):
        row.choice = ""  # what was accepted is not what is proposed now
    row.touched = _ids(case)
    row.before, row.after = plans.to_data(case.sessions), plans.to_data(one.after)
    row.pins = plans.to_data(pins.get(case.subject, ()))
    return row


def _ids(case: Case) -> list[str]:
    return sorted(str(pk) for pk in case.touched)
