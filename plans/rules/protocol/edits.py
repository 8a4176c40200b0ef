"""What a clinic may not change in a protocol: everything that `editable` does not list, and numbers past their bounds.

A safety question, a level, a role or a bound is never the clinic's to change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from plans.rules.protocol.care import AfterInstruction, BeforeInstruction
from plans.rules.protocol.core import Area, Concern, DepthRange, IntervalRule, SessionsRow
from plans.rules.protocol.course import Course, MaintenanceRule
from plans.rules.protocol.decode import Problem
from plans.rules.protocol.editable import SHALLOWEST_MM, longest_needle
from plans.rules.protocol.model import AFTERCARE, COURSE, PRECARE, SCREENING, SOURCES, Protocol

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Line = TypeVar("Line", AfterInstruction, BeforeInstruction)

_WORDING = ("title", "text", "night_text")
_OURS = "is not the clinic's to change"


def check_edits(base: Protocol, draft: Protocol) -> tuple[Problem, ...]:
    """Every change from `base` to `draft` that a clinic may not make, with its file and id.

    Allowed are version and status, and what `editable.lines` lists: the days of intervals and top-ups, the counts of
    sessions, the usual depths, the numbers of instructions, each within the bounds of `base`, and their wording.
    """
    after = replace(draft.aftercare, status=base.aftercare.status, instructions=base.aftercare.instructions)
    before = replace(draft.precare, status=base.precare.status, instructions=base.precare.instructions)
    screening = replace(draft.screening, status=base.screening.status)
    return (
        *_differences(COURSE, base.course, _restored_course(base.course, draft.course)),
        *_differences(SCREENING, base.screening, screening),
        *_differences(AFTERCARE, base.aftercare, after),
        *_differences(PRECARE, base.precare, before),
        *(() if base.sources == draft.sources else (Problem(SOURCES, "sources", _OURS),)),
        *_lines(AFTERCARE, base.aftercare.instructions, draft.aftercare.instructions),
        *_lines(PRECARE, base.precare.instructions, draft.precare.instructions),
    )


def _restored_course(base: Course, draft: Course) -> Course:
    """`draft` with everything put back that a clinic may change and changed within bounds; the rest stays."""
    areas = {area.id: area.depth_mm for area in base.areas}
    cap = longest_needle(base)
    return replace(
        draft,
        status=base.status,
        protocol=replace(draft.protocol, version=base.protocol.version),
        areas=tuple(_restored_area(areas.get(area.id, area.depth_mm), area, cap) for area in draft.areas),
        concerns=tuple(_restored_concern(base, concern) for concern in draft.concerns),
        interval_rules=tuple(_restored_intervals(base, draft)),
        maintenance=replace(draft.maintenance, rules=tuple(_restored_upkeep(base, draft))),
    )


def _restored_intervals(base: Course, draft: Course) -> Iterator[IntervalRule]:
    least, most = base.defaults.interval_min_days, base.defaults.interval_max_days
    known = {rule.id: rule for rule in base.interval_rules}
    for rule in draft.interval_rules:
        was = known.get(rule.id)
        if was is None or not least <= rule.days <= most:
            yield rule
        else:
            yield replace(rule, days=was.days, patient_text=was.patient_text)


def _restored_upkeep(base: Course, draft: Course) -> Iterator[MaintenanceRule]:
    known = {rule.id: rule for rule in base.maintenance.rules}
    for rule in draft.maintenance.rules:
        was = known.get(rule.id)
        if was is None or not was.min_days <= rule.target_days <= was.max_days:
            yield rule
        else:
            yield replace(rule, target_days=was.target_days, patient_text=was.patient_text)


def _restored_area(base: DepthRange, area: Area, cap: Decimal) -> Area:
    ours = (area.depth_mm.min, area.depth_mm.max)
    return replace(area, depth_mm=base) if all(SHALLOWEST_MM <= one <= cap for one in ours) else area


def _restored_concern(base: Course, concern: Concern) -> Concern:
    rows = {row.id: row for one in base.concerns for row in one.sessions}
    return replace(
        concern, sessions=tuple(_restored_row(base, rows.get(row.id), row) for row in concern.sessions)
    )


def _restored_row(base: Course, was: SessionsRow | None, row: SessionsRow) -> SessionsRow:
    least, most = base.defaults.sessions_min, base.defaults.sessions_max
    if was is None or not all(least <= count <= most for count in (row.min, row.suggest, row.max)):
        return row
    return replace(row, min=was.min, suggest=was.suggest, max=was.max, patient_text=was.patient_text)


def _differences(file: str, base: "DataclassInstance", draft: "DataclassInstance") -> Iterator[Problem]:
    for one in fields(base):
        if getattr(base, one.name) != getattr(draft, one.name):
            yield Problem(file, one.name, _OURS)


def _lines(file: str, base: Sequence[Line], draft: Sequence[Line]) -> Iterator[Problem]:
    if [line.id for line in base] != [line.id for line in draft]:
        yield Problem(file, "instructions", "adding, leaving out or moving a line " + _OURS)
        return
    for before, after in zip(base, draft, strict=True):
        restored = _restored_line(before, after)
        for one in fields(before):
            if getattr(before, one.name) != getattr(restored, one.name):
                yield Problem(file, before.id, f"{one.name}: {_OURS}")


def _restored_line(base: Line, draft: Line) -> Line:
    """`draft` with its wording, and every editable number within bounds, put back to `base`."""
    restored = replace(draft, **{name: getattr(base, name) for name in _WORDING if hasattr(base, name)})
    for bound in base.editable:
        if bound.field == "params.spf":
            ours, theirs = base.params, restored.params
            if ours is not None and theirs is not None and bound.min <= theirs.spf <= bound.max:
                restored = replace(restored, params=replace(theirs, spf=ours.spf))
            continue
        number = getattr(restored, bound.field)
        if number is not None and bound.min <= number <= bound.max:
            restored = replace(restored, **{bound.field: getattr(base, bound.field)})
    return restored
