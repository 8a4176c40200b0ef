"""A consent is signed once and never changed; taking it back is a row of its own."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from patients.actions.consent import record_consent, withdraw_consent
from patients.models import Consent, ConsentWithdrawal, Patient
from tests.factories.patients import PatientFactory
from tests.people import Team, a_team

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


@pytest.fixture
def patient(team: Team) -> Patient:
    made: Patient = PatientFactory.create(clinic=team.clinic)
    return made


def test_a_consent_is_recorded_once_for_its_words(team: Team, patient: Patient) -> None:
    actor = team.practitioner.actor
    first = record_consent(actor, patient, "treatment", "2.0", at=AT)
    again = record_consent(team.lead.actor, patient, "treatment", "2.0", at=AT + timedelta(hours=1))
    newer = record_consent(actor, patient, "treatment", "2.1", at=AT)
    assert (first.signed_at, first.witnessed_by_id, first.clinic_id) == (AT, actor.user_id, team.clinic.pk)
    assert again == first
    assert newer != first
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == ["consent", "consent"]


def test_a_withdrawn_consent_stands_no_more_and_can_be_given_anew(team: Team, patient: Patient) -> None:
    actor = team.practitioner.actor
    consent = record_consent(actor, patient, "photos", "1", at=AT)
    withdrawal = withdraw_consent(actor, consent, at=AT + timedelta(days=1))
    assert withdraw_consent(actor, consent, at=AT + timedelta(days=2)) == withdrawal
    assert withdrawal.withdrawn_at == AT + timedelta(days=1)
    assert not Consent.objects.standing().exists()
    assert Consent.objects.get() == consent
    assert record_consent(actor, patient, "photos", "1", at=AT + timedelta(days=3)) != consent


@pytest.mark.parametrize(
    ("kind", "version", "field"),
    [("scan", "1", "kind"), ("photos", "", "version"), ("photos", "x" * 31, "version")],
)
def test_what_is_no_consent_is_refused(
    team: Team, patient: Patient, kind: str, version: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        record_consent(team.practitioner.actor, patient, kind, version, at=AT)
    assert refused.value.field == field
    assert not Consent.objects.exists()


def test_only_a_practitioner_of_the_clinic_records_and_withdraws(team: Team, patient: Patient) -> None:
    consent = record_consent(team.practitioner.actor, patient, "photos", "1", at=AT)
    for actor in (team.desk.actor, team.admin.actor, a_team("mistral").practitioner.actor):
        with pytest.raises(Refused):
            record_consent(actor, patient, "treatment", "1", at=AT)
        with pytest.raises(Refused):
            withdraw_consent(actor, consent, at=AT)
    assert Consent.objects.count() == 1
    assert not ConsentWithdrawal.objects.exists()


def test_the_database_refuses_to_change_a_signed_consent(team: Team, patient: Patient) -> None:
    record_consent(team.practitioner.actor, patient, "photos", "1", at=AT)
    with pytest.raises(DatabaseError, match="consent_signed_is_signed"), transaction.atomic():
        Consent.objects.update(version="2")
    assert Consent.objects.get().version == "1"
