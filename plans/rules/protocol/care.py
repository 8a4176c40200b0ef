"""What aftercare.json, precare.json and screening.json hold. Field names are their keys."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from patients.rules.conditions import All
from patients.rules.questions import Group, Option, Question, UnansweredTexts
from patients.rules.terms import Level, Override, Text
from plans.rules.terms import Advice, Importance, TriageAction, Urgency


class Rounding(StrEnum):
    """Which way an instant goes to the next full quarter of an hour."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Category:
    """A heading on a sheet."""

    id: str
    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class Editable:
    """A field that a clinic may change, from min to max."""

    field: str
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class Sunscreen:
    """What a sunscreen line asks for."""

    spf: int
    tinted: bool


@dataclass(frozen=True, slots=True)
class AfterTimes:
    """How the hours after a session become clock times."""

    offsets: str
    round_minutes: int
    round_from: Rounding
    round_until: Rounding
    night_from: time
    night_until: time
    quiet_from: time
    quiet_until: time


@dataclass(frozen=True, slots=True)
class ProductDefault:
    """What a product is called where the clinic names none."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class AfterInstruction:
    """One line of aftercare; hours count from the end of the session, end_h None = until the series ends."""

    id: str
    slot: str
    priority: int
    category: str
    kind: Advice
    importance: Importance
    when: All
    start_h: float
    end_h: float | None
    starts_after_slot: str | None
    night_rule: str | None
    editable: tuple[Editable, ...]
    params: Sunscreen | None
    placeholders: tuple[str, ...]
    title: Text
    text: Text
    night_text: Text | None
    comment: str | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is usual for a while after a session, in hours from its end."""

    id: str
    when: All
    start_h: float
    end_h: float | None
    title: Text
    text: Text
    placeholders: tuple[str, ...]
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UrgencyLevel:
    """How soon to act, and who with."""

    id: str
    value: Urgency
    rank: int
    label: Text
    act_within_h: int
    who: Text


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A warning sign, and the hours after the session in which it is printed."""

    id: str
    urgency: Urgency
    when: All
    start_h: float
    end_h: float | None
    title: Text
    text: Text
    placeholders: tuple[str, ...]
    staff_note: str | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A few questions sent so many hours after the session."""

    id: str
    offset_h: float
    when: All
    questions: tuple[str, ...]
    title: Text
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckInQuestion:
    """One question of a check-in: choice, number, multi or photo."""

    id: str
    type: str
    min: int | None
    max: int | None
    required: bool
    options: tuple[Option, ...] | None
    text: Text


@dataclass(frozen=True, slots=True)
class TriageRule:
    """What a check-in means. Sorted by urgency; the first match decides what the patient sees."""

    id: str
    when: All
    action: TriageAction
    red_flag: str | None


@dataclass(frozen=True, slots=True)
class Aftercare:
    """The whole of aftercare.json."""

    schema_version: str
    status: str
    anchor: str
    condition_grammar: str
    condition_fields: tuple[str, ...]
    placeholders: tuple[str, ...]
    time_rules: AfterTimes
    product_defaults: tuple[ProductDefault, ...]
    categories: tuple[Category, ...]
    instructions: tuple[AfterInstruction, ...]
    expect: tuple[Expectation, ...]
    urgency: tuple[UrgencyLevel, ...]
    red_flags: tuple[RedFlag, ...]
    check_ins: tuple[CheckIn, ...]
    check_in_questions: tuple[CheckInQuestion, ...]
    triage: tuple[TriageRule, ...]


@dataclass(frozen=True, slots=True)
class BeforeTimes:
    """How the hours before a session become clock times."""

    offsets: str
    round_minutes: int
    round_from: Rounding
    round_until: Rounding


@dataclass(frozen=True, slots=True)
class LateBooking:
    """The word for a start that has already passed when the session is booked."""

    id: str
    text: Text
    staff_note: str


@dataclass(frozen=True, slots=True)
class BeforeInstruction:
    """One line of before-care; hours count to the start of the session and are not positive."""

    id: str
    slot: str
    priority: int
    category: str
    kind: Advice
    importance: Importance
    when: All
    start_h: float
    end_h: float
    editable: tuple[Editable, ...]
    params: Sunscreen | None
    placeholders: tuple[str, ...]
    screening_question: str | None
    needs_practitioner_ok: bool
    title: Text
    text: Text
    comment: str | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Precare:
    """The whole of precare.json."""

    schema_version: str
    status: str
    anchor: str
    condition_grammar: str
    condition_fields: tuple[str, ...]
    placeholders: tuple[str, ...]
    time_rules: BeforeTimes
    late_booking: LateBooking
    categories: tuple[Category, ...]
    instructions: tuple[BeforeInstruction, ...]


@dataclass(frozen=True, slots=True)
class LevelNote:
    """What a level means, in words."""

    id: Level
    meaning: str


@dataclass(frozen=True, slots=True)
class OverrideRole:
    """What a role may lift, in words; nobody has no rank."""

    id: Override
    rank: int | None
    meaning: str


@dataclass(frozen=True, slots=True)
class ValidDays:
    """For how many days an answer counts."""

    before_each_session: int
    consultation_only: int


@dataclass(frozen=True, slots=True)
class ScreeningFile:
    """The whole of screening.json."""

    schema_version: str
    status: str
    condition_grammar: str
    condition_fields: tuple[str, ...]
    placeholders: tuple[str, ...]
    levels: tuple[LevelNote, ...]
    override_roles: tuple[OverrideRole, ...]
    match: str
    valid_days: ValidDays
    unanswered: UnansweredTexts
    groups: tuple[Group, ...]
    questions: tuple[Question, ...]
