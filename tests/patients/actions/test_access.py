"""A key to a patient's page: given once, taken back at once, confirmed with few tries."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message, User
from clinic.rules.roles import Actor, Role
from patients.actions.access import confirm_birth_date, grant_access, invite_again, revoke_access
from patients.models import Patient, PatientAccess
from patients.queries.access import is_locked
from tests.factories.patients import AccessFactory, PatientFactory
from tests.people import Team, a_team
from tests.rush import rush

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BORN = date(1990, 5, 17)
WRONG = date(1990, 5, 18)


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


@pytest.fixture
def patient(team: Team) -> Patient:
    made: Patient = PatientFactory.create(
        clinic=team.clinic, name="Ana Ñíguez", birth_date=BORN, language="es"
    )
    return made


def of(key: PatientAccess) -> Actor:
    return Actor(key.user_id, key.user.name, frozenset({Role.PATIENT}))


def test_an_address_is_let_in_and_invited(team: Team, patient: Patient) -> None:
    key = grant_access(team.desk.actor, patient, " Ana@Example.org", at=AT)
    assert (key.user.email, key.user.name, key.user.language) == ("ana@example.org", "Ana Ñíguez", "es")
    assert not key.user.has_usable_password()
    assert (key.relation, key.granted_by_id, key.granted_at) == ("self", team.desk.user_id, AT)
    assert (key.confirmed_at, key.revoked_at) == (None, None)
    mail = Message.objects.get()
    assert (mail.to, mail.kind, mail.patient_id, mail.is_secret) == (
        "ana@example.org",
        "patients/invitation",
        patient.pk,
        True,
    )
    assert "/my/sign-in/" in mail.body
    assert "needl" not in mail.body + mail.title
    assert AuditEntry.objects.get().verb == "grant"


def test_asking_again_changes_nothing_and_sends_nothing(team: Team, patient: Patient) -> None:
    first = grant_access(team.desk.actor, patient, "ana@example.org", at=AT)
    second = grant_access(team.practitioner.actor, patient, "ANA@example.org", at=AT + timedelta(days=1))
    assert second == first
    assert (Message.objects.count(), AuditEntry.objects.count()) == (1, 1)
    assert User.objects.filter(email="ana@example.org").count() == 1


def test_one_address_may_serve_several_patients(team: Team, patient: Patient) -> None:
    child = PatientFactory.create(clinic=team.clinic)
    first = grant_access(team.desk.actor, patient, "ana@example.org", at=AT)
    second = grant_access(team.desk.actor, child, "ana@example.org", "parent", at=AT)
    assert first.user == second.user
    assert second.relation == "parent"


def test_a_colleague_who_is_also_a_patient_keeps_name_and_password(team: Team, patient: Patient) -> None:
    team.practitioner.user.set_password("a-long-password")
    team.practitioner.user.save()
    key = grant_access(team.desk.actor, patient, team.practitioner.user.email, at=AT)
    assert key.user == team.practitioner.user
    assert key.user.check_password("a-long-password")


@pytest.mark.parametrize(
    ("email", "relation", "field"),
    [("", "self", "email"), ("ana", "self", "email"), ("a@b.org", "ex", "relation")],
)
def test_what_is_no_address_or_relation_is_refused(
    team: Team, patient: Patient, email: str, relation: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        grant_access(team.desk.actor, patient, email, relation, at=AT)
    assert refused.value.field == field
    assert not PatientAccess.objects.exists()


def test_nobody_else_lets_in(team: Team, patient: Patient) -> None:
    for actor in (team.admin.actor, a_team("mistral").desk.actor):
        with pytest.raises(Refused) as refused:
            grant_access(actor, patient, "ana@example.org", at=AT)
        assert refused.value.code == "not_allowed"
    assert not PatientAccess.objects.exists()


def test_a_key_is_taken_back_once_and_its_invitation_with_it(team: Team, patient: Patient) -> None:
    key = grant_access(team.desk.actor, patient, "ana@example.org", at=AT)
    for minutes in (1, 2):
        revoke_access(team.desk.actor, key, at=AT + timedelta(minutes=minutes))
    key.refresh_from_db()
    assert key.revoked_at == AT + timedelta(minutes=1)
    assert Message.objects.get().state == Message.State.VOID
    assert [entry.verb for entry in AuditEntry.objects.order_by("pk")] == ["grant", "revoke"]
    assert grant_access(team.desk.actor, patient, "ana@example.org", at=AT + timedelta(hours=1)) != key


def test_an_invitation_is_sent_again_but_not_twice_for_a_double_click(team: Team, patient: Patient) -> None:
    key = grant_access(team.desk.actor, patient, "ana@example.org", at=AT)
    assert invite_again(team.desk.actor, key, at=AT + timedelta(seconds=1)) is False
    Message.objects.update(state=Message.State.SENT)
    assert invite_again(team.desk.actor, key, at=AT + timedelta(days=1)) is True
    assert invite_again(team.desk.actor, key, at=AT + timedelta(days=1, seconds=1)) is False
    assert Message.objects.count() == 2


def test_the_birth_date_is_confirmed_once(patient: Patient) -> None:
    key = AccessFactory.create(patient=patient, confirmed_at=None)
    confirm_birth_date(of(key), key, BORN, at=AT)
    key.refresh_from_db()
    assert (key.confirmed_at, key.confirm_tries) == (AT, 1)
    confirm_birth_date(of(key), key, WRONG, at=AT + timedelta(hours=1))
    key.refresh_from_db()
    assert (key.confirmed_at, key.confirm_tries) == (AT, 1)


def test_after_five_wrong_tries_only_the_clinic_can_open(team: Team, patient: Patient) -> None:
    key = AccessFactory.create(patient=patient, confirmed_at=None)
    codes = []
    for _ in range(6):
        with pytest.raises(Refused) as refused:
            confirm_birth_date(of(key), key, WRONG, at=AT)
        codes.append(refused.value.code)
    assert codes == ["wrong_birth_date"] * 4 + ["locked"] * 2
    with pytest.raises(Refused):
        confirm_birth_date(of(key), key, BORN, at=AT)
    key.refresh_from_db()
    assert (key.confirmed_at, is_locked(key)) == (None, True)
    fresh = grant_access(team.desk.actor, patient, key.user.email, at=AT)
    confirm_birth_date(of(fresh), fresh, BORN, at=AT)
    key.refresh_from_db()
    fresh.refresh_from_db()
    assert (fresh.confirmed_at, key.revoked_at) == (AT, AT)


def test_somebody_elses_key_cannot_be_confirmed(patient: Patient) -> None:
    key, other = AccessFactory.create(patient=patient, confirmed_at=None), AccessFactory.create()
    with pytest.raises(Refused) as refused:
        confirm_birth_date(of(other), key, BORN, at=AT)
    assert refused.value.code == "not_allowed"


def test_a_key_that_was_taken_back_cannot_be_confirmed(patient: Patient) -> None:
    key = AccessFactory.create(patient=patient, confirmed_at=None, revoked_at=AT)
    with pytest.raises(Refused):
        confirm_birth_date(of(key), key, BORN, at=AT)
    key.refresh_from_db()
    assert key.confirmed_at is None


@pytest.mark.django_db(transaction=True)
def test_parallel_wrong_dates_all_count() -> None:
    key = AccessFactory.create(confirmed_at=None)
    pk, actor = key.pk, of(key)

    def try_one(_: int) -> None:
        confirm_birth_date(actor, PatientAccess.objects.get(pk=pk), WRONG, at=AT)

    codes = sorted(one.code for one in rush(24, try_one) if isinstance(one, Refused))
    key.refresh_from_db()
    assert key.confirm_tries == 5
    assert len(codes) == 24
    # Each try that was compared wrote a line; those that were not, wrote one too: nothing goes unseen.
    assert AuditEntry.objects.filter(verb="confirm_failed").count() == 24


@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_make_one_key() -> None:
    team = a_team()
    patient, actor = PatientFactory.create(clinic=team.clinic), team.desk.actor
    results = rush(8, lambda _: grant_access(actor, patient, "ana@example.org", at=AT))
    assert [type(one) for one in results] == [PatientAccess] * 8
    assert PatientAccess.objects.count() == Message.objects.count() == 1
