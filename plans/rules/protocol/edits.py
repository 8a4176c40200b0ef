"""What a clinic may change in a protocol: the wording of instructions, and the numbers they list as editable.

A safety question, a level, a role or a bound is never the clinic's to change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, TypeVar

from plans.rules.protocol.care import AfterInstruction, BeforeInstruction
from plans.rules.protocol.course import Course
from plans.rules.protocol.decode import Problem
from plans.rules.protocol.model import AFTERCARE, COURSE, PRECARE, SCREENING, SOURCES, Protocol

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Line = TypeVar("Line", AfterInstruction, BeforeInstruction)

_WORDING = ("title", "text", "night_text")
_OURS = "is not the clinic's to change"


def check_edits(base: Protocol, draft: Protocol) -> tuple[Problem, ...]:
    """Every change from `base` to `draft` that a clinic may not make, with its file and id.

    Allowed are version and status, the usual depths of areas (they only warn), the wording of instructions,
    and their editable numbers within the bounds of `base`.
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
    """`draft` with everything put back that a clinic may change; any other difference stays."""
    depths = {area.id: area.depth_mm for area in base.areas}
    return replace(
        draft,
        status=base.status,
        protocol=replace(draft.protocol, version=base.protocol.version),
        areas=tuple(replace(area, depth_mm=depths.get(area.id, area.depth_mm)) for area in draft.areas),
    )


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
