"""The words that protocol.json lays down: names, grammar, placeholders, scales. Field names are its keys."""

from dataclasses import dataclass

from patients.rules.conditions import Kind
from patients.rules.terms import Text
from plans.rules.terms import Goal, Severity, SunDamage


@dataclass(frozen=True, slots=True)
class Head:
    """What the protocol is called and what it leaves out."""

    id: str
    version: str
    label: Text
    also_called: tuple[str, ...]
    summary: Text
    excludes: tuple[str, ...]
    editable_by_clinic: bool
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpNote:
    """One op of the grammar, in words."""

    op: str
    for_: str
    meaning: str


@dataclass(frozen=True, slots=True)
class FieldNote:
    """One field of the grammar, in words, and the files that may use it."""

    field: str
    type: Kind
    meaning: str
    used_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """The condition grammar, as the protocol writes it down for its editors."""

    form: str
    ops: tuple[OpNote, ...]
    missing: str
    fields: tuple[FieldNote, ...]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name that texts may carry in braces; its type is instant, date or text."""

    id: str
    type: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """An example of how an instant or a date reads."""

    type: str
    language: str
    example: str


@dataclass(frozen=True, slots=True)
class Placeholders:
    """Every placeholder that a text may use."""

    items: tuple[Placeholder, ...]
    rendered: tuple[Rendering, ...]


@dataclass(frozen=True, slots=True)
class SeverityChoice:
    """One step of the severity scale."""

    id: str
    value: Severity
    label: Text


@dataclass(frozen=True, slots=True)
class SunDamageChoice:
    """One level of sun damage."""

    id: str
    value: SunDamage
    label: Text


@dataclass(frozen=True, slots=True)
class GoalChoice:
    """One strength of the patient's goal."""

    id: str
    value: Goal
    label: Text


@dataclass(frozen=True, slots=True)
class SkinTypeScale:
    """The name of the skin type scale and where it comes from."""

    name: str
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SkinType:
    """One skin type, 1 to 6."""

    id: str
    value: int
    roman: str
    label: Text
