"""Everything in a protocol that a clinic may change: each number with its bounds, each wording with what it carries.

Bounds come from the data: the `editable` list of an instruction, the least and most days and sessions of every
proposal, the range of a top-up, the longest needle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from patients.rules.conditions import All
from patients.rules.terms import Text
from plans.rules.protocol.care import AfterInstruction, BeforeInstruction, Editable
from plans.rules.protocol.core import Area, SessionsRow
from plans.rules.protocol.course import Course
from plans.rules.protocol.model import AFTERCARE, COURSE, PRECARE, Protocol
from plans.rules.terms import Advice, Severity

SHALLOWEST_MM = Decimal("0.1")
_SEVERITIES = {  # for clinicians; the labels of the scale are what a patient reads
    Severity.MILD: Text("mild", "leve"),
    Severity.MODERATE: Text("moderate", "moderado"),
    Severity.SEVERE: Text("severe", "grave"),
}


class Section(StrEnum):
    """Under which heading a line stands."""

    INTERVALS = "intervals"
    SESSIONS = "sessions"
    DEPTH = "depth"
    UPKEEP = "upkeep"
    AFTERCARE = "aftercare"
    PRECARE = "precare"


class Unit(StrEnum):
    """What a number counts. Hours before a visit are stored as what is added to its start: -48."""

    DAYS = "days"
    SESSIONS = "sessions"
    MILLIMETRES = "millimetres"
    SPF = "spf"
    HOURS_AFTER = "hours_after"
    HOURS_BEFORE = "hours_before"

    @property
    def is_whole(self) -> bool:
        """Whether the protocol takes whole numbers alone."""
        return self in (Unit.DAYS, Unit.SESSIONS, Unit.SPF)


class Careful(StrEnum):
    """Which way a number goes to be more careful, as it is stored."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Number:
    """A number that may be changed from `low` to `high`, both included."""

    name: str
    value: Decimal
    low: Decimal
    high: Decimal
    unit: Unit
    careful: Careful

    def allows(self, value: Decimal) -> bool:
        """Whether a clinic may write `value` instead."""
        if not value.is_finite() or not self.low <= value <= self.high:
            return False
        return not self.unit.is_whole or value == value.to_integral_value()

    def shown(self, value: Decimal) -> Decimal:
        """`value` as people say it, or the other way round: 48 hours before a visit is stored as -48."""
        said = -value if self.unit is Unit.HOURS_BEFORE else value
        return said.quantize(Decimal(1)) if said == said.to_integral_value() else said.normalize()

    @property
    def shown_bounds(self) -> tuple[Decimal, Decimal]:
        """The least and the most, as people say them."""
        least, most = sorted((self.shown(self.low), self.shown(self.high)))
        return least, most

    def is_looser(self, value: Decimal) -> bool:
        """Whether `value` is less careful than what stands here."""
        if self.careful is Careful.HIGHER:
            return value < self.value
        return self.careful is Careful.LOWER and value > self.value


