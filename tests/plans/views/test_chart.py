"""A patient's chart: clinical for those who treat, dates and contact alone for the desk."""

import datetime
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEntry
from patients.actions.consent import record_consent
from patients.models import Patient
from patients.rules.questions import Answer
from plans.actions import consult
from plans.models import Consultation, Series, Visit
from tests.factories.consult import a_draft, browser_of, clear_answers, publish_shipped
from tests.factories.patients import PatientFactory
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
SECRET = "Canary words of the patient"
REASON = "Canary reason of the practitioner"


@pytest.fixture
def patient(team: Team) -> Patient:
    patient: Patient = PatientFactory.create(
        clinic=team.clinic, name="Priya Ramanathan", desk_note="Prefers mornings"
    )
    return patient


def page(client: Client, patient: Patient) -> str:
    response = client.get(reverse("plans:patient", args=["fernway", patient.pk]))
    assert response.status_code == 200
    return response.content.decode()


def treated(team: Team, patient: Patient, days_ago: int = 0) -> Series:
    """Give the patient a signed consultation, two visits of its series and a consent."""
    at = timezone.now() - datetime.timedelta(days=days_ago)
    version = publish_shipped(team.clinic)
    answers = [
        *clear_answers(version, at.date(), SQ_KELOID="yes"),
        Answer("SQ-CONTACT", "yes", at.date(), free_text="latex"),
    ]
    draft = a_draft(team.practitioner, patient, at, goal_words=SECRET, answers=answers)
    for flag in ("SQ-KELOID.R1", "SQ-CONTACT.R1"):
        consult.resolve_flag(team.lead.actor, draft, flag, REASON, at)
    series = consult.sign(team.practitioner.actor, draft, at)
    assert series is not None
    for number in (1, 2):
        start = at + datetime.timedelta(days=28 * number)
        Visit.objects.create(
            clinic=team.clinic,
            kind="treatment",
            patient=patient,
            series=series,
            session_number=number,
            practitioner=team.practitioner,
            day=start.date(),
            start_minute=600,
            minutes=60,
            starts_at=start,
            ends_at=start + datetime.timedelta(hours=1),
            state_at=at,
            booked_at=at,
            reference=f"V{Visit.objects.count():05d}",
        )
    record_consent(team.practitioner.actor, patient, "treatment", f"2026-{days_ago}", at=at)
    return series


def test_a_clinician_reads_everything_and_the_read_is_on_record(team: Team, patient: Patient) -> None:
    treated(team, patient)
    shown = page(browser_of(team.practitioner), patient)
    for words in ("Allergy:", "Contact allergy", "(latex)", "Keloid", "4 sessions, 28 days apart", "2026-0"):
        assert words in shown
    assert shown.index("Allergy:") < shown.index("Keloid") < shown.index("Consultations")
    assert "Start consultation" in shown
    reads = AuditEntry.objects.filter(verb="read", subject_kind="patient", patient_id=patient.pk)
    assert [entry.user for entry in reads] == [team.practitioner.user]


def test_an_old_allergy_still_warns(team: Team, patient: Patient) -> None:
    treated(team, patient, days_ago=400)
    assert "Contact allergy" in page(browser_of(team.practitioner), patient)


def test_a_draft_is_continued(team: Team, patient: Patient) -> None:
    consult.open_consultation(team.practitioner.actor, team.practitioner, patient, timezone.now())
    assert "Continue consultation" in page(browser_of(team.practitioner), patient)
    assert "Start consultation" in page(browser_of(team.lead), patient)


@pytest.mark.parametrize("who", ["desk", "admin"])
def test_the_desk_sees_dates_and_contact_and_nothing_clinical(team: Team, patient: Patient, who: str) -> None:
    series = treated(team, patient)
    Series.objects.filter(pk=series.pk).update(state="paused", hold_reason=REASON)
    shown = page(browser_of(getattr(team, who)), patient)
    for words in (
        "Priya Ramanathan",
        "Prefers mornings",
        "Series, 0 of 4 done",
        "Practitioner must look first",
    ):
        assert words in shown
    clinical = (
        SECRET,
        REASON,
        "Keloid",
        "allergy",
        "Allergy",
        "latex",
        "acne",
        "Consent",
        "SQ-",
        "Start consultation",
    )
    assert [words for words in clinical if words in shown] == []
    assert not AuditEntry.objects.filter(verb="read", subject_kind="patient").exists()


def test_a_stranger_finds_nothing(team: Team, patient: Patient) -> None:
    other = a_team("casa-lima")
    browser = browser_of(other.lead)
    for slug in ("fernway", "casa-lima"):
        response = browser.get(reverse("plans:patient", args=[slug, patient.pk]))
        assert response.status_code == 404
        assert "Priya" not in response.content.decode()


def test_an_unknown_patient_is_not_found(team: Team) -> None:
    to = reverse("plans:patient", args=["fernway", uuid.uuid4()])
    assert browser_of(team.practitioner).get(to).status_code == 404


def test_an_empty_chart_says_what_will_stand_here(team: Team, patient: Patient) -> None:
    shown = page(browser_of(team.practitioner), patient)
    for words in ("No consultation yet", "No visits yet", "None recorded yet."):
        assert words in shown


@pytest.mark.parametrize(("who", "queries"), [("practitioner", 12), ("desk", 6)])
def test_a_long_history_takes_the_queries_of_a_short_one(
    team: Team, patient: Patient, who: str, queries: int
) -> None:
    browser = browser_of(getattr(team, who))
    treated(team, patient, days_ago=300)
    page(browser, patient)
    with CaptureQueriesContext(connection) as few:
        page(browser, patient)
    for days in (200, 100):
        treated(team, patient, days_ago=days)
    with CaptureQueriesContext(connection) as many:
        page(browser, patient)
    assert Consultation.objects.count() == 3
    assert len(many) == len(few) == queries
