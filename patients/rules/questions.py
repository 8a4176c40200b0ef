"""The safety questions of a protocol, and the answers to them.

The questions, levels, roles and days all come from the protocol (screening.json).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from patients.rules.conditions import All
from patients.rules.terms import Level, Override, Text

NOT_SURE = "unsure"
"""The answer that every question offers."""


class AskAt(StrEnum):
    """When a question is put to the patient."""

    CONSULTATION = "consultation"
    SESSION = "before_each_session"


class Direction(StrEnum):
    """Whether the date of an answer lies behind or ahead."""

    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class DateAsked:
    """The date that some answers need. `ongoing_label`: the choice "it still goes on", where there is one."""

    for_answers: tuple[str, ...]
    direction: Direction
    label: Text
    ongoing_label: Text | None


@dataclass(frozen=True, slots=True)
class NumberAsked:
    """The number that some answers take, and the field of the proposal that it sets."""

    for_answers: tuple[str, ...]
    sets_field: str
    label: Text


@dataclass(frozen=True, slots=True)
class FreeTextAsked:
    """The free words that some answers invite."""

    for_answers: tuple[str, ...]
    label: Text


@dataclass(frozen=True, slots=True)
class Rule:
    """What an answer means. Rules are read top to bottom and the first match wins."""

    id: str
    when: All
    level: Level
    override: Override | None
    clear_after_days: int | None
    closes_only_with: str | None
    sets_history: str | None
    patient_text: Text
    staff_note: str
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnsureRule:
    """The flag of the answer "Not sure"."""

    id: str
    level: Level
    override: Override | None
    sets_history: str | None
    patient_text: Text
    staff_note: str


@dataclass(frozen=True, slots=True)
class UnansweredRule:
    """The flag of a question that was not answered, or too long ago."""

    id: str
    level: Level
    override: Override


@dataclass(frozen=True, slots=True)
class Question:
    """One safety question. `valid_days`: an answer given up to so many days before the session counts."""

    id: str
    order: int
    group: str
    clinical_name: str
    text: Text
    help: Text | None
    options: tuple[Option, ...]
    clear_answer: str
    date: DateAsked | None
    number: NumberAsked | None
    free_text: FreeTextAsked | None
    ask_at: tuple[AskAt, ...]
    ask_when: All
    look_back_days: int | None
    valid_days: int
    sets_field: str | None
    unsure: UnsureRule
    unanswered: UnansweredRule
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class UnansweredTexts:
    """What is said of every question without an answer that counts."""

    id: str
    patient_text: Text
    staff_note: str


@dataclass(frozen=True, slots=True)
class Group:
    """A heading over some questions."""

    id: str
    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """All safety questions of one protocol version, in the order in which they are asked."""

    version: str
    groups: tuple[Group, ...]
    unanswered: UnansweredTexts
    questions: tuple[Question, ...]

    def question(self, question_id: str) -> Question:
        """The question with that id. Raises KeyError for another."""
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(question_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a patient (or a clinician for them) answered on the local day `given_on`.

    `on` is the date that the answer needs, `ongoing` the choice "it still goes on" instead of a date;
    `number` is the number that the answer takes. `answer` None means: asked, not answered.
    """

    question: str
    answer: str | None
    given_on: date
    on: date | None = None
    ongoing: bool = False
    number: int | None = None
    free_text: str = ""