@dataclass(frozen=True, slots=True)
class Wording:
    """A text that may be changed; it carries exactly these placeholders, in both languages."""

    name: str
    text: Text
    placeholders: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One rule, row or instruction, with all of it that a clinic may change. `file` and `id` name it for good.

    `when` says whom it is for; None for what is looked up by its name.
    """

    section: Section
    file: str
    id: str
    title: Text
    when: All | None
    numbers: tuple[Number, ...]
    wordings: tuple[Wording, ...]
    source_ids: tuple[str, ...]

    @property
    def key(self) -> str:
        """The name under which a draft keeps what was changed: `aftercare/AC-SUN`."""
        return f"{self.file.removesuffix('.json')}/{self.id}"


def lines(protocol: Protocol) -> tuple[Line, ...]:
    """Every line of which something may be changed, in the order of the files."""
    course = protocol.course
    return (
        *_intervals(course),
        *_sessions(course),
        *(_depth(course, area) for area in course.areas),
        *_upkeep(course),
        *(_instruction(Section.AFTERCARE, AFTERCARE, one) for one in protocol.aftercare.instructions),
        *(_instruction(Section.PRECARE, PRECARE, one) for one in protocol.precare.instructions),
    )


def longest_needle(course: Course) -> Decimal:
    """The length in millimetres at which the devices of this protocol end."""
    return max(one.up_to_mm for one in course.depth.needle_length_classes)


def _intervals(course: Course) -> Iterator[Line]:
    least, most = course.defaults.interval_min_days, course.defaults.interval_max_days
    for rule in course.interval_rules:
        days = _number("days", rule.days, least, most, Unit.DAYS, Careful.HIGHER)
        yield Line(
            Section.INTERVALS,
            COURSE,
            rule.id,
            rule.patient_text,
            rule.when,
            (days,),
            (_plain("patient_text", rule.patient_text),),
            rule.source_ids,
        )


def _sessions(course: Course) -> Iterator[Line]:
    for concern in course.concerns:
        for row in concern.sessions:
            title = _joined(concern.label, _SEVERITIES[row.severity])
            yield Line(
                Section.SESSIONS,
                COURSE,
                row.id,
                title,
                None,
                tuple(_counts(course, row)),
                (_plain("patient_text", row.patient_text),),
                row.source_ids,
            )


def _counts(course: Course, row: SessionsRow) -> Iterator[Number]:
    least, most = course.defaults.sessions_min, course.defaults.sessions_max
    for name in ("min", "suggest", "max"):
        yield _number(name, getattr(row, name), least, most, Unit.SESSIONS, Careful.NEITHER)


def _depth(course: Course, area: Area) -> Line:
    cap = longest_needle(course)
    numbers = tuple(
        Number(f"depth_mm.{name}", depth, SHALLOWEST_MM, cap, Unit.MILLIMETRES, Careful.LOWER)
        for name, depth in (("min", area.depth_mm.min), ("max", area.depth_mm.max))
    )
    return Line(Section.DEPTH, COURSE, area.id, area.label, None, numbers, (), area.source_ids)


def _upkeep(course: Course) -> Iterator[Line]:
    for rule in course.maintenance.rules:
        target = _number(
            "target_days", rule.target_days, rule.min_days, rule.max_days, Unit.DAYS, Careful.NEITHER
        )
        wording = _plain("patient_text", rule.patient_text)
        yield Line(
            Section.UPKEEP,
            COURSE,
            rule.id,
            rule.patient_text,
            rule.when,
            (target,),
            (wording,),
            rule.source_ids,
        )


def _instruction(section: Section, file: str, line: AfterInstruction | BeforeInstruction) -> Line:
    carried = frozenset(line.placeholders)
    wordings = [_plain("title", line.title), Wording("text", line.text, carried)]
    night = line.night_text if isinstance(line, AfterInstruction) else None
    if night is not None:
        wordings.append(Wording("night_text", night, carried))
    numbers = tuple(_bounded(section, line, bound) for bound in line.editable)
    return Line(section, file, line.id, line.title, line.when, numbers, tuple(wordings), line.source_ids)


def _bounded(section: Section, line: AfterInstruction | BeforeInstruction, bound: Editable) -> Number:
    """A number of an instruction. Careful is what asks for more: a longer wait, an earlier start before a visit."""
    if bound.field == "params.spf" and line.params is not None:
        return _number(bound.field, line.params.spf, bound.min, bound.max, Unit.SPF, Careful.HIGHER)
    unit = Unit.HOURS_AFTER if section is Section.AFTERCARE else Unit.HOURS_BEFORE
    careful = Careful.HIGHER
    if bound.field == "start_h" and (section is Section.PRECARE or line.kind is Advice.DONT):
        careful = Careful.LOWER
    return _number(bound.field, getattr(line, bound.field), bound.min, bound.max, unit, careful)


def _number(name: str, value: float, low: float, high: float, unit: Unit, careful: Careful) -> Number:
    return Number(name, Decimal(str(value)), Decimal(str(low)), Decimal(str(high)), unit, careful)


def _plain(name: str, text: Text) -> Wording:
    return Wording(name, text, frozenset())


def _joined(first: Text, second: Text) -> Text:
    return Text(f"{first.en}, {second.en}", f"{first.es}, {second.es}")
