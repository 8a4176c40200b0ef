"""What a draft comes to: answers, flags, numbers."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.rules.questions import Answer
from plans.actions import consult
from plans.models import Consultation
from plans.queries.consult import age_on, assess, event_day
from plans.queries.snapshot import as_data
from tests.factories.consult import AT, TODAY, a_draft, clear_answers, publish_shipped
from tests.factories.patients import PatientFactory
from tests.people import Team

pytestmark = pytest.mark.django_db


def draft_of(team: Team, **data: Any) -> Consultation:
    return a_draft(team.practitioner, PatientFactory.create(clinic=team.clinic), **data)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2000-02-29", "2026-02-28", 25),
        ("2000-02-29", "2026-03-01", 26),
        ("2008-03-02", "2026-03-01", 17),
        ("2008-03-02", "2026-03-02", 18),
    ],
)
def test_age_counts_full_years(born: str, day: str, age: int) -> None:
    assert age_on(datetime.date.fromisoformat(born), datetime.date.fromisoformat(day)) == age


def test_an_empty_draft_has_flags_and_no_proposal(team: Team) -> None:
    patient = PatientFactory.create(clinic=team.clinic)
    draft = consult.open_consultation(team.practitioner.actor, team.practitioner, patient, AT)
    found = assess(draft, TODAY)
    assert (found.proposal, str(found.status), len(found.flags)) == (None, "blocked", 53)
    assert as_data(found)["answers"] == []
    assert "sessions" not in as_data(found)


def test_a_complete_draft_is_ready_with_its_numbers(team: Team) -> None:
    found = assess(draft_of(team), TODAY)
    assert found.proposal is not None
    assert (str(found.status), found.proposal.suggest, found.proposal.interval_days) == ("ready", 4, 28)


def test_everything_that_counts_reaches_the_rules(team: Team) -> None:
    found = assess(
        draft_of(
            team, skin_type=5, planned_depth=Decimal("2.00"), event_on=TODAY + datetime.timedelta(days=10)
        ),
        TODAY,
    )
    assert found.proposal is not None
    assert found.proposal.interval_days == 42
    assert {"FST-4-6", "DEPTH-FACE-1.5", "DEPTH-DARK-FIRST", "EVENT-14"} <= {flag.id for flag in found.flags}


def test_the_age_is_that_of_the_day(team: Team) -> None:
    patient = PatientFactory.create(clinic=team.clinic, birth_date=datetime.date(2008, 3, 3))
    draft = a_draft(team.practitioner, patient)
    assert "AGE-UNDER-18" in {flag.id for flag in assess(draft, TODAY).flags}
    assert "AGE-UNDER-18" not in {flag.id for flag in assess(draft, TODAY + datetime.timedelta(days=1)).flags}


def test_answers_that_this_version_does_not_ask_for_are_left_out(team: Team) -> None:
    draft = draft_of(team)
    draft.patient.answers.create(
        clinic=team.clinic,
        question="SQ-GONE",
        answer="yes",
        given_at=AT,
        given_on=TODAY,
        given_by=team.practitioner.user,
    )
    assert str(assess(draft, TODAY).status) == "ready"


def test_the_event_is_the_written_day_else_the_answered_one(team: Team) -> None:
    version = publish_shipped(team.clinic)
    trip = TODAY + datetime.timedelta(days=50)
    answers = [*clear_answers(version), Answer("SQ-EVENT", "yes", TODAY, on=trip)]
    draft = draft_of(team, answers=answers)
    found = assess(draft, TODAY)
    assert event_day(draft, found) == trip
    draft.event_on = TODAY + datetime.timedelta(days=90)
    assert event_day(draft, found) == draft.event_on


def test_two_queries_whatever_there_is(team: Team) -> None:
    version = publish_shipped(team.clinic)
    draft = draft_of(team, answers=clear_answers(version, SQ_HSV_PAST="yes", SQ_ECZEMA="past"))
    for flag in ("SQ-HSV-PAST.R1", "SQ-ECZEMA.R2"):
        consult.resolve_flag(team.practitioner.actor, draft, flag, "Looked at it closely.", AT)
    with CaptureQueriesContext(connection) as queries:
        assess(draft, TODAY)
    assert len(queries) == 2
