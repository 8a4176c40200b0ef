"""Does protocol.json hold together: bounds, rows, grades, booking states, depths?"""

from collections.abc import Iterator

from patients.rules.terms import Level, Override
from plans.rules.protocol.core import Concern, FlagRule
from plans.rules.protocol.decode import Problem
from plans.rules.protocol.model import COURSE, Protocol
from plans.rules.terms import HISTORY, BookingState, Goal, Severity, SunDamage


def check_course(protocol: Protocol) -> Iterator[Problem]:
    """Every number, id or order in protocol.json that contradicts another."""
    for concern in protocol.course.concerns:
        yield from _concern(protocol, concern)
    yield from _scales(protocol)
    yield from _intervals(protocol)
    yield from _booking(protocol)
    yield from _depth(protocol)
    yield from _maintenance(protocol)
    for rule in _flag_rules(protocol):
        yield from check_override(COURSE, rule.id, rule.level, rule.override)


def check_override(file: str, owner: str, level: Level, override: Override | None) -> Iterator[Problem]:
    """A note needs nobody; everything else says who may lift it."""
    if (level is Level.NOTE) != (override is None):
        yield Problem(file, owner, f"level {level} with override {override or 'null'}")


def _flag_rules(protocol: Protocol) -> Iterator[FlagRule]:
    course = protocol.course
    yield from (*course.age_rules, *course.skin_type_rules, *course.depth.guards, *course.events.flags)
    for concern in course.concerns:
        yield from concern.notes


def _concern(protocol: Protocol, concern: Concern) -> Iterator[Problem]:
    defaults = protocol.course.defaults
    if [row.severity for row in concern.sessions] != list(Severity):
        yield Problem(COURSE, concern.id, "needs one row for mild, moderate and severe, in that order")
    for row in concern.sessions:
        if row.id != f"{concern.id}.{row.severity}":
            yield Problem(COURSE, row.id, f"should be called {concern.id}.{row.severity}")
        if not defaults.sessions_min <= row.min <= row.suggest <= row.max <= defaults.sessions_max:
            yield Problem(COURSE, row.id, "min, suggest and max are out of order or out of bounds")
    if (concern.grades is None) != (concern.grade_scale is None):
        yield Problem(COURSE, concern.id, "grades need a scale, and a scale its grades")
    if concern.sets_history is not None and concern.sets_history not in HISTORY:
        yield Problem(COURSE, concern.id, f"unknown history {concern.sets_history!r}")


def _scales(protocol: Protocol) -> Iterator[Problem]:
    """Every scale offers all the values that the rules know, in their order."""
    course = protocol.course
    scales: tuple[tuple[str, list[object], list[object]], ...] = (
        ("severity_scale", [one.value for one in course.severity_scale], [*Severity]),
        ("sun_damage_levels", [one.value for one in course.sun_damage_levels], [*SunDamage]),
        ("goals", [one.value for one in course.goals], [*Goal]),
        ("skin_types", [one.value for one in course.skin_types], [1, 2, 3, 4, 5, 6]),
        ("booking", [rule.state for rule in course.booking.states], [*BookingState]),
    )
    for name, offered, known in scales:
        if offered != known:
            yield Problem(COURSE, name, f"should offer {', '.join(map(str, known))}, in that order")


def _intervals(protocol: Protocol) -> Iterator[Problem]:
    defaults, course = protocol.course.defaults, protocol.course
    shortest, longest = defaults.interval_min_days, defaults.interval_max_days
    for rule in course.interval_rules:
        if not shortest <= rule.days <= longest:
            yield Problem(COURSE, rule.id, f"{rule.days} days are not within {shortest} to {longest}")
    if not any(not rule.when.parts for rule in course.interval_rules):
        yield Problem(COURSE, "interval_rules", "needs a rule that always matches")
    bounds = course.override_bounds
    if not bounds.sessions.min <= defaults.sessions_min <= defaults.sessions_max <= bounds.sessions.max:
        yield Problem(COURSE, "override_bounds", "sessions do not take in the defaults")
    if not bounds.interval_days.min <= shortest <= longest <= bounds.interval_days.max:
        yield Problem(COURSE, "override_bounds", "interval_days do not take in the defaults")


def _booking(protocol: Protocol) -> Iterator[Problem]:
    marks = {"earliest", "latest"}
    states = protocol.course.booking.states
    for rule in states:
        if (rule.last_day is None) != (rule is states[-1]):
            yield Problem(COURSE, rule.id, "every state but the last has a last day")
        if rule.last_day is not None and rule.last_day.from_ not in marks:
            yield Problem(COURSE, rule.id, f"counts from {rule.last_day.from_!r}, which no line above names")
        marks.add(rule.state)


def _depth(protocol: Protocol) -> Iterator[Problem]:
    for area in protocol.course.areas:
        if not 0 < area.depth_mm.min <= area.depth_mm.max:
            yield Problem(COURSE, area.id, "depth_mm: min and max are out of order")
    categories = protocol.course.depth.categories
    ends = [category.below_mm for category in categories]
    if [category.from_mm for category in categories] != [0, *ends[:-1]] or ends[-1:] != [None]:
        yield Problem(COURSE, "depth", "categories leave a gap or overlap")


def _maintenance(protocol: Protocol) -> Iterator[Problem]:
    rules = protocol.course.maintenance.rules
    for rule in rules:
        if not rule.min_days <= rule.target_days <= rule.max_days:
            yield Problem(COURSE, rule.id, "min, target and max days are out of order")
    if not rules or rules[-1].when.parts:
        yield Problem(COURSE, "maintenance", "the last rule should always match")
