"""Of two records of one person one stays, linked from the other. It can be taken back; both are on record."""

from datetime import UTC, datetime

import pytest

from clinic.models import AuditEntry
from clinic.rules.roles import Actor
from patients.actions.merging import merge, refuse_merged, unmerge
from patients.actions.register import correct_details
from patients.models import Patient, PatientAccess
from patients.queries.registry import details_of, earlier, found, lookalikes
from tests.factories.patients import AccessFactory, PatientFactory
from tests.people import Team, a_team
from tests.refusal import refused

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
WHY = "Registered twice"


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


@pytest.fixture
def stays(team: Team) -> Patient:
    patient: Patient = PatientFactory.create(clinic=team.clinic, name="Tomasz Wieczorek")
    return patient


@pytest.fixture
def double(team: Team) -> Patient:
    patient: Patient = PatientFactory.create(
        clinic=team.clinic, name="Tom Wieczorek", search_text="tom wieczorek tom@example.net"
    )
    return patient


def lines() -> list[tuple[object, ...]]:
    wanted = ("verb", "clinic_id", "subject_kind", "subject_id", "patient_id", "fields", "reason")
    return list(AuditEntry.objects.order_by("pk").values_list(*wanted))


def test_a_merge_links_the_records_and_is_in_the_log_of_both(
    team: Team, stays: Patient, double: Patient
) -> None:
    key = AccessFactory.create(patient=double)
    gone = merge(team.admin.actor, double, stays, reason="  Registered \n twice ", at=AT)
    assert (gone, Patient.objects.get(pk=double.pk).merged_into) == (double, stays)
    assert Patient.objects.get(pk=stays.pk).merged_into is None
    assert earlier(team.desk.actor, stays) == [double]
    assert (PatientAccess.objects.get().patient, PatientAccess.objects.get().revoked_at) == (double, None)
    assert key == PatientAccess.objects.get()
    assert lines() == [
        ("merge", team.clinic.pk, "patient", str(double.pk), double.pk, ["merged_into"], WHY),
        ("merge", team.clinic.pk, "patient", str(stays.pk), stays.pk, [], WHY),
    ]


def test_who_is_like_a_merged_record_is_shown_the_one_that_stays(
    team: Team, stays: Patient, double: Patient
) -> None:
    merge(team.admin.actor, double, stays, reason=WHY, at=AT)
    alike = lookalikes(team.desk.actor, team.clinic, details_of(double))
    assert [one.patient for one in alike] == [stays]


def test_a_record_is_merged_once_and_never_into_one_that_went(
    team: Team, stays: Patient, double: Patient
) -> None:
    third: Patient = PatientFactory.create(clinic=team.clinic)
    admin = team.admin.actor
    merge(admin, double, stays, reason=WHY, at=AT)
    assert refused(lambda: merge(admin, double, stays, reason=WHY, at=AT)).code == "merged"
    assert refused(lambda: merge(admin, third, double, reason=WHY, at=AT)).code == "merged"
    assert refused(lambda: merge(admin, third, third, reason=WHY, at=AT)).code == "same"
    assert not Patient.objects.filter(pk=third.pk, merged_into__isnull=False).exists()


@pytest.mark.parametrize(
    ("reason", "code", "words"),
    [
        (" \n", "reason", "Write why, for whoever reads the log."),
        ("x" * 501, "too_long", "Enter at most 500 characters."),
    ],
)
def test_both_verbs_want_a_reason_that_fits_the_log(
    team: Team, stays: Patient, double: Patient, reason: str, code: str, words: str
) -> None:
    admin = team.admin.actor
    for act in (
        lambda: merge(admin, double, stays, reason=reason, at=AT),
        lambda: unmerge(admin, double, reason=reason, at=AT),
    ):
        told = refused(act)
        assert (told.code, told.field, str(told)) == (code, "reason", words)
    assert lines() == []
    merge(admin, double, stays, reason="😀" * 500, at=AT)


def test_a_merged_record_is_not_changed_and_the_one_that_stays_is(
    team: Team, stays: Patient, double: Patient
) -> None:
    gone = merge(team.admin.actor, double, stays, reason=WHY, at=AT)
    for act in (
        lambda: refuse_merged(gone),
        lambda: correct_details(team.desk.actor, double, details_of(double), at=AT),
    ):
        told = refused(act)
        assert (told.code, told.field) == ("merged", None)
    refuse_merged(stays)
    correct_details(team.desk.actor, stays, details_of(stays), at=AT)


def test_a_merge_is_taken_back(team: Team, stays: Patient, double: Patient) -> None:
    merge(team.admin.actor, double, stays, reason=WHY, at=AT)
    for _ in range(2):
        unmerge(team.admin.actor, double, reason="Two brothers", at=AT)
    double.refresh_from_db()
    assert double.merged_into is None
    names = [one.name for one in found(team.desk.actor, team.clinic, "tom@example.net")]
    assert names == ["Tom Wieczorek"]
    assert lines()[2:] == [
        ("unmerge", team.clinic.pk, "patient", str(double.pk), double.pk, ["merged_into"], "Two brothers"),
        ("unmerge", team.clinic.pk, "patient", str(stays.pk), stays.pk, [], "Two brothers"),
    ]
    correct_details(team.desk.actor, double, details_of(double), at=AT)


def test_nobody_but_the_clinics_administrator_may(team: Team, stays: Patient, double: Patient) -> None:
    stranger = a_team("mistral")
    elsewhere: Patient = PatientFactory.create(clinic=stranger.clinic)

    def tried(actor: Actor, into: Patient = stays) -> list[str]:
        return [
            refused(lambda: merge(actor, double, into, reason=WHY, at=AT)).code,
            refused(lambda: merge(actor, into, double, reason=WHY, at=AT)).code,
        ]

    for actor in (team.desk.actor, team.practitioner.actor, team.lead.actor, stranger.admin.actor):
        assert tried(actor) == ["not_allowed"] * 2
        assert refused(lambda: unmerge(actor, double, reason=WHY, at=AT)).code == "not_allowed"  # noqa: B023
    for admin in (team.admin.actor, stranger.admin.actor):
        assert tried(admin, elsewhere) == ["not_allowed"] * 2
    assert lines() == []
