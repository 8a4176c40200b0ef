"""Two records become one person's: linked, never moved, and only once nothing of the one that goes is to come."""

import pytest

from clinic.models import AuditEntry
from clinic.rules.roles import Actor
from patients.actions.access import grant_access
from patients.actions.consent import record_consent
from patients.actions.register import correct_details
from patients.models import Patient, PatientAccess
from patients.queries.registry import details_of, earlier, found
from plans.actions.consult import open_consultation
from plans.actions.holding import hold
from plans.actions.merging import merge
from plans.actions.waiting import change, join
from plans.models import Consultation, Occupancy, Series, Visit, WaitingEntry
from tests.factories.booking import MONDAY, Desk
from tests.factories.patients import AccessFactory, PatientFactory
from tests.factories.plans import VisitFactory
from tests.factories.waiting import DAY, wanted
from tests.people import a_team
from tests.refusal import refused

WHY = "Registered twice"


@pytest.fixture
def double(desk: Desk) -> Patient:
    """Somebody like the patient of the series, registered under another name."""
    patient: Patient = PatientFactory.create(
        clinic=desk.team.clinic,
        name="Tom Wieczorek",
        search_text="zz2345 1990-05-17 17051990 tom wieczorek tom@example.net",
        email="tom@example.net",
        reference="ZZ2345",
    )
    return patient


def merged(desk: Desk, goes: Patient) -> Patient:
    return merge(desk.admin, goes, desk.patient, reason=WHY, at=MONDAY)


def names(desk: Desk, typed: str) -> list[str]:
    return [one.name for one in found(desk.actor, desk.team.clinic, typed)]


def test_a_merge_links_and_moves_nothing(desk: Desk, double: Patient) -> None:
    visit = VisitFactory.create(
        patient=double, practitioner=desk.team.practitioner, state="done", kind="consultation"
    )
    key = AccessFactory.create(patient=double)
    merged(desk, double)
    double.refresh_from_db()
    assert double.merged_into == desk.patient
    assert Visit.objects.get(pk=visit.pk).patient == double
    assert PatientAccess.objects.get().patient == double
    assert PatientAccess.objects.get().revoked_at == key.revoked_at
    assert earlier(desk.actor, desk.patient) == [double]
    told = AuditEntry.objects.order_by("pk").values_list("verb", "patient_id", "fields", "reason")
    assert list(told) == [
        ("merge", double.pk, ["merged_into"], WHY),
        ("merge", desk.patient.pk, [], WHY),
    ]


def test_the_search_finds_the_one_that_stays_by_what_the_other_was_called(
    desk: Desk, double: Patient
) -> None:
    merged(desk, double)
    for typed in ("tom wieczorek", "ZZ2345", "tom@example.net"):
        assert names(desk, typed) == ["Tomasz Wieczorek"]
    last: Patient = PatientFactory.create(clinic=desk.team.clinic, name="T. W.")
    Series.objects.update(state="completed")
    merge(desk.admin, desk.patient, last, reason=WHY, at=MONDAY)
    assert names(desk, "tom@example.net") == ["T. W."]
    assert names(desk, "") == ["T. W."]


def test_a_merged_record_can_be_neither_booked_nor_changed(desk: Desk, double: Patient) -> None:
    practitioner = desk.team.practitioner
    merged(desk, double)
    visit = VisitFactory.create(patient=double, practitioner=practitioner, kind="consultation")
    attempts = [
        lambda: hold([visit], None),
        lambda: correct_details(desk.actor, double, details_of(desk.patient), at=MONDAY),
        lambda: grant_access(desk.actor, double, "tom@example.net", at=MONDAY),
        lambda: record_consent(practitioner.actor, double, "treatment", "2026.1", at=MONDAY),
        lambda: open_consultation(
            practitioner.actor, practitioner, Patient.objects.get(pk=double.pk), MONDAY
        ),
    ]
    assert [refused(attempt).code for attempt in attempts] == ["merged"] * 5
    assert not Occupancy.objects.exists()
    assert Consultation.objects.filter(patient=double).count() == 0


@pytest.mark.parametrize("state", ["to_book", "booked", "active", "paused"])
def test_a_record_with_an_unfinished_series_can_only_stay(desk: Desk, double: Patient, state: str) -> None:
    Series.objects.update(state=state)
    admin = desk.admin
    told = refused(lambda: merge(admin, desk.patient, double, reason=WHY, at=MONDAY))
    assert (told.code, told.field) == ("to_come", "stays")
    Series.objects.update(state="stopped")
    merge(admin, desk.patient, double, reason=WHY, at=MONDAY)


def test_a_record_with_a_visit_to_come_can_only_stay(desk: Desk, double: Patient) -> None:
    VisitFactory.create(patient=double, practitioner=desk.team.practitioner, kind="consultation")
    assert refused(lambda: merged(desk, double)).code == "to_come"
    double.refresh_from_db()
    assert double.merged_into is None


def test_a_record_is_merged_once_and_never_into_one_that_went(desk: Desk, double: Patient) -> None:
    merged(desk, double)
    third: Patient = PatientFactory.create(clinic=desk.team.clinic)
    admin = desk.admin
    assert refused(lambda: merged(desk, double)).code == "merged"
    assert refused(lambda: merge(admin, third, double, reason=WHY, at=MONDAY)).code == "merged"
    assert refused(lambda: merge(admin, third, third, reason=WHY, at=MONDAY)).code == "same"


def test_nobody_but_the_clinics_administrator_merges(desk: Desk, double: Patient) -> None:
    stranger = a_team("mistral")
    elsewhere: Patient = PatientFactory.create(clinic=stranger.clinic)

    def tried(actor: Actor, goes: Patient, stays: Patient) -> str:
        return refused(lambda: merge(actor, goes, stays, reason=WHY, at=MONDAY)).code

    for actor in (desk.actor, desk.practitioner, desk.team.lead.actor, stranger.admin.actor):
        assert tried(actor, double, desk.patient) == "not_allowed"
    assert tried(desk.admin, double, elsewhere) == "not_allowed"
    assert not AuditEntry.objects.filter(verb="merge").exists()


def test_a_record_on_the_waiting_list_can_only_stay(desk: Desk, double: Patient) -> None:
    entry = WaitingEntry.objects.create(
        clinic=desk.team.clinic,
        patient=double,
        kind="review",
        first=MONDAY.date(),
        last=MONDAY.date(),
        joined_at=MONDAY,
    )
    assert refused(lambda: merged(desk, double)).code == "to_come"
    WaitingEntry.objects.filter(pk=entry.pk).update(state="left")
    merged(desk, double)


def test_a_place_on_the_waiting_list_whose_last_day_has_passed_ends_with_the_merge(
    desk: Desk, double: Patient
) -> None:
    entry = join(desk.actor, double, wanted(0, 1), at=MONDAY, kind="consultation")
    later = MONDAY + 3 * DAY
    merge(desk.admin, double, desk.patient, reason=WHY, at=later)
    assert WaitingEntry.objects.get().state == "left"
    assert refused(lambda: change(desk.actor, entry, wanted(3, 9), at=later)).code == "not_waiting"
