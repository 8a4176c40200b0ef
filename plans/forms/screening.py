"""The safety questions as fields: chips for the answer, a day where the answer needs one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic.forms.days import StaffDayField
from patients.models import SafetyAnswer
from patients.rules.flags import Flag
from patients.rules.questions import Answer, Direction, Question, Questionnaire
from patients.rules.screening import check
from patients.rules.terms import Language, Text

MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the page shows it. `old` is an answer that no longer counts and is asked again."""

    question: Question
    title: str
    help: str
    answer: Any
    day: Any
    day_for: str
    ongoing: Any
    number: Any
    words: Any
    words_for: str
    flag: Flag | None
    old: SafetyAnswer | None

    @property
    def old_words(self) -> str:
        """Return the label of the old answer."""
        value = self.old.answer if self.old else ""
        return next((worded(one.label) for one in self.question.options if one.value == value), value)

    @property
    def is_answered(self) -> bool:
        """Say whether a chip is chosen."""
        return bool(self.answer.value())

    @property
    def needs_a_look(self) -> bool:
        """Say whether it is unanswered, raises a flag, or holds an error."""
        fields = (self.answer, self.day, self.number, self.words)
        return not self.is_answered or self.flag is not None or any(one and one.errors for one in fields)

    @property
    def is_wide(self) -> bool:
        """Say whether the answers are too many for one line beside the question."""
        return len(self.question.options) > 3


@dataclass(frozen=True, slots=True)
class AskedGroup:
    """A heading over some questions."""

    id: str
    title: str
    asked: tuple[Asked, ...]

    @property
    def missing(self) -> int:
        """Count the questions without an answer."""
        return sum(not one.is_answered for one in self.asked)

    @property
    def flagged(self) -> int:
        """Count the answers that raise something to look at."""
        return sum(one.flag is not None and one.is_answered for one in self.asked)

    @property
    def to_do(self) -> list[Asked]:
        """List what has to be asked or looked at, or was filled in wrongly."""
        return [one for one in self.asked if one.needs_a_look]

    @property
    def clear(self) -> list[Asked]:
        """List the answers that need nothing more, which are folded away."""
        return [one for one in self.asked if not one.needs_a_look]


def language() -> Language:
    """Return the language of the page, of those that a protocol has."""
    return Language.ES if (get_language() or "").startswith("es") else Language.EN


def worded(text: Text | None) -> str:
    """Return a text of the protocol in the language of the page."""
    return text[language()] if text else ""


def question_fields(questions: Iterable[Question], today: date) -> dict[str, forms.Field]:
    """Return the fields of some questions, none required: a draft may leave anything out."""
    fields: dict[str, forms.Field] = {}
    for question in questions:
        label = worded(question.text)
        choices = [(option.value, worded(option.label)) for option in question.options]
        fields[f"q_{question.id}"] = forms.ChoiceField(
            label=label, choices=choices, required=False, widget=forms.RadioSelect
        )
        if question.date is not None:
            past = question.date.direction is Direction.PAST
            day = StaffDayField(label=worded(question.date.label), required=False, past=past)
            day.today = today
            fields[f"d_{question.id}"] = day
            if question.date.ongoing_label is not None:
                ongoing = worded(question.date.ongoing_label)
                fields[f"o_{question.id}"] = forms.BooleanField(label=ongoing, required=False)
        if question.number is not None:
            fields[f"n_{question.id}"] = forms.IntegerField(
                label=worded(question.number.label), required=False, min_value=0, max_value=MOST_DAYS
            )
        if question.free_text is not None:
            fields[f"t_{question.id}"] = forms.CharField(
                label=worded(question.free_text.label), required=False, max_length=500
            )
    return fields


def question_initial(
    questions: Iterable[Question], newest: Mapping[str, SafetyAnswer], today: date
) -> dict[str, Any]:
    """Return what is chosen already: only answers that still count today, for nothing is ever filled in."""
    initial: dict[str, Any] = {}
    for question in questions:
        row = newest.get(question.id)
        if row is None or not counts(question, row, today):
            continue
        initial[f"q_{question.id}"] = row.answer
        initial[f"d_{question.id}"] = row.date
        initial[f"o_{question.id}"] = row.is_ongoing
        initial[f"n_{question.id}"] = row.number
        initial[f"t_{question.id}"] = row.free_text
    return initial


def counts(question: Question, row: SafetyAnswer, today: date) -> bool:
    """Say whether an answer is still new enough for a session today."""
    return bool(row.answer) and (today - row.given_on).days <= question.valid_days


def read_answers(form: forms.Form, questions: Iterable[Question], today: date) -> list[Answer]:
    """Return the answers that were chosen; what cannot be recorded becomes an error at its field."""
    answers = []
    for question in questions:
        answer = _read(form.cleaned_data, question, today)
        if answer is None:
            continue
        if answer.on is not None and answer.ongoing:
            form.add_error(f"d_{question.id}", _("Give a day or tick the box, not both."))
        elif check(question, answer):
            form.add_error(f"d_{question.id}", _("Enter a day that is not in the future."))
        else:
            answers.append(answer)
    return answers


def _read(data: Mapping[str, Any], question: Question, today: date) -> Answer | None:
    chosen = data.get(f"q_{question.id}")
    if not chosen:
        return None
    dated = question.date is not None and chosen in question.date.for_answers
    numbered = question.number is not None and chosen in question.number.for_answers
    told = question.free_text is not None and chosen in question.free_text.for_answers
    return Answer(
        question.id,
        chosen,
        today,
        on=data.get(f"d_{question.id}") if dated else None,
        ongoing=bool(data.get(f"o_{question.id}")) if dated else False,
        number=data.get(f"n_{question.id}") if numbered else None,
        free_text=data.get(f"t_{question.id}", "") if told else "",
    )


def asked_groups(
    form: forms.Form,
    questionnaire: Questionnaire,
    questions: Iterable[Question],
    flags: Iterable[Flag],
    newest: Mapping[str, SafetyAnswer],
    today: date,
) -> list[AskedGroup]:
    """Return the questions under their headings, each with its fields and its flag."""
    raised = {flag.question: flag for flag in flags if flag.question}
    asked = [_asked(form, one, raised.get(one.id), newest.get(one.id), today) for one in questions]
    groups = [
        AskedGroup(
            group.value, worded(group.label), tuple(one for one in asked if one.question.group == group.value)
        )
        for group in questionnaire.groups
    ]
    return [group for group in groups if group.asked]


def _asked(
    form: forms.Form, question: Question, flag: Flag | None, row: SafetyAnswer | None, today: date
) -> Asked:
    def field(kind: str) -> Any:
        name = f"{kind}_{question.id}"
        return form[name] if name in form.fields else None

    return Asked(
        question=question,
        title=worded(question.text),
        help=worded(question.help),
        answer=field("q"),
        day=field("d"),
        day_for=" ".join(question.date.for_answers) if question.date else "",
        ongoing=field("o"),
        number=field("n"),
        words=field("t"),
        words_for=" ".join(question.free_text.for_answers) if question.free_text else "",
        flag=flag,
        old=row if row is not None and row.answer and not counts(question, row, today) else None,
    )
