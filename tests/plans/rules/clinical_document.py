"""The tables of docs/clinical.md as the shipped protocol makes them, so that the two never drift apart."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from patients.rules.conditions import All, Leaf, Node
from patients.rules.questions import Question, Rule
from plans.rules.protocol import Protocol
from plans.rules.protocol.care import Editable
from plans.rules.spacing import booking_states

Rows = list[str]


def tables(protocol: Protocol) -> Mapping[str, Rows]:
    """Heading of the table -> its lines."""
    course, after = protocol.course, protocol.aftercare
    return {
        "Sessions": rows(
            ("Concern", "Severity", "Sessions", "Suggested", "Sources"),
            (
                (concern.label.en, row.severity, f"{row.min}–{row.max}", row.suggest, row.source_ids)
                for concern in course.concerns
                for row in concern.sessions
            ),
        ),
        "Modifiers": rows(
            ("Rule", "When", "Suggestion", "Maximum", "Sources"),
            (
                (one.id, told(one.when), f"{one.add_suggest:+d}", f"{one.add_max:+d}", one.source_ids)
                for one in course.session_modifiers
            ),
        ),
        "Intervals": rows(
            ("Rule", "When", "Days", "Sources"),
            ((one.id, told(one.when), one.days, one.source_ids) for one in course.interval_rules),
        ),
        "Areas": rows(
            ("Area", "Usual depth, mm", "Sources"),
            (
                (area.label.en, f"{area.depth_mm.min}–{area.depth_mm.max}", area.source_ids)
                for area in course.areas
            ),
        ),
        "Flags": rows(
            ("Rule", "When", "Level", "May be lifted by", "Sources"),
            (
                (rule.id, told(rule.when), rule.level, rule.override or "–", rule.source_ids)
                for rule in (
                    *course.age_rules,
                    *course.skin_type_rules,
                    *(note for concern in course.concerns for note in concern.notes),
                    *course.depth.guards,
                    *course.events.flags,
                )
            ),
        ),
        "Booking": rows(
            ("State", "Last day for 28 days", "Last day for 42 days", "The front desk may book"),
            (
                (short.state, short.last_day or "–", long.last_day or "–", yes(short.front_desk_may_book))
                for short, long in zip(
                    booking_states(protocol, 28), booking_states(protocol, 42), strict=True
                )
            ),
        ),
        "Numbing cream": rows(
            ("Limit", "Cream", "Strength", "Per 10 cm²", "At most", "Minutes on", "Covered", "Sources"),
            (
                (
                    one.id,
                    one.product,
                    upto(one.max_strength_percent, "%"),
                    upto(one.grams_per_10cm2, "g"),
                    f"{upto(one.max_grams, 'g')} on {upto(one.max_area_cm2, 'cm²')}",
                    f"{one.min_minutes or '–'} to {one.max_minutes or '–'}",
                    "–" if one.wrap_allowed is None else yes(one.wrap_allowed),
                    one.source_ids,
                )
                for one in course.anaesthetic.limits
            ),
        ),
        "Questions": rows(
            ("Question", "About", "Answer → level (who may lift it)", "Not sure", "Counts for", "Sources"),
            (
                (
                    question.id,
                    question.clinical_name,
                    "; ".join(answered(rule) for rule in question.rules) or "sets the date of the event",
                    question.unsure.level,
                    f"{question.valid_days} d",
                    sources_of(question) or course.events.source_ids,
                )
                for question in protocol.screening.questions
            ),
        ),
        "Aftercare": rows(
            ("Line", "When", "From", "Until", "A clinic may set", "Sources"),
            (
                (
                    line.id,
                    told(line.when),
                    f"end of {line.starts_after_slot}" if line.starts_after_slot else hours(line.start_h),
                    hours(line.end_h),
                    bounds(line.editable),
                    line.source_ids,
                )
                for line in after.instructions
            ),
        ),
        "What is usual": rows(
            ("Line", "When", "From", "Until", "Sources"),
            (
                (one.id, told(one.when), hours(one.start_h), hours(one.end_h), one.source_ids)
                for one in after.expect
            ),
        ),
        "Warning signs": rows(
            ("Sign", "Title", "Urgency", "Printed from", "Until", "Sources"),
            (
                (one.id, one.title.en, one.urgency, hours(one.start_h), hours(one.end_h), one.source_ids)
                for one in after.red_flags
            ),
        ),
        "Check-ins": rows(
            ("Check-in", "When", "After", "Sources"),
            ((one.id, told(one.when), hours(one.offset_h), one.source_ids) for one in after.check_ins),
        ),
        "Before-care": rows(
            ("Line", "When", "From", "Until", "A clinic may set", "Sources"),
            (
                (
                    line.id,
                    told(line.when),
                    hours(line.start_h),
                    hours(line.end_h),
                    bounds(line.editable),
                    line.source_ids,
                )
                for line in protocol.precare.instructions
            ),
        ),
        "Top-ups": rows(
            ("Rule", "When", "Days after the last session", "Target", "Sources"),
            (
                (one.id, told(one.when), f"{one.min_days}–{one.max_days}", one.target_days, one.source_ids)
                for one in course.maintenance.rules
            ),
        ),
        "Sources": rows(
            ("Id", "Title", "Publisher", "Kind", "Read", "Address"),
            (
                (one.id, one.title, one.publisher, one.kind, one.seen, address(one.url))
                for one in protocol.sources
            ),
        ),
    }


def rows(head: tuple[str, ...], body: Iterable[tuple[object, ...]]) -> Rows:
    return [row(head), row(("---",) * len(head)), *map(row, body)]


def row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(cell, cells))} |"


def cell(value: object) -> str:
    return (", ".join(value) if isinstance(value, tuple) else str(value)).replace("|", "/")


OPS = {
    "gt": "> ",
    "gte": "≥ ",
    "lt": "< ",
    "lte": "≤ ",
    "eq": "",
    "in": "",
    "any_in": "",
    "has_all": "all of ",
}


def told(when: Node) -> str:
    """A condition in words."""
    if isinstance(when, Leaf):
        values = when.value if isinstance(when.value, tuple) else (when.value,)
        if values == (True,) or values == (False,):
            return when.field if values[0] else f"not {when.field}"
        return f"{when.field} {OPS[when.op]}{', '.join(map(str, values))}"
    parts = [told(part) for part in when.parts]
    if isinstance(when, All):
        return " and ".join(parts) or "always"
    return f"({' or '.join(parts)})"


def answered(rule: Rule) -> str:
    return f"{told(rule.when).replace('answer ', '')} → {rule.level} ({rule.override or 'nobody need'})"


def sources_of(question: Question) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for rule in question.rules for name in rule.source_ids))


def yes(value: bool) -> str:
    return "yes" if value else "no"


def upto(number: Decimal | None, unit: str) -> str:
    return "–" if number is None else f"{number} {unit}"


def address(url: str) -> str:
    return url if url.startswith("http") else "–"


def hours(value: float | None) -> str:
    if value is None:
        return "open"
    return (
        f"{value:g} h ({value / 24:g} d)"
        if value and value % 24 == 0 and abs(value) >= 72
        else f"{value:g} h"
    )


def bounds(editable: Iterable[Editable]) -> str:
    return "; ".join(f"{one.field} {one.min:g} to {one.max:g}" for one in editable) or "–"
