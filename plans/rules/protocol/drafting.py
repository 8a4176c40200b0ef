"""A draft of a protocol: edits applied to the files of a version, what they change, and the next version's name."""

import copy
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from patients.rules.terms import Text, placeholders_in
from plans.rules.protocol.decode import spanish_name
from plans.rules.protocol.editable import Line, Number, Wording, lines
from plans.rules.protocol.model import AFTERCARE, COURSE, PRECARE, SCREENING, Protocol

DRAFT = "draft"
_VERSION = re.compile(r"(\d{4})\.(\d{1,6})(-draft)?")


@dataclass(frozen=True, slots=True)
class Edit:
    """What is written instead in one line: numbers as they are stored, wordings in both languages."""

    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    wordings: Mapping[str, Text] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.numbers or self.wordings)

    def to_data(self) -> dict[str, Any]:
        """The edit as JSON keeps it: numbers as text, which keeps them exact."""
        return {
            "numbers": {name: str(number) for name, number in self.numbers.items()},
            "wordings": {name: {"en": text.en, "es": text.es} for name, text in self.wordings.items()},
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Edit":
        """The edit that `to_data` stored; further keys are nothing to it."""
        return cls(
            {name: Decimal(number) for name, number in data["numbers"].items()},
            {name: Text(text["en"], text["es"]) for name, text in data["wordings"].items()},
        )


Edits = Mapping[str, Edit]
"""Edits by the key of their line."""


@dataclass(frozen=True, slots=True)
class NumberChange:
    """A number before and after; `is_looser` where it asks for less care than before."""

    line: Line
    was: Number
    now: Decimal

    @property
    def is_looser(self) -> bool:
        """Whether the change is to the less careful side."""
        return self.was.is_looser(self.now)


@dataclass(frozen=True, slots=True)
class WordingChange:
    """A wording before and after, in both languages."""

    line: Line
    was: Wording
    now: Text

    @property
    def is_one_sided(self) -> bool:
        """Whether only one of the two languages was changed, so that they may say different things."""
        return (self.was.text.en != self.now.en) != (self.was.text.es != self.now.es)


Change = NumberChange | WordingChange


def edit_of(line: Line, numbers: Mapping[str, Decimal], wordings: Mapping[str, Text]) -> Edit:
    """What of the given values differs from `line`; names that it does not have are left out."""
    return Edit(
        {
            one.name: numbers[one.name]
            for one in line.numbers
            if numbers.get(one.name, one.value) != one.value
        },
        {
            one.name: wordings[one.name]
            for one in line.wordings
            if wordings.get(one.name, one.text) != one.text
        },
    )


def amiss(wording: Wording, text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The placeholders that `text` lacks, and those that it should not carry."""
    found = placeholders_in(text)
    return wording.placeholders - found, found - wording.placeholders


def with_edits(files: Mapping[str, Any], base: Iterable[Line], edits: Edits) -> dict[str, Any]:
    """A copy of `files` with the edits written into it. Edits of lines that `base` does not have do nothing."""
    changed = {name: copy.deepcopy(content) for name, content in files.items()}
    for line in base:
        edit = edits.get(line.key)
        if edit:
            _write(changed, line, edit)
    return changed


def _write(files: dict[str, Any], line: Line, edit: Edit) -> None:
    thing = next(_with_id(files[line.file], line.id))
    spanish = files[spanish_name(line.file)]["texts"]
    for number in line.numbers:
        if number.name in edit.numbers:
            *path, last = number.name.split(".")
            place = thing
            for key in path:
                place = place[key]
            place[last] = _as_json(edit.numbers[number.name])
    for wording in line.wordings:
        if wording.name in edit.wordings:
            text = edit.wordings[wording.name]
            thing[wording.name] = text.en
            spanish[line.id][wording.name] = text.es


def _with_id(place: Any, name: str) -> Iterator[dict[str, Any]]:
    if isinstance(place, dict):
        if place.get("id") == name:
            yield place
        place = list(place.values())
    if isinstance(place, list):
        for inner in place:
            yield from _with_id(inner, name)


def _as_json(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def changes(base: Protocol, draft: Protocol) -> tuple[Change, ...]:
    """What `draft` changes in `base`, line by line. Both have the same lines, as `check_edits` sees to."""
    now = {line.key: line for line in lines(draft)}
    found: list[Change] = []
    for line in lines(base):
        if line.key in now:
            found += _changes_of(line, now[line.key])
    return tuple(found)


def _changes_of(was: Line, now: Line) -> Iterator[Change]:
    numbers = {one.name: one.value for one in now.numbers}
    texts = {one.name: one.text for one in now.wordings}
    for number in was.numbers:
        if numbers.get(number.name, number.value) != number.value:
            yield NumberChange(was, number, numbers[number.name])
    for wording in was.wordings:
        if texts.get(wording.name, wording.text) != wording.text:
            yield WordingChange(was, wording, texts[wording.name])


def next_version(year: int, taken: Collection[str], *, is_signed_off: bool) -> str:
    """The name of the next version in a year: `2026.2`, or `2026.2-draft` until a clinician signs it off."""
    numbers = [0]
    for name in taken:
        found = _VERSION.fullmatch(name)
        if found and int(found[1]) == year:
            numbers.append(int(found[2]))
    return f"{year}.{max(numbers) + 1}{'' if is_signed_off else f'-{DRAFT}'}"


def stamped(files: Mapping[str, Any], version: str, status: str) -> dict[str, Any]:
    """A copy of `files` under another version and status, which every file of advice or questions carries."""
    changed = dict(files)
    for name in (COURSE, SCREENING, AFTERCARE, PRECARE):
        changed[name] = {**files[name], "status": status}
    changed[COURSE]["protocol"] = {**files[COURSE]["protocol"], "version": version}
    return changed


def is_draft(protocol: Protocol) -> bool:
    """Whether no registered clinician has signed this version off yet."""
    return DRAFT in f"{protocol.course.status} {protocol.version}".lower()
