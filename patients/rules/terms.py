"""The words that rules share: levels, who may lift what, and two languages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from clinic.rules.timegrid import clock, to_local


class Language(StrEnum):
    """Every text for patients exists in both."""

    EN = "en"
    ES = "es"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for patients in every language: `text[Language.ES]`."""

    en: str
    es: str

    def __getitem__(self, language: Language) -> str:
        return self.en if language == Language.EN else self.es


class Level(StrEnum):
    """How much a flag holds up: a block most, a note not at all."""

    BLOCK = "block"
    NEEDS_REVIEW = "needs_review"
    NOTE = "note"


class Status(StrEnum):
    """What the open flags together allow."""

    BLOCKED = "blocked"
    REVIEW = "review"
    READY = "ready"


class Override(StrEnum):
    """The lowest clinical role that may lift a block or settle a review, as a protocol writes it."""

    NOBODY = "none"
    PRACTITIONER = "practitioner"
    PRESCRIBER = "prescriber"
    CLINICAL_LEAD = "clinical_lead"


_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def placeholders_in(text: str) -> frozenset[str]:
    """The names that stand in braces in `text`."""
    return frozenset(_PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with every {name} replaced by its value; nothing else is ever interpreted.

    Raises KeyError for a name without a value: a patient must never read a raw placeholder.
    """
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


_WEEKDAYS = {
    Language.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Language.ES: ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_MONTHS = {
    Language.EN: (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    Language.ES: (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
}
_CLOCK_CHANGES = (timedelta(minutes=30), timedelta(hours=1))
_BEFORE = {Language.EN: "before the clocks go back", Language.ES: "antes de atrasar el reloj"}
_AFTER = {Language.EN: "after the clocks go back", Language.ES: "después de atrasar el reloj"}


def say_day(day: date, language: Language) -> str:
    """`day` as the texts want it: "Thursday 11 June", "el jueves 11 de junio"."""
    weekday, month = _WEEKDAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    if language == Language.EN:
        return f"{weekday} {day.day} {month}"
    return f"el {weekday} {day.day} de {month}"


def say_instant(instant: datetime, tz: ZoneInfo, language: Language) -> str:
    """`instant` on the wall clock of `tz`: "Thursday 11 June at 14:00", "el jueves 11 de junio a las 14:00".

    An hour that the clock shows twice is told apart, so that no wait is cut short by misreading it.
    Raises ValueError for an instant without a zone.
    """
    local = day, minute = to_local(instant, tz)
    if language == Language.EN:
        said = f"{say_day(day, language)} at {clock(minute)}"
    else:
        article = "la" if minute // 60 == 1 else "las"
        said = f"{say_day(day, language)} a {article} {minute // 60}:{minute % 60:02d}"
    if any(to_local(instant + shift, tz) == local for shift in _CLOCK_CHANGES):
        return f"{said} ({_BEFORE[language]})"
    if any(to_local(instant - shift, tz) == local for shift in _CLOCK_CHANGES):
        return f"{said} ({_AFTER[language]})"
    return said
