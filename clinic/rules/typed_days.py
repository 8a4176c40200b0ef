"""Days as staff type them: `18/1`, `18 jan`, `mon`, `+5w`, `2027-01-18`."""

import re
from datetime import date, timedelta

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPANISH_WEEKDAYS = ("lun", "mar", "mie", "jue", "vie", "sab", "dom")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SPANISH_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
WORDS_FOR_TODAY = ("today", "hoy")

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?")
_NAMED = re.compile(r"(?:[a-z]+\s+)?(\d{1,2})\s*([a-z]{3,})\.?(?:\s+(\d{4}))?")
_AHEAD = re.compile(r"\+(\d{1,3})\s*([dws])")  # days, weeks, semanas


class NotADay(ValueError):
    """The text names no day."""


def read_day(text: str, today: date, *, past: bool = False) -> date:
    """Return the day that staff mean, day before month.

    Without a year the next such day is meant, or with `past` the last one; `mon` is the coming Monday (with
    `past` the last), `+5w` is five weeks on. Raises NotADay.
    """
    words = " ".join(text.strip().casefold().replace("á", "a").replace("é", "e").replace(",", " ").split())
    for reader in (_read_word, _read_ahead, _read_iso, _read_numbers, _read_named):
        day = reader(words, today, past)
        if day is not None:
            return day
    raise NotADay(text)


def _read_word(words: str, today: date, past: bool) -> date | None:
    if words in WORDS_FOR_TODAY:
        return today
    for names in (WEEKDAYS, SPANISH_WEEKDAYS):
        if words[:3] in names and words.isalpha():
            ahead = (names.index(words[:3]) - today.weekday()) % 7
            return today + timedelta(days=ahead - 7 if past and ahead else ahead)
    return None


def _read_ahead(words: str, today: date, past: bool) -> date | None:
    found = _AHEAD.fullmatch(words)
    if not found:
        return None
    count = int(found[1])
    return today + (timedelta(weeks=count) if found[2] in "ws" else timedelta(days=count))


def _read_iso(words: str, today: date, past: bool) -> date | None:
    found = _ISO.fullmatch(words)
    return _date(int(found[1]), int(found[2]), int(found[3])) if found else None


def _read_numbers(words: str, today: date, past: bool) -> date | None:
    found = _NUMBERS.fullmatch(words)
    return _with_year(found[3], int(found[2]), int(found[1]), today, past) if found else None


def _read_named(words: str, today: date, past: bool) -> date | None:
    found = _NAMED.fullmatch(words)
    if not found:
        return None
    for names in (MONTHS, SPANISH_MONTHS):
        if found[2][:3] in names:
            return _with_year(found[3], names.index(found[2][:3]) + 1, int(found[1]), today, past)
    return None


def _with_year(year: str | None, month: int, day: int, today: date, past: bool) -> date:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    step = -1 if past else 1
    for candidate in range(
        today.year, today.year + 9 * step, step
    ):  # 29 February comes every four or eight years
        try:
            found = _date(candidate, month, day)
        except NotADay:
            continue
        if (found <= today) if past else (found >= today):
            return found
    raise NotADay(f"{day}/{month}")


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADay(f"{day}/{month}/{year}") from None
