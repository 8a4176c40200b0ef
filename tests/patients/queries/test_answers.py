"""Answers as the rules know them, oldest first; the newest of each question."""

from datetime import UTC, date, datetime, timedelta

import pytest

from patients.models import SafetyAnswer
from patients.queries.answers import all_answers, latest_answers
from patients.rules.questions import Answer
from tests.factories.clinic import UserFactory
from tests.factories.patients import PatientFactory

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.mark.django_db
def test_all_answers_come_in_the_order_given_and_the_latest_once() -> None:
    patient, user = PatientFactory.create(), UserFactory.create()
    given = [("SQ-COLD", "yes", 2), ("SQ-COLD", "no", 1), ("SQ-PREG", "", 1), ("SQ-COLD", "healed", 1)]
    for minute, (question, answer, number) in enumerate(given):
        SafetyAnswer.objects.create(
            clinic=patient.clinic,
            patient=patient,
            question=question,
            answer=answer,
            number=number,
            given_at=AT + timedelta(minutes=minute),
            given_on=DAY,
            given_by=user,
        )
    assert [(one.question, one.answer) for one in all_answers(patient)] == [
        ("SQ-COLD", "yes"),
        ("SQ-COLD", "no"),
        ("SQ-PREG", None),
        ("SQ-COLD", "healed"),
    ]
    assert sorted(latest_answers(patient), key=lambda one: one.question) == [
        Answer("SQ-COLD", "healed", DAY, number=1),
        Answer("SQ-PREG", None, DAY, number=1),
    ]
    assert all_answers(PatientFactory.create()) == []
