"""What becomes of each row of a file that is brought in: made, left alone, or named with what is wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from clinic.rules.tables import Row, Table, plain, read_date
from patients.rules.identity import LIKELY, Details, digits_in, fold, likeness

PERSON_HEADS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "name",
        "full name",
        "patient",
        "patient name",
        "first name",
        "given name",
        "nombre",
        "paciente",
    ),
    "family_name": ("family name", "last name", "surname", "apellido", "apellidos"),
    "birth_date": ("date of birth", "birth date", "birthdate", "dob", "born", "fecha de nacimiento"),
    "email": ("e-mail", "email", "email address", "mail", "correo", "correo electrónico"),
    "phone": ("phone", "telephone", "mobile", "phone number", "teléfono", "móvil"),
    "language": ("language", "idioma"),
    "desk_note": ("note for the desk", "desk note", "nota para recepción"),
}
LANGUAGES = {
    "en": "en-gb",
    "en gb": "en-gb",
    "english": "en-gb",
    "es": "es",
    "spanish": "es",
    "espanol": "es",
}


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    SAME = "same"  # it is there already
    ALIKE = "alike"  # somebody there is likely the same person
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row: its line in the file, whom it names, what becomes of it, and why in whole sentences."""

    line: int
    who: str
    outcome: Outcome
    why: tuple[str, ...] = ()


def told(verdicts: Iterable[Verdict]) -> str:
    """Return a mark of what was shown, so that what is confirmed can be seen to be the same."""
    parts = (f"{one.line} {one.outcome} {one.who}" for one in verdicts)
    return sha256("\n".join(parts).encode()).hexdigest()


def missing(table: Table, needed: Sequence[str]) -> list[str]:
    """Return the columns that an import needs and the file has not."""
    return [column for column in needed if column not in table.columns]


def full_name(row: Row) -> str:
    """Return the whole name: files have it in one cell, or the family name beside it."""
    name, family = row.cell("name"), row.cell("family_name")
    return name if set(fold(family).split()) <= set(fold(name).split()) else f"{name} {family}".strip()


def named(row: Row) -> str:
    """Return whom a row is about, with the date of birth as it was read: 3/4/1990 may have been meant otherwise."""
    return " · ".join(filter(None, (full_name(row), str(birth_date_of(row) or row.cell("birth_date")))))


def language_of(row: Row, usual: str) -> str | None:
    """Return the language of a row, the usual one where it names none; None for one that is not offered."""
    typed = plain(row.cell("language"))
    return LANGUAGES.get(typed) if typed else usual


def birth_date_of(row: Row) -> date | None:
    """Return the date of birth of a row; None where it is no date."""
    return read_date(row.cell("birth_date"))


class Known:
    """People who are known already, to be compared with without asking for each of them."""

    def __init__(self) -> None:
        self._by: dict[tuple[object, ...], list[tuple[Details, str]]] = {}
        self._same: dict[tuple[date, str], str] = {}

    def add(self, details: Details, called: str) -> None:
        """Let somebody be known; `called` is how a person would find them."""
        for key in _keys(details):
            self._by.setdefault(key, []).append((details, called))
        self._same.setdefault((details.birth_date, fold(details.name)), called)

    def same(self, details: Details) -> str:
        """Say where somebody of the same name, born on the same day, stands; empty where nobody does."""
        return self._same.get((details.birth_date, fold(details.name)), "")

    def alike(self, details: Details) -> str:
        """Say where the likeliest of those who may be the same person stands; empty where nobody may."""
        near = {id(one): one for key in _keys(details) for one in self._by.get(key, ())}
        scored = [(likeness(details, other).score, called) for other, called in near.values()]
        best = max(scored, default=(0, ""))
        return best[1] if best[0] >= LIKELY else ""


def _keys(details: Details) -> Iterator[tuple[object, ...]]:
    """Yield what somebody shares with those who may be the same person.

    A date of birth, an address or a phone alone is none: where many rows have the same one, each would be compared
    with each. So two names of which every word is written differently are not found.
    """
    words = sorted(set(fold(details.name).split()))
    email, phone = details.email.casefold(), digits_in(details.phone)
    yield "name", *words
    for word in words:
        yield "born", details.birth_date, word
        if email:
            yield "email", email, word
        if phone:
            yield "phone", phone, word
    if email and phone:
        yield "reached", email, phone
    if email:
        yield "born", details.birth_date, email
