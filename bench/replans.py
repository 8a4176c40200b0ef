"""Re-planning what two weeks of leave touch: the rules alone, on the calendar of a history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from statistics import median

from bench.pairs import clocked, table
from bench.stage import Stage, on
from clinic.rules.hours import Absence
from plans.models import Kind, Visit
from plans.queries.single import session_slot
from plans.queries.slots import calendar, treatment_of, visit_type
from plans.rules.scheduling.diff import Disruption
from plans.rules.scheduling.diff import Series as Booked
from plans.rules.scheduling.model import Calendar, Step
from plans.rules.scheduling.replan import replan

FORTNIGHT = timedelta(days=13)
MANY = 50


def replans(databases: dict[str, str], rounds: int) -> None:
    """Time the first plan for one series and for fifty, without improvement."""
    name, url = next(iter(databases.items()))
    rows = []
    with on(url) as stage:
        visits = touched(stage)
        for wanted, goal in ((1, "<= 20"), (MANY, "< 1000")):
            series = list(dict.fromkeys(visit.series_id for visit in visits))[:wanted]
            chosen = [visit for visit in visits if visit.series_id in series]
            facts, asked = _calendar(stage, chosen), _disruption(stage, chosen)
            first_plan = partial(replan, facts, asked, iterations=0)
            took = [clocked(first_plan) for _ in range(max(rounds // 5, 5))]
            plan = first_plan()
            moved = sum(diff.kind != "kept" for diff in plan.diffs)
            rows.append(
                [len(series), median(took), goal, median(took) / len(series), moved, len(plan.unplaced)]
            )
    head = ["series", "ms", "goal", "ms a series", "series that move", "without a place"]
    table(f"Re-plan at {name}, rules only, first plan", head, rows)


def touched(stage: Stage) -> list[Visit]:
    """Return every session of the series that two weeks of leave of the first practitioner touch."""
    away = Visit.objects.filter(
        clinic=stage.clinic,
        day__range=(stage.today + timedelta(days=1), stage.today + FORTNIGHT),
        practitioner=stage.members[0],
        state="booked",
    )
    found = Visit.objects.filter(series__in=away.values("series_id"))
    return list(found.select_related("practitioner__user", "patient").order_by("series_id", "session_number"))


def _calendar(stage: Stage, visits: list[Visit]) -> Calendar:
    """Return the calendar with the leave in it and without what these series hold."""
    gone = [visit.pk for visit in visits if visit.state == "booked"]
    last = max(visit.day for visit in visits) + timedelta(days=14)
    facts = calendar(stage.clinic, stage.today, last, without=gone)
    leave = (Absence(stage.today, stage.today + FORTNIGHT),)
    first, *others = facts.practitioners
    return replace(facts, practitioners=(replace(first, leave=leave), *others))


def _disruption(stage: Stage, visits: list[Visit]) -> Disruption:
    treatment = treatment_of(visit_type(stage.clinic, Kind.TREATMENT), stage.clinic)
    by_series: dict[object, list[Visit]] = {}
    for visit in visits:
        by_series.setdefault(visit.series_id, []).append(visit)
    series = tuple(
        Booked(
            id=key,
            treatment=treatment,
            slots=tuple(session_slot(visit) for visit in some),
            steps=(Step(28, 35, 42),) * (len(some) - 1),
            done=sum(visit.state == "done" for visit in some),
            patient=some[0].patient.resource_id if some[0].patient else None,
        )
        for key, some in by_series.items()
    )
    return Disruption(stage.today, series)
