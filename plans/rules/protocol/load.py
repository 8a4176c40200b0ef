"""The JSON of a protocol, already decoded by the caller -> a checked Protocol, or every problem at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from patients.rules.conditions import FIELDS, SEVERITY_OF, Kind
from plans.rules.protocol.care import Aftercare, Precare, ScreeningFile
from plans.rules.protocol.check_care import check_care
from plans.rules.protocol.check_course import check_course
from plans.rules.protocol.check_facts import SeedFacts, check_facts
from plans.rules.protocol.check_screening import check_screening
from plans.rules.protocol.check_words import check_words
from plans.rules.protocol.course import Course
from plans.rules.protocol.decode import Decoder, Problem, spanish_name
from plans.rules.protocol.model import (
    AFTERCARE,
    COURSE,
    FACTS,
    PRECARE,
    SCREENING,
    SOURCES,
    Protocol,
    Sources,
)

T = TypeVar("T")

TRANSLATED = (COURSE, SCREENING, AFTERCARE, PRECARE)
_HEADINGS = "category."
_SPANISH_KEYS = frozenset({"schema_version", "language", "base", "comment", "texts"})


class ProtocolError(ValueError):
    """A protocol that does not load; `problems` lists every fault with its file and id."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def parse(files: Mapping[str, Any]) -> Protocol:
    """The protocol in `files`, file name -> decoded JSON.

    Needed are protocol, screening, aftercare and precare, each with its .es.json, and sources;
    seed-facts.json is checked when it is there. Raises ProtocolError with every problem; those of meaning are
    looked for once the files have the right shape.
    """
    problems = list(_missing_or_unknown(files))
    if problems:
        raise ProtocolError(problems)
    fields = _condition_fields(files[COURSE])
    decoders = {name: _decoder(name, files, fields, problems) for name in (*TRANSLATED, SOURCES)}
    course = decoders[COURSE].read(Course, files[COURSE])
    screening = decoders[SCREENING].read(ScreeningFile, files[SCREENING])
    aftercare = decoders[AFTERCARE].read(Aftercare, files[AFTERCARE])
    precare = decoders[PRECARE].read(Precare, files[PRECARE])
    sources = decoders[SOURCES].read(Sources, files[SOURCES])
    for decoder in decoders.values():
        problems += decoder.problems
    if course is None or screening is None or aftercare is None or precare is None or sources is None:
        raise ProtocolError(problems)
    texts = {
        key: text
        for decoder in decoders.values()
        for key, text in decoder.texts.items()
        if not key[0].startswith(_HEADINGS)
    }
    protocol = Protocol(course, screening, aftercare, precare, sources.sources, texts)
    problems += check_words(protocol, decoders)
    problems += check_course(protocol)
    problems += check_screening(protocol)
    problems += check_care(protocol)
    if FACTS in files:
        problems += _facts(files, protocol, {found for decoder in decoders.values() for found in decoder.ids})
    if problems:
        raise ProtocolError(problems)
    return protocol


def _facts(files: Mapping[str, Any], protocol: Protocol, ids: set[str]) -> Iterator[Problem]:
    decoder = Decoder(FACTS, {}, {})
    facts = decoder.read(SeedFacts, files[FACTS])
    yield from decoder.problems
    if facts is not None:
        yield from check_facts(facts, protocol, files[COURSE], ids)


def _missing_or_unknown(files: Mapping[str, Any]) -> Iterator[Problem]:
    needed = {*TRANSLATED, *map(spanish_name, TRANSLATED), SOURCES}
    for name in sorted(needed - files.keys()):
        yield Problem(name, "the file", "is missing")
    for name in sorted(files.keys() - needed - {FACTS}):
        yield Problem(name, "the file", "is not part of a protocol")


def _condition_fields(raw: object) -> Mapping[str, Kind]:
    """Every field of the grammar, with one severity_of field for each concern of the protocol."""
    concerns = raw.get("concerns", ()) if isinstance(raw, dict) else ()
    ids = [concern.get("id") for concern in concerns if isinstance(concern, dict)]
    return {**FIELDS, **{f"{SEVERITY_OF}{concern}": Kind.CHOICE for concern in ids}}


def _decoder(
    name: str, files: Mapping[str, Any], fields: Mapping[str, Kind], problems: list[Problem]
) -> Decoder:
    if name not in TRANSLATED:
        return Decoder(name, fields, {})
    spanish = spanish_name(name)
    return Decoder(name, fields, _spanish_texts(spanish, name, files[spanish], problems))


def _spanish_texts(
    name: str, base: str, raw: object, problems: list[Problem]
) -> Mapping[tuple[str, str], str]:
    """(id, field) -> Spanish; the labels of options lie one level deeper than the other texts."""
    if not isinstance(raw, dict) or raw.keys() != _SPANISH_KEYS or not isinstance(raw["texts"], dict):
        problems.append(Problem(name, "the file", f"should have the keys {', '.join(sorted(_SPANISH_KEYS))}"))
        return {}
    if raw["base"] != base or raw["language"] != "es-419":
        problems.append(Problem(name, "the file", f"should be the es-419 of {base}"))
    found: dict[tuple[str, str], str] = {}
    for owner, texts in raw["texts"].items():
        for field, text in _flat(texts):
            if isinstance(text, str):
                found[owner, field] = text
            else:
                problems.append(Problem(name, owner, f"{field}: should be a text, not {text!r}"))
    return found


def _flat(texts: object) -> Iterator[tuple[str, object]]:
    if not isinstance(texts, dict):
        yield "texts", texts
        return
    for field, text in texts.items():
        if isinstance(text, dict):
            yield from ((f"{field}.{value}.label", label) for value, label in text.items())
        else:
            yield field, text
