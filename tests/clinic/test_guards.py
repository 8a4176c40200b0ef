"""What the database refuses, whoever writes, on both engines: told in plain SQL, past every action."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.models import AuditEntry
from patients.models import Consent, ErasureOrder, Patient
from plans.models import Occupancy, Visit
from tests.factories.patients import PatientFactory
from tests.factories.plans import VisitFactory
from tests.people import Team, a_team

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


@pytest.fixture
def visits(team: Team) -> list[Visit]:
    patient = PatientFactory.create(clinic=team.clinic)
    return [VisitFactory.create(patient=patient, practitioner=team.practitioner) for _ in range(2)]


def sql(statement: str, *values: Any) -> None:
    """Run one statement as anybody with a database shell could; a refusal undoes nothing but itself."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def hold(visit: Visit, resource: int, starts_at: datetime, ends_at: datetime) -> None:
    adapt = connection.ops.adapt_datetimefield_value
    sql(
        "INSERT INTO plans_occupancy (clinic_id, resource_id, visit_id, starts_at, ends_at, day,"
        " cell_from, cell_to) VALUES (%s, %s, %s, %s, %s, '2026-03-02', 120, 132)",
        visit.clinic_id,
        resource,
        visit.pk if connection.vendor == "postgresql" else visit.pk.hex,
        adapt(starts_at),
        adapt(ends_at),
    )


# --- Nobody is in two places -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("starts", "ends"),
    [(0, 60), (-30, 30), (30, 90), (15, 45), (-30, 90), (59, 61), (-1, 1)],
    ids=["equal", "before", "after", "inside", "around", "last minute", "first minute"],
)
def test_a_raw_overlapping_insert_is_refused(visits: list[Visit], starts: int, ends: int) -> None:
    resource = visits[0].practitioner.user.resource_id
    assert resource is not None
    hold(visits[0], resource, TEN, TEN + HOUR)
    with pytest.raises(DatabaseError, match="occupancy_never_overlaps"):
        hold(visits[1], resource, TEN + timedelta(minutes=starts), TEN + timedelta(minutes=ends))
    assert Occupancy.objects.count() == 1


def test_back_to_back_and_another_resource_are_fine(team: Team, visits: list[Visit]) -> None:
    mine, other = team.practitioner.user.resource_id, team.lead.user.resource_id
    assert mine is not None
    assert other is not None
    hold(visits[0], mine, TEN, TEN + HOUR)
    hold(visits[1], mine, TEN + HOUR, TEN + 2 * HOUR)
    hold(visits[1], other, TEN, TEN + HOUR)
    assert Occupancy.objects.count() == 3


def test_moving_a_row_onto_another_is_refused_too(visits: list[Visit]) -> None:
    resource = visits[0].practitioner.user.resource_id
    assert resource is not None
    hold(visits[0], resource, TEN, TEN + HOUR)
    hold(visits[1], resource, TEN + HOUR, TEN + 2 * HOUR)
    later = connection.ops.adapt_datetimefield_value(TEN + HOUR * 1.5)
    with pytest.raises(DatabaseError, match="occupancy_never_overlaps"):
        sql(
            "UPDATE plans_occupancy SET ends_at = %s WHERE starts_at = %s",
            later,
            connection.ops.adapt_datetimefield_value(TEN),
        )


def test_a_row_may_grow_where_nothing_is(visits: list[Visit]) -> None:
    resource = visits[0].practitioner.user.resource_id
    assert resource is not None
    hold(visits[0], resource, TEN, TEN + HOUR)
    sql("UPDATE plans_occupancy SET ends_at = %s", connection.ops.adapt_datetimefield_value(TEN + 2 * HOUR))
    assert Occupancy.objects.get().ends_at == TEN + 2 * HOUR


# --- What was written stays ------------------------------------------------------------------------
@pytest.mark.parametrize(
    "statement", ["UPDATE clinic_auditentry SET verb = 'none'", "DELETE FROM clinic_auditentry"]
)
def test_the_log_is_append_only(team: Team, statement: str) -> None:
    AuditEntry.objects.create(
        at=TEN, clinic=team.clinic, role="", verb="book", subject_kind="x", subject_id="1"
    )
    with pytest.raises(DatabaseError, match="audit_is_append_only"):
        sql(statement)
    assert AuditEntry.objects.get().verb == "book"


def order_erasure(team: Team, patient_id: UUID) -> None:
    ErasureOrder.objects.create(
        patient_id=patient_id, clinic=team.clinic, ordered_by=team.admin.user, ordered_at=TEN, reason="asked"
    )


@pytest.mark.parametrize(
    "statement", ["UPDATE patients_erasureorder SET reason = ''", "DELETE FROM patients_erasureorder"]
)
def test_an_erasure_order_is_append_only(team: Team, statement: str) -> None:
    order_erasure(team, uuid4())
    with pytest.raises(DatabaseError, match="erasure_order_is_append_only"):
        sql(statement)
    assert ErasureOrder.objects.get().reason == "asked"


# --- Signed is signed ------------------------------------------------------------------------------
@pytest.fixture
def signed(team: Team) -> Consent:
    patient: Patient = PatientFactory.create(clinic=team.clinic)
    return Consent.objects.create(
        clinic=team.clinic,
        patient=patient,
        kind="photos",
        version="1",
        signed_at=TEN,
        witnessed_by=team.practitioner.user,
    )


def test_a_signed_row_is_neither_changed_nor_deleted(signed: Consent) -> None:
    for statement in ("UPDATE patients_consent SET version = '2'", "DELETE FROM patients_consent"):
        with pytest.raises(DatabaseError, match="consent_signed_is_signed"):
            sql(statement)
    assert Consent.objects.get().version == "1"


def test_an_erasure_order_lets_its_own_patients_rows_go_but_never_change(team: Team, signed: Consent) -> None:
    order_erasure(team, PatientFactory.create(clinic=team.clinic).pk)
    with pytest.raises(DatabaseError, match="consent_signed_is_signed"):
        sql("DELETE FROM patients_consent")
    order_erasure(team, signed.patient_id)
    with pytest.raises(DatabaseError, match="consent_signed_is_signed"):
        sql("UPDATE patients_consent SET version = '2'")
    sql("DELETE FROM patients_consent")
    assert not Consent.objects.exists()
