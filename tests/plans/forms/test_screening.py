"""The safety questions as fields: nothing is ever filled in, and a day is a day."""

import datetime

import pytest
from django import forms

from patients.models import SafetyAnswer
from patients.rules.questions import Answer
from plans.forms.screening import question_fields, question_initial, read_answers
from plans.rules.protocol import Protocol, parse
from tests.factories.consult import TODAY, shipped_files


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return parse(shipped_files())


def form_of(protocol: Protocol, data: dict[str, str], *names: str) -> tuple[forms.Form, list[Answer]]:
    questions = [protocol.questionnaire.question(name) for name in names]
    form = forms.Form(data)
    form.fields.update(question_fields(questions, TODAY))
    form.is_valid()
    return form, read_answers(form, questions, TODAY)


def row(question: str, days_ago: int, answer: str = "no") -> SafetyAnswer:
    return SafetyAnswer(question=question, answer=answer, given_on=TODAY - datetime.timedelta(days=days_ago))


@pytest.mark.parametrize(
    ("question", "days", "is_chosen"),
    [("SQ-PREG", 3, True), ("SQ-PREG", 4, False), ("SQ-KELOID", 180, True), ("SQ-KELOID", 181, False)],
)
def test_only_an_answer_that_still_counts_is_chosen(
    protocol: Protocol, question: str, days: int, is_chosen: bool
) -> None:
    asked = [protocol.questionnaire.question(question)]
    initial = question_initial(asked, {question: row(question, days)}, TODAY)
    assert initial.get(f"q_{question}") == ("no" if is_chosen else None)


def test_an_answer_that_was_taken_back_is_not_chosen(protocol: Protocol) -> None:
    asked = [protocol.questionnaire.question("SQ-PREG")]
    assert question_initial(asked, {"SQ-PREG": row("SQ-PREG", 0, "")}, TODAY) == {}


def test_no_chip_is_no_answer(protocol: Protocol) -> None:
    assert form_of(protocol, {}, "SQ-PREG", "SQ-ISO")[1] == []


@pytest.mark.parametrize("typed", ["18/1", "18 jan", "2026-01-18"])
def test_a_past_day_is_read_as_staff_type_it(protocol: Protocol, typed: str) -> None:
    _, answers = form_of(protocol, {"q_SQ-ISO": "stopped", "d_SQ-ISO": typed}, "SQ-ISO")
    assert answers == [Answer("SQ-ISO", "stopped", TODAY, on=datetime.date(2026, 1, 18))]


def test_a_day_left_beside_another_answer_is_dropped(protocol: Protocol) -> None:
    _, answers = form_of(protocol, {"q_SQ-ISO": "never", "d_SQ-ISO": "18/1"}, "SQ-ISO")
    assert answers == [Answer("SQ-ISO", "never", TODAY)]


def test_a_day_and_still_going_on_is_one_too_many(protocol: Protocol) -> None:
    data = {"q_SQ-SUNBURN": "yes", "d_SQ-SUNBURN": "18/1", "o_SQ-SUNBURN": "on"}
    form, answers = form_of(protocol, data, "SQ-SUNBURN")
    assert (answers, list(form.errors)) == ([], ["d_SQ-SUNBURN"])


def test_free_words_belong_to_the_answer_that_invites_them(protocol: Protocol) -> None:
    for chosen, kept in (("yes", "latex"), ("no", "")):
        _, answers = form_of(protocol, {"q_SQ-CONTACT": chosen, "t_SQ-CONTACT": "latex"}, "SQ-CONTACT")
        assert answers == [Answer("SQ-CONTACT", chosen, TODAY, free_text=kept)]
