"""Who a person is: names folded for finding, what was typed into the search box, and who may be the same.

A name is stored as typed, in any script. Only the copies made for finding are folded.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

REFERENCE_LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""What a reference is made of: nothing that is mistaken for another, and no vowels to make words with."""
REFERENCE_LENGTH = 6
OLDEST_BIRTH = date(1900, 1, 1)
SEARCH_LENGTH = 500
MOST_WORDS = 8

# Letters that stay one letter when accents are split off, and how people type them without.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)
_APOSTROPHES = "'’‘ʼʻ`´′"
_MONTHS = (
    *(("jan", "ene"), ("feb",), ("mar",), ("apr", "abr"), ("may",), ("jun",)),
    *(("jul",), ("aug", "ago"), ("sep",), ("oct",), ("nov",), ("dec", "dic")),
)
_MONTH_OF = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}
_DAY_MONTH_WORD = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:de\s+)?([a-z]{3})[a-z]*\.?\s+(?:de\s+)?(\d{4})\b"
)
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}|\d{2}))?")


@dataclass(frozen=True, slots=True)
class Details:
    """What the desk knows of a person: a name in any script, and an optional family name for sorting."""

    name: str
    birth_date: date
    family_name: str = ""
    email: str = ""
    phone: str = ""
    language: str = "en-gb"
    desk_note: str = ""


class Shared(StrEnum):
    """What two people have in common."""

    BIRTH_DATE = "birth_date"
    NEAR_BIRTH_DATE = "near_birth_date"
    NAME = "name"
    NEAR_NAME = "near_name"
    PART_OF_NAME = "part_of_name"
    EMAIL = "email"
    PHONE = "phone"


_WEIGHT = {
    Shared.BIRTH_DATE: 40,
    Shared.NEAR_BIRTH_DATE: 25,
    Shared.NAME: 45,
    Shared.NEAR_NAME: 35,
    Shared.PART_OF_NAME: 15,
    Shared.EMAIL: 25,
    Shared.PHONE: 25,
}
LIKELY = 70
"""From this score on a person is asked whether the two are one. A parent and a child who share a family name,
an address and a phone come to 65."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two people look like one: 0 is not at all."""

    score: int
    shared: tuple[Shared, ...]

    @property
    def is_likely(self) -> bool:
        """Whether to ask before a second record is made."""
        return self.score >= LIKELY


def as_typed(text: str) -> str:
    """`text` with the spaces put right and without characters that cannot be seen; nothing else changes."""
    seen = (" " if char.isspace() else char for char in text if not _is_unseen(char) or char.isspace())
    return " ".join("".join(seen).split())


def _is_unseen(char: str) -> bool:
    """Control and format characters, but for the two joiners that Persian and Indian names are spelt with."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} and char not in "\u200c\u200d"


def fold(text: str) -> str:
    """`text` for finding: no case, accents, apostrophes or signs; words with one space between them."""
    split = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = split.translate(_PLAIN)
    kept = (_folded(char) for char in plain)
    return " ".join("".join(kept).split())


def _folded(char: str) -> str:
    kind = unicodedata.category(char)
    if kind[0] == "M" or kind == "Cf" or char in _APOSTROPHES:
        return ""
    return char if kind[0] in "LN" else " "


def digits_in(text: str) -> str:
    """The decimal digits of `text`, of any script, as 0 to 9."""
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


def search_text(details: Details, reference: str, phone_forms: Iterable[str] = ()) -> str:
    """All that a person is found by, folded; of what is too long the end of the e-mail address goes.

    `phone_forms` are the phone in other ways of writing it, such as the national one.
    """
    born = details.birth_date
    phones = {digits_in(form) for form in (details.phone, *phone_forms)}
    parts = [
        reference.casefold(),
        f"{born:%Y-%m-%d} {born:%d%m%Y}",
        *sorted(phones - {""}),
        fold(details.name),
        fold(details.family_name),
        details.email.casefold(),
    ]
    return " ".join(part for part in parts if part)[:SEARCH_LENGTH].strip()


def search_words(typed: str) -> tuple[str, ...]:
    """What was typed into the search box, as the words that `search_text` has to hold; empty if none can be.

    Dates are understood with the day first: 17/5/1990, 17.05.90, 17 May 1990, 17/05; also 1990-05-17.
    """
    plain = unicodedata.normalize("NFKD", typed[:200]).casefold()
    plain = _DAY_MONTH_WORD.sub(_month_as_number, plain)
    words: list[str] = []
    for word in plain.split():
        words += _search_word(word)
    return tuple(words[:MOST_WORDS])


def _month_as_number(found: re.Match[str]) -> str:
    month = _MONTH_OF.get(found[2])
    return f"{found[3]}-{month}-{found[1]}" if month else found[0]


def _search_word(word: str) -> list[str]:
    day = _as_date(word)
    if day:
        return [day]
    if "@" in word:
        kept = "".join(char for char in word if not _is_unseen(char))
        return [kept]
    digits = digits_in(word)
    if digits and not any(char.isalpha() for char in word):
        return [digits]
    return fold(word).split()


def _as_date(word: str) -> str:
    """A date as `search_text` writes it, from the right end: the year, or its first half, may be missing."""
    if found := _YEAR_FIRST.fullmatch(word):
        year, month, day = found[1], int(found[2]), int(found[3])
    elif found := _DAY_FIRST.fullmatch(word):
        year, month, day = found[3] or "", int(found[2]), int(found[1])
    else:
        return ""
    return f"{year}-{month:02d}-{day:02d}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def likeness(one: Details, other: Details) -> Likeness:
    """How much two sets of details look like one person's. Phones and addresses compare as stored."""
    shared = [
        *_alike_dates(one.birth_date, other.birth_date),
        *_alike_names(one.name, other.name),
    ]
    if one.email and one.email.casefold() == other.email.casefold():
        shared.append(Shared.EMAIL)
    if one.phone and digits_in(one.phone) == digits_in(other.phone):
        shared.append(Shared.PHONE)
    return Likeness(min(100, sum(_WEIGHT[what] for what in shared)), tuple(shared))


def _alike_dates(one: date, other: date) -> list[Shared]:
    if one == other:
        return [Shared.BIRTH_DATE]
    same = sum(getattr(one, part) == getattr(other, part) for part in ("year", "month", "day"))
    swapped = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    return [Shared.NEAR_BIRTH_DATE] if same == 2 or swapped else []


def _alike_names(one: str, other: str) -> list[Shared]:
    first, second = set(fold(one).split()), set(fold(other).split())
    if not first or not second:
        return []
    if first == second:
        return [Shared.NAME]
    written = [" ".join(sorted(words)) for words in (first, second)]
    close = SequenceMatcher(None, written[0], written[1], autojunk=False).ratio() >= 0.85
    if close or (min(len(first), len(second)) > 1 and (first <= second or second <= first)):
        return [Shared.NEAR_NAME]
    return [Shared.PART_OF_NAME] if first & second else []
