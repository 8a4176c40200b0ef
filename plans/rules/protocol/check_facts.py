"""Does every fact that the product was asked to cover still have its home in the data?"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from plans.rules.protocol.decode import Problem
from plans.rules.protocol.model import FACTS, Protocol


@dataclass(frozen=True, slots=True)
class SeedFact:
    """One fact, the articles that state it, what the software does about it, and its homes in the data."""

    id: str
    fact: str
    seeds: tuple[str, ...]
    home: tuple[str, ...]
    software: str
    conflict: str | None = None


@dataclass(frozen=True, slots=True)
class SeedFacts:
    """The whole of seed-facts.json."""

    schema_version: str
    comment: str
    facts: tuple[SeedFact, ...]


def check_facts(
    facts: SeedFacts, protocol: Protocol, course_json: Any, ids: Collection[str]
) -> Iterator[Problem]:
    """Every home that is neither one of `ids`, nor a concern or area, nor a path into protocol.json."""
    for fact in facts.facts:
        if not fact.home:
            yield Problem(FACTS, fact.id, "has no home")
        for home in fact.home:
            if not has_home(home, protocol, course_json, ids):
                yield Problem(FACTS, fact.id, f"has no home at {home!r}")


def has_home(home: str, protocol: Protocol, course_json: Any, ids: Collection[str]) -> bool:
    """Whether `home` names something: `SQ-ISO`, `concern:melasma` or `protocol.defaults.sessions_min`."""
    kind, _, name = home.partition(":")
    if kind == "concern":
        return name in {concern.id for concern in protocol.course.concerns}
    if kind == "area":
        return name in {area.id for area in protocol.course.areas}
    head, *path = home.split(".")
    if head != "protocol" or not path:
        return home in ids
    place = course_json
    for key in path:
        if not isinstance(place, dict) or key not in place:
            return False
        place = place[key]
    return True
