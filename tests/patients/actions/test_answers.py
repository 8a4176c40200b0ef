"""Answers are rows beside rows: the newest of a question counts, the old ones stay."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from json import loads
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from clinic.rules.roles import Actor, Role
from patients.actions.answers import record_answers
from patients.models import Patient, SafetyAnswer
from patients.queries.answers import all_answers, latest_answers
from patients.rules.questions import Answer, Questionnaire
from plans.rules.protocol import parse
from tests.factories.patients import AccessFactory, PatientFactory
from tests.people import Team, a_team

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
SHIPPED = Path(settings.BASE_DIR) / "plans" / "protocols" / "microneedling"
NO = Answer("SQ-PREG", "no", DAY)


@pytest.fixture(scope="module")
def questionnaire() -> Questionnaire:
    return parse({file.name: loads(file.read_text()) for file in SHIPPED.glob("*.json")}).questionnaire


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


@pytest.fixture
def patient(team: Team) -> Patient:
    made: Patient = PatientFactory.create(clinic=team.clinic)
    return made


def test_answers_are_recorded_with_their_day(
    team: Team, patient: Patient, questionnaire: Questionnaire
) -> None:
    given = [NO, Answer("SQ-ISO", "stopped", DAY, on=date(2025, 11, 1), free_text="roaccutane")]
    rows = record_answers(
        team.practitioner.actor, patient, given, at=AT, given_on=DAY, questionnaire=questionnaire
    )
    assert [(row.question, row.answer, row.date) for row in rows] == [
        ("SQ-PREG", "no", None),
        ("SQ-ISO", "stopped", date(2025, 11, 1)),
    ]
    assert all_answers(patient) == latest_answers(patient) == given
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.patient_id, entry.fields) == ("answer", patient.pk, ["SQ-ISO", "SQ-PREG"])


def test_only_what_changed_is_recorded_again(team: Team, patient: Patient) -> None:
    def give(*answers: Answer, later: int = 0) -> int:
        at, day = AT + timedelta(days=later), DAY + timedelta(days=later)
        return len(record_answers(team.practitioner.actor, patient, answers, at=at, given_on=day))

    yes = replace(NO, answer="yes")
    assert [give(NO), give(NO), give(yes), give(NO), give(NO, NO)] == [1, 0, 1, 1, 0]
    # The same answer on another day counts for longer, so it is a row of its own.
    assert give(NO, later=7) == 1
    assert [one.answer for one in all_answers(patient)] == ["no", "yes", "no", "no"]
    assert latest_answers(patient) == [replace(NO, given_on=date(2026, 3, 9))]
    assert AuditEntry.objects.count() == 4


def test_an_answer_can_be_taken_back(team: Team, patient: Patient) -> None:
    actor = team.practitioner.actor
    record_answers(actor, patient, [NO], at=AT, given_on=DAY)
    record_answers(actor, patient, [replace(NO, answer=None)], at=AT, given_on=DAY)
    assert latest_answers(patient) == [replace(NO, answer=None)]


def test_a_patient_answers_for_themselves(patient: Patient) -> None:
    key = AccessFactory.create(patient=patient)
    own = Actor(key.user_id, "", frozenset({Role.PATIENT}))
    rows = record_answers(own, patient, [NO], at=AT, given_on=DAY)
    assert [row.given_by_id for row in rows] == [key.user_id]
    assert AuditEntry.objects.get().clinic_id == patient.clinic_id


def test_nobody_else_answers(team: Team, patient: Patient) -> None:
    unconfirmed = AccessFactory.create(patient=patient, confirmed_at=None)
    others = [
        team.desk.actor,
        team.admin.actor,
        a_team("mistral").practitioner.actor,
        Actor(unconfirmed.user_id, "", frozenset({Role.PATIENT})),
        Actor(AccessFactory.create().user_id, "", frozenset({Role.PATIENT})),
    ]
    for actor in others:
        with pytest.raises(Refused) as refused:
            record_answers(actor, patient, [NO], at=AT, given_on=DAY)
        assert refused.value.code == "not_allowed"
    assert not SafetyAnswer.objects.exists()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer("SQ-NONE", "no", DAY), "unknown_question"),
        (Answer("SQ-PREG", "perhaps", DAY), "answer"),
        (Answer("SQ-PREG", "no", DAY, on=DAY), "answer"),
        (Answer("SQ-ISO", "stopped", DAY, on=DAY + timedelta(days=1)), "answer"),
        (Answer("SQ-PREG", "no", DAY, number=3), "answer"),
        (Answer("SQ-PREG", "no", DAY, number=-1), "number"),
        (Answer("SQ-PREG", "no", DAY, free_text="x" * 10_000), "too_long"),
    ],
)
def test_an_answer_that_cannot_be_changes_nothing(
    team: Team, patient: Patient, questionnaire: Questionnaire, answer: Answer, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        record_answers(
            team.practitioner.actor, patient, [NO, answer], at=AT, given_on=DAY, questionnaire=questionnaire
        )
    assert refused.value.code == code
    assert not SafetyAnswer.objects.exists()


def test_the_database_refuses_to_change_an_answer(team: Team, patient: Patient) -> None:
    record_answers(team.practitioner.actor, patient, [NO], at=AT, given_on=DAY)
    for change in (lambda: SafetyAnswer.objects.update(answer="yes"), SafetyAnswer.objects.all().delete):
        with pytest.raises(DatabaseError, match="answers_are_append_only"), transaction.atomic():
            change()
    assert latest_answers(patient) == [NO]
