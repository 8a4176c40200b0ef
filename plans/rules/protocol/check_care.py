"""Do aftercare.json and precare.json hold together: slots, hours, bounds, references, urgency?"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf

from patients.rules.terms import placeholders_in
from plans.rules.protocol.care import AfterInstruction, BeforeInstruction, Expectation, RedFlag, Rounding
from plans.rules.protocol.decode import Problem
from plans.rules.protocol.model import AFTERCARE, PRECARE, Protocol
from plans.rules.terms import TriageAction, Urgency

_BEFORE_PLACEHOLDERS = {"from", "clinic_phone"}
Instruction = AfterInstruction | BeforeInstruction


def check_care(protocol: Protocol) -> Iterator[Problem]:
    """Every instruction, warning sign or check-in that contradicts another."""
    after, before = protocol.aftercare, protocol.precare
    yield from _slots(AFTERCARE, after.instructions)
    yield from _slots(PRECARE, before.instructions)
    yield from _starts(after.instructions)
    yield from _lines(AFTERCARE, after.instructions, {one.value for one in after.categories})
    yield from _lines(PRECARE, before.instructions, {one.value for one in before.categories})
    yield from _placeholders(protocol)
    yield from _products(protocol)
    yield from _times(protocol)
    yield from _questions(protocol)
    yield from _red_flags(protocol)
    yield from _triage(protocol)


def _slots(file: str, instructions: Sequence[Instruction]) -> Iterator[Problem]:
    """In a slot: unique priorities, and an end not earlier than that of the lower priority."""
    slots: dict[str, list[Instruction]] = {}
    for line in instructions:
        slots.setdefault(line.slot, []).append(line)
    for slot, lines in slots.items():
        for lower, higher in pairwise(sorted(lines, key=lambda line: line.priority)):
            if lower.priority == higher.priority:
                yield Problem(file, higher.id, f"has the same priority as {lower.id} in slot {slot!r}")
            elif _end(higher) < _end(lower):
                yield Problem(file, higher.id, f"ends earlier than {lower.id}, which it outranks")


def _end(line: Instruction) -> float:
    return inf if line.end_h is None else line.end_h


def _starts(instructions: Sequence[AfterInstruction]) -> Iterator[Problem]:
    certain = {line.slot for line in instructions if not line.when.parts}
    for line in instructions:
        if line.starts_after_slot is not None and line.starts_after_slot not in certain:
            yield Problem(
                AFTERCARE, line.id, f"starts after slot {line.starts_after_slot!r}, which may stay empty"
            )
        if (line.night_rule is None) != (line.night_text is None):
            yield Problem(AFTERCARE, line.id, "a night rule needs its text, and a night text its rule")


def _lines(file: str, instructions: Sequence[Instruction], categories: set[str]) -> Iterator[Problem]:
    for line in instructions:
        if line.category not in categories:
            yield Problem(file, line.id, f"unknown category {line.category!r}")
        if _end(line) < line.start_h:
            yield Problem(file, line.id, "ends before it starts")
        for bound in line.editable:
            now = _value(line, bound.field)
            if now is None:
                yield Problem(file, line.id, f"editable: has no number {bound.field!r}")
            elif not bound.min <= now <= bound.max:
                yield Problem(file, line.id, f"{bound.field} {now} is not within {bound.min} to {bound.max}")


def _value(line: Instruction, field: str) -> float | None:
    """The number that a clinic may change; a start that is derived from another slot is not one."""
    derived = isinstance(line, AfterInstruction) and line.starts_after_slot is not None
    numbers = {
        "start_h": None if derived else line.start_h,
        "end_h": line.end_h,
        "params.spf": None if line.params is None else line.params.spf,
    }
    return numbers.get(field)


def _placeholders(protocol: Protocol) -> Iterator[Problem]:
    """Whatever a text may carry can be filled in when a sheet is compiled."""
    after, before = protocol.aftercare, protocol.precare
    for name in sorted({*before.placeholders} - _BEFORE_PLACEHOLDERS):
        yield Problem(PRECARE, "placeholders", f"{name!r} cannot be filled in before a session")
    for line in before.instructions:
        yield from _not_listed(PRECARE, line.id, line.placeholders, before.placeholders)
    for level in after.urgency:
        carried = sorted(placeholders_in(level.who.en))
        yield from _not_listed(AFTERCARE, level.id, carried, ("clinic_phone", "emergency_number"))
    printed: tuple[AfterInstruction | Expectation | RedFlag, ...] = (
        *after.instructions,
        *after.expect,
        *after.red_flags,
    )
    for told in printed:
        yield from _not_listed(AFTERCARE, told.id, told.placeholders, after.placeholders)
        if told.end_h is None and "until" in told.placeholders:
            yield Problem(AFTERCARE, told.id, "has no end to print as {until}")
        if "next_session" in told.placeholders and not isinstance(told, AfterInstruction):
            yield Problem(AFTERCARE, told.id, "without a booked session {next_session} is not known")


def _not_listed(file: str, owner: str, carried: Sequence[str], listed: Sequence[str]) -> Iterator[Problem]:
    for name in carried:
        if name not in listed:
            yield Problem(file, owner, f"placeholder {name!r} is not one that may stand here")


def _products(protocol: Protocol) -> Iterator[Problem]:
    named = {product.id for product in protocol.aftercare.product_defaults}
    for placeholder in protocol.aftercare.placeholders:
        if placeholder.startswith("product_") and placeholder not in named:
            yield Problem(AFTERCARE, placeholder, "has no default")


def _times(protocol: Protocol) -> Iterator[Problem]:
    after, before = protocol.aftercare.time_rules, protocol.precare.time_rules
    for file, times in ((AFTERCARE, after), (PRECARE, before)):
        if times.round_minutes <= 0 or 60 % times.round_minutes:
            yield Problem(file, "time_rules", "round_minutes should divide an hour")
    if {after.round_from, after.round_until} != {Rounding.UP}:
        yield Problem(AFTERCARE, "time_rules", "should round up, so that no wait is cut short")
    if {before.round_from, before.round_until} != {Rounding.DOWN}:
        yield Problem(PRECARE, "time_rules", "should round down, so that nobody comes too late")


def _questions(protocol: Protocol) -> Iterator[Problem]:
    asked = {question.id for question in protocol.aftercare.check_in_questions}
    for check_in in protocol.aftercare.check_ins:
        for name in check_in.questions:
            if name not in asked:
                yield Problem(AFTERCARE, check_in.id, f"unknown question {name!r}")
    screened = {question.id for question in protocol.screening.questions}
    for line in protocol.precare.instructions:
        if line.screening_question is not None and line.screening_question not in screened:
            yield Problem(PRECARE, line.id, f"unknown question {line.screening_question!r}")


def _red_flags(protocol: Protocol) -> Iterator[Problem]:
    levels = protocol.aftercare.urgency
    if [(level.value, level.rank) for level in levels] != list(zip(Urgency, range(1, 5), strict=True)):
        yield Problem(AFTERCARE, "urgency", "should rank every urgency once, the soonest first")
    ranks = {level.value: level.rank for level in levels}
    for higher, lower in pairwise(protocol.aftercare.red_flags):
        if ranks.get(higher.urgency, 0) > ranks.get(lower.urgency, 0):
            yield Problem(AFTERCARE, lower.id, f"is more urgent than {higher.id}, which stands above it")


def _triage(protocol: Protocol) -> Iterator[Problem]:
    urgency = {flag.id: list(Urgency).index(flag.urgency) for flag in protocol.aftercare.red_flags}
    highest = 0
    for rule in protocol.aftercare.triage:
        if (rule.action is TriageAction.RED_FLAG) != (rule.red_flag is not None):
            yield Problem(AFTERCARE, rule.id, "the action red_flag names one, and no other does")
        if rule.red_flag is None:
            continue
        if rule.red_flag not in urgency:
            yield Problem(AFTERCARE, rule.id, f"unknown red flag {rule.red_flag!r}")
            continue
        if urgency[rule.red_flag] < highest:
            yield Problem(AFTERCARE, rule.id, "is more urgent than a line above it")
        highest = max(highest, urgency[rule.red_flag])
