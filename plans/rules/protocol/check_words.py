"""Do the words of a protocol mean something: grammar, fields, values in conditions, sources, texts?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING

from patients.rules.conditions import FIELDS, SEVERITY_OF, Leaf, Op, Scalar, leaves
from patients.rules.questions import Rule
from patients.rules.terms import Text, placeholders_in
from plans.rules.protocol.decode import Decoder, Problem
from plans.rules.protocol.model import AFTERCARE, COURSE, PRECARE, SCREENING, Protocol
from plans.rules.terms import CLINIC_PRODUCTS, HISTORY, BookingState, Endpoint, Goal, Severity, SunDamage

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SCHEMA = "2.0"
Things = Sequence[tuple[str, str, "DataclassInstance"]]


def check_words(protocol: Protocol, decoders: Mapping[str, Decoder]) -> Iterator[Problem]:
    """Every word that nothing answers to."""
    yield from _headers(protocol)
    yield from _grammar(protocol)
    yield from _fields(protocol, decoders)
    yield from _values(protocol, decoders)
    things = [(file, *found) for file, decoder in decoders.items() for found in decoder.things]
    yield from _sources(protocol, things)
    yield from _placeholders(protocol, things)


def _headers(protocol: Protocol) -> Iterator[Problem]:
    """What every file says of itself, which the rules take for granted."""
    for file, part in (
        (SCREENING, protocol.screening),
        (AFTERCARE, protocol.aftercare),
        (PRECARE, protocol.precare),
    ):
        if part.condition_grammar != COURSE:
            yield Problem(file, "condition_grammar", f"should be {COURSE}")
        if part.schema_version != SCHEMA:
            yield Problem(file, "schema_version", f"should be {SCHEMA}")
    if protocol.course.schema_version != SCHEMA:
        yield Problem(COURSE, "schema_version", f"should be {SCHEMA}")
    matched = {
        (COURSE, "booking"): protocol.course.booking.match,
        (COURSE, "maintenance"): protocol.course.maintenance.match,
        (SCREENING, "match"): protocol.screening.match,
    }
    for (file, owner), way in matched.items():
        if way != "first":
            yield Problem(file, owner, f"match: the rules know the first match, not {way!r}")


def _grammar(protocol: Protocol) -> Iterator[Problem]:
    grammar = protocol.course.condition_grammar
    known, written = {str(op) for op in Op}, {note.op for note in grammar.ops}
    for op in sorted(known ^ written):
        yield Problem(COURSE, "condition_grammar", f"op {op!r} is not in both the grammar and the rules")
    noted = {note.field: note.type for note in grammar.fields}
    for name in sorted(noted.keys() ^ FIELDS.keys()):
        yield Problem(COURSE, "condition_grammar", f"field {name!r} is not in both the grammar and the rules")
    for name in sorted(noted.keys() & FIELDS.keys()):
        if noted[name] is not FIELDS[name]:
            yield Problem(COURSE, "condition_grammar", f"field {name!r} is a {FIELDS[name]}")
    for file, names in _declared(protocol).items():
        for name in sorted(names - FIELDS.keys()):
            yield Problem(file, "condition_fields", f"unknown field {name!r}")


def _declared(protocol: Protocol) -> Mapping[str, set[str]]:
    """Which fields each file may use."""
    notes = protocol.course.condition_grammar.fields
    return {
        COURSE: {note.field for note in notes if "protocol" in note.used_in},
        SCREENING: set(protocol.screening.condition_fields),
        AFTERCARE: set(protocol.aftercare.condition_fields),
        PRECARE: set(protocol.precare.condition_fields),
    }


def _fields(protocol: Protocol, decoders: Mapping[str, Decoder]) -> Iterator[Problem]:
    declared = _declared(protocol)
    of_concerns = {note.id for concern in protocol.course.concerns for note in concern.notes}
    for file, owner, leaf in _leaves(decoders):
        name = f"{SEVERITY_OF}<concern id>" if leaf.field.startswith(SEVERITY_OF) else leaf.field
        if name not in declared[file]:
            yield Problem(file, owner, f"field {leaf.field!r} is not one that this file lists")
        if name.startswith("this_concern.") and owner not in of_concerns:
            yield Problem(file, owner, f"field {leaf.field!r} belongs in the notes of a concern")


def _values(protocol: Protocol, decoders: Mapping[str, Decoder]) -> Iterator[Problem]:
    known = _vocabulary(protocol)
    for file, owner, leaf in _leaves(decoders):
        name = SEVERITY_OF if leaf.field.startswith(SEVERITY_OF) else leaf.field
        values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        for value in values:
            if name in known and value not in known[name]:
                yield Problem(file, owner, f"{leaf.field} is never {value}")


def _leaves(decoders: Mapping[str, Decoder]) -> Iterator[tuple[str, str, Leaf]]:
    for file, decoder in decoders.items():
        for owner, condition in decoder.conditions:
            for leaf in leaves(condition):
                yield file, owner, leaf


def _vocabulary(protocol: Protocol) -> Mapping[str, frozenset[Scalar]]:
    course, aftercare = protocol.course, protocol.aftercare
    asked = {question.id: question.options or () for question in aftercare.check_in_questions}
    flag_ids = [rule.id for question in protocol.screening.questions for rule in question.rules]
    return {
        "skin_type": frozenset(Decimal(one.value) for one in course.skin_types),
        "sun_damage": frozenset(SunDamage),
        "goal": frozenset(Goal),
        "endpoint": frozenset(Endpoint),
        "areas": frozenset(area.id for area in course.areas),
        "area_groups": frozenset(area.group for area in course.areas),
        "concerns": frozenset(concern.id for concern in course.concerns),
        SEVERITY_OF: frozenset(Severity),
        "this_concern.severity": frozenset(Severity),
        "history": HISTORY,
        "clinic_products": CLINIC_PRODUCTS,
        "signs": frozenset(option.value for option in asked.get("HQ-SIGNS", ())),
        "trend": frozenset(option.value for option in asked.get("HQ-TREND", ())),
        "open_flags": frozenset(flag_ids),
        "booking_state": frozenset(BookingState),
    }


def _sources(protocol: Protocol, things: Things) -> Iterator[Problem]:
    known = {source.id for source in protocol.sources}
    for file, owner, thing in things:
        named = getattr(thing, "source_ids", None)
        if named is None:
            continue
        if not named:
            yield Problem(file, owner, "has no source")
        for name in named:
            if name not in known:
                yield Problem(file, owner, f"unknown source {name!r}")


def _placeholders(protocol: Protocol, things: Things) -> Iterator[Problem]:
    """Each text carries exactly the placeholders that its item lists, in both languages."""
    known = {item.id for item in protocol.course.placeholders.items}
    lists = {
        SCREENING: set(protocol.screening.placeholders),
        AFTERCARE: set(protocol.aftercare.placeholders),
        PRECARE: set(protocol.precare.placeholders),
    }
    for file, part in lists.items():
        for name in sorted(part - known):
            yield Problem(file, "placeholders", f"unknown placeholder {name!r}")
    for file, owner, thing in things:
        for name, text in _texts(thing):
            yield from _compare(file, owner, name, text, _wanted(thing, name))


def _texts(thing: "DataclassInstance") -> Iterator[tuple[str, Text]]:
    for one in fields(thing):
        value = getattr(thing, one.name)
        if isinstance(value, Text):
            yield one.name, value


def _wanted(thing: "DataclassInstance", field: str) -> frozenset[str] | None:
    """What the text must carry; None where only the two languages have to agree."""
    if field in ("text", "night_text"):
        return frozenset(getattr(thing, "placeholders", ()))
    if field == "who" or (field == "patient_text" and isinstance(thing, Rule)):
        return None
    return frozenset()


def _compare(
    file: str, owner: str, field: str, text: Text, wanted: frozenset[str] | None
) -> Iterator[Problem]:
    english, spanish = placeholders_in(text.en), placeholders_in(text.es)
    for name in sorted((english if wanted is None else wanted) ^ spanish):
        yield Problem(file.replace(".json", ".es.json"), owner, f"{field}: {_amiss(name, spanish)}")
    if wanted is not None:
        for name in sorted(wanted ^ english):
            yield Problem(file, owner, f"{field}: {_amiss(name, english)}")


def _amiss(name: str, found: frozenset[str]) -> str:
    return f"should not carry {{{name}}}" if name in found else f"lacks {{{name}}}"
