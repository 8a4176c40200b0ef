"""The log: one row a verb, never a value, and nobody alters it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from clinic.actions import audit
from clinic.models import AuditEntry
from clinic.rules.roles import SYSTEM, Actor, Role
from tests.factories.patients import PatientFactory
from tests.people import Team, a_team

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


def test_a_line_says_who_did_what_to_whom_from_where(team: Team) -> None:
    patient = PatientFactory.create(clinic=team.clinic)
    member = team.lead
    actor = Actor(member.user_id, member.user.name, member.roles, team.clinic.pk, member.pk, "203.0.113.7")
    audit.record(
        actor, "correct", patient, at=AT, patient_id=patient.pk, fields={"phone", "email"}, reason="typo"
    )
    entry = AuditEntry.objects.get()
    assert (entry.at, entry.clinic, entry.user) == (AT, team.clinic, member.user)
    assert entry.role == "clinical_lead,practitioner,prescriber"
    assert (entry.verb, entry.subject_kind, entry.subject_id) == ("correct", "patient", str(patient.pk))
    assert (entry.patient_id, entry.fields) == (patient.pk, ["email", "phone"])
    assert (entry.reason, entry.source) == ("typo", "203.0.113.7")


def test_the_product_and_a_patient_leave_lines_too(team: Team) -> None:
    audit.record(SYSTEM, "open", team.clinic, at=AT, clinic_id=team.clinic.pk)
    audit.record(Actor(team.desk.user_id, "", frozenset({Role.PATIENT})), "read", ("page", "my"), at=AT)
    lines = AuditEntry.objects.order_by("pk").values_list(
        "user_id", "role", "clinic_id", "subject_kind", "subject_id"
    )
    assert list(lines) == [
        (None, "", team.clinic.pk, "clinic", str(team.clinic.pk)),
        (team.desk.user_id, "patient", None, "page", "my"),
    ]


def test_many_rows_leave_a_line_each_in_one_query(team: Team, django_assert_num_queries: Any) -> None:
    patients = [PatientFactory.create(clinic=team.clinic) for _ in range(3)]
    rows = {uuid4(): patient.pk for patient in patients}
    actor = replace(team.lead.actor, source="203.0.113.7")
    with django_assert_num_queries(1):
        audit.record_each(actor, "import", "visit", rows, at=AT, clinic_id=team.clinic.pk)
    lines = list(AuditEntry.objects.order_by("pk"))
    assert [(line.subject_id, line.patient_id) for line in lines] == [(str(k), v) for k, v in rows.items()]
    role = "clinical_lead,practitioner,prescriber"
    for line in lines:
        assert (line.at, line.clinic, line.user, line.role) == (AT, team.clinic, team.lead.user, role)
        assert (line.verb, line.subject_kind, line.source) == ("import", "visit", "203.0.113.7")
        assert (line.fields, line.reason) == ([], "")


@pytest.mark.parametrize("reason", ["x" * 10_000, "😀" * 600])
def test_a_long_reason_is_cut_to_its_column(team: Team, reason: str) -> None:
    audit.record(team.desk.actor, "move", ("visit", "1"), at=AT, reason=reason)
    assert AuditEntry.objects.get().reason == reason[:500]


def test_a_line_goes_with_its_cause(team: Team) -> None:
    @transaction.atomic
    def fail_half_way() -> None:
        audit.record(team.desk.actor, "move", ("visit", "1"), at=AT)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "alter",
    [
        lambda: AuditEntry.objects.update(verb="nothing"),
        lambda: AuditEntry.objects.all().delete(),
        lambda: AuditEntry.objects.get().save(),
    ],
)
def test_the_database_refuses_to_alter_or_delete_a_line(team: Team, alter: Any) -> None:
    audit.record(team.desk.actor, "move", ("visit", "1"), at=AT)
    with pytest.raises(DatabaseError, match="audit_is_append_only"), transaction.atomic():
        alter()
    assert AuditEntry.objects.get().verb == "move"
