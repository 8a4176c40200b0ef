"""The whole protocol, as the rules use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol as Shape
from typing import TypeVar

from patients.rules.questions import Questionnaire
from patients.rules.terms import Language, Text
from plans.rules.protocol.care import Aftercare, Precare, RedFlag, ScreeningFile
from plans.rules.protocol.core import Area, Concern
from plans.rules.protocol.course import Course

COURSE = "protocol.json"
SCREENING = "screening.json"
AFTERCARE = "aftercare.json"
PRECARE = "precare.json"
SOURCES = "sources.json"
FACTS = "seed-facts.json"


class _HasId(Shape):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_HasId)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from, and how much of it was readable."""

    id: str
    title: str
    publisher: str
    url: str
    kind: str
    seen: str
    supports: str


@dataclass(frozen=True, slots=True)
class Sources:
    """The whole of sources.json."""

    schema_version: str
    comment: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """One version of a protocol. `course` is protocol.json; the others bear the names of their files."""

    course: Course
    screening: ScreeningFile
    aftercare: Aftercare
    precare: Precare
    sources: tuple[Source, ...]
    texts: Mapping[tuple[str, str], Text]

    @property
    def version(self) -> str:
        """The version under which it is published, such as 2026.1."""
        return self.course.protocol.version

    @property
    def questionnaire(self) -> Questionnaire:
        """The safety questions of this version."""
        screening = self.screening
        return Questionnaire(self.version, screening.groups, screening.unanswered, screening.questions)

    def text(self, id: str, field: str, language: Language) -> str:
        """The text of one field with its placeholders: `text("SQ-PREG", "options.yes.label", Language.ES)`.

        The headings of sheets (category.…) stand in two files: read them off the sheet. Raises KeyError for
        what has no such text.
        """
        return self.texts[id, field][language]

    def concern(self, concern_id: str) -> Concern:
        """The concern with that id. Raises KeyError for another."""
        return _by_id(self.course.concerns, concern_id)

    def area(self, area_id: str) -> Area:
        """The area with that id. Raises KeyError for another."""
        return _by_id(self.course.areas, area_id)

    def red_flag(self, red_flag_id: str) -> RedFlag:
        """The red flag with that id. Raises KeyError for another."""
        return _by_id(self.aftercare.red_flags, red_flag_id)

    def source(self, source_id: str) -> Source:
        """The source with that id. Raises KeyError for another."""
        return _by_id(self.sources, source_id)


def _by_id(items: tuple[Item, ...], wanted: str) -> Item:
    for item in items:
        if item.id == wanted:
            return item
    raise KeyError(wanted)
