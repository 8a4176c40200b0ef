"""A patient is registered once, in any script, and found by what people type."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from clinic.actions.outbox import queue
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message, Resource
from patients.actions.access import grant_access
from patients.actions.register import correct_details, country_of, register
from patients.models import Patient
from patients.queries.registry import details_of, found, lookalikes
from patients.rules.identity import REFERENCE_LETTERS, Details
from tests.factories.patients import AccessFactory
from tests.people import Team, a_team
from tests.rush import rush

AT = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
ANA = Details(
    name=" Ana  María\u200e Ñíguez ",
    birth_date=date(1990, 5, 17),
    family_name="Ñíguez",
    email="Ana@Example.org ",
    phone="020 7946 0958",
    language="es",
    desk_note="Rings the side door",
)


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


def test_a_patient_is_registered_by_the_desk(team: Team) -> None:
    patient = register(team.desk.actor, team.clinic, ANA, at=AT)
    patient.refresh_from_db()
    assert (patient.name, patient.family_name) == ("Ana María Ñíguez", "Ñíguez")
    assert (patient.email, patient.phone) == ("ana@example.org", "+44 20 7946 0958")
    assert (patient.birth_date, patient.language) == (date(1990, 5, 17), "es")
    assert patient.desk_note == "Rings the side door"
    assert patient.registered_at == AT
    assert patient.resource.kind == Resource.Kind.PATIENT
    assert len(patient.reference) == 6
    assert set(patient.reference) <= set(REFERENCE_LETTERS)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.patient_id, entry.user_id) == ("register", patient.pk, team.desk.user_id)
    assert entry.fields == []


@pytest.mark.parametrize(
    "typed", ["ana niguez", "02079460958", "+44 20 7946", "17/5/1990", "ana@example.org"]
)
def test_who_was_registered_is_found(team: Team, typed: str) -> None:
    patient = register(team.desk.actor, team.clinic, ANA, at=AT)
    assert list(found(team.desk.actor, team.clinic, typed)) == [patient]
    assert list(found(team.desk.actor, team.clinic, patient.reference.lower())) == [patient]


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"name": "  "}, "name", "name"),
        ({"name": "😀"}, "name", "name"),
        ({"name": "x" * 10_000}, "name", "too_long"),
        ({"family_name": "x" * 81}, "family_name", "too_long"),
        ({"desk_note": "x" * 301}, "desk_note", "too_long"),
        ({"birth_date": date(2026, 3, 3)}, "birth_date", "birth_date"),
        ({"birth_date": date(1899, 12, 31)}, "birth_date", "birth_date"),
        ({"email": "ana"}, "email", "email"),
        ({"email": "a@b.org\nBcc: x@y.org"}, "email", "email"),
        ({"phone": "12"}, "phone", "phone"),
        ({"phone": "call me"}, "phone", "phone"),
        ({"language": "tlh"}, "language", "language"),
    ],
)
def test_details_that_cannot_be_are_refused(
    team: Team, changed: dict[str, object], field: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        register(team.desk.actor, team.clinic, replace(ANA, **changed), at=AT)  # type: ignore[arg-type]
    assert (refused.value.field, refused.value.code) == (field, code)
    assert not Patient.objects.exists()
    assert not AuditEntry.objects.exists()


def test_somebody_born_today_by_the_clinics_calendar_is_registered(team: Team) -> None:
    team.clinic.time_zone = "Europe/Madrid"  # there it is already the third of March
    register(team.desk.actor, team.clinic, replace(ANA, birth_date=date(2026, 3, 3), phone=""), at=AT)
    assert Patient.objects.count() == 1


def test_only_a_name_and_a_birth_date_are_needed(team: Team) -> None:
    patient = register(team.desk.actor, team.clinic, Details("王小明", date(1980, 1, 2)), at=AT)
    assert (patient.email, patient.phone, patient.language) == ("", "", "en-gb")


def test_a_likely_double_is_asked_about_before_a_second_record_is_made(team: Team) -> None:
    first = register(team.desk.actor, team.clinic, ANA, at=AT)
    again = replace(ANA, name="Ana Niguez", email="", phone="")
    with pytest.raises(Refused) as refused:
        register(team.desk.actor, team.clinic, again, at=AT)
    assert refused.value.code == "likely_duplicate"
    assert [one.patient for one in lookalikes(team.desk.actor, team.clinic, again)] == [first]
    assert Patient.objects.count() == 1
    second = register(team.desk.actor, team.clinic, again, at=AT, is_somebody_else=True)
    assert second.reference != first.reference


def test_a_double_in_another_clinic_is_not_ours_to_know(team: Team) -> None:
    register(team.desk.actor, team.clinic, ANA, at=AT)
    other = a_team("mistral")
    assert register(other.desk.actor, other.clinic, ANA, at=AT).clinic == other.clinic


@pytest.mark.parametrize("who", ["admin", "stranger"])
def test_nobody_else_registers(team: Team, who: str) -> None:
    member = team.admin if who == "admin" else a_team("mistral").desk
    with pytest.raises(Refused) as refused:
        register(member.actor, team.clinic, ANA, at=AT)
    assert refused.value.code == "not_allowed"
    assert not Patient.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_patient() -> None:
    team = a_team()
    actor = team.desk.actor
    results = rush(8, lambda _: register(actor, team.clinic, ANA, at=AT))
    made = [one for one in results if isinstance(one, Patient)]
    refused = [one.code for one in results if isinstance(one, Refused)]
    assert len(made) == 1
    assert refused == ["likely_duplicate"] * 7
    assert Patient.objects.count() == 1


def test_details_are_corrected_and_the_log_names_the_fields_but_no_value(team: Team) -> None:
    patient = register(team.desk.actor, team.clinic, ANA, at=AT)
    now = replace(details_of(patient), name="Ana Marín", phone="07700 900123")
    corrected = correct_details(team.practitioner.actor, patient, now, at=AT)
    assert (corrected.name, corrected.phone, corrected.reference) == (
        "Ana Marín",
        "+44 7700 900123",
        patient.reference,
    )
    assert list(found(team.desk.actor, team.clinic, "marin 7700")) == [patient]
    assert list(found(team.desk.actor, team.clinic, "maria")) == []
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.verb, entry.fields) == ("correct", ["name", "phone"])


def test_a_correction_that_changes_nothing_leaves_no_line(team: Team) -> None:
    patient = register(team.desk.actor, team.clinic, ANA, at=AT)
    correct_details(team.desk.actor, patient, details_of(patient), at=AT)
    assert AuditEntry.objects.count() == 1


def test_an_address_that_was_wrong_opens_the_page_no_more(team: Team) -> None:
    patient = register(team.desk.actor, team.clinic, ANA, at=AT)
    wrong = AccessFactory.create(patient=patient, user__email="ana@example.org")
    parent = AccessFactory.create(patient=patient, relation="parent")
    correct_details(team.desk.actor, patient, replace(details_of(patient), email="a@example.net"), at=AT)
    wrong.refresh_from_db()
    parent.refresh_from_db()
    assert (wrong.revoked_at, parent.revoked_at) == (AT, None)


def test_a_strangers_patient_cannot_be_corrected(team: Team) -> None:
    patient = register(team.desk.actor, team.clinic, ANA, at=AT)
    with pytest.raises(Refused, match="role"):
        correct_details(a_team("mistral").desk.actor, patient, ANA, at=AT)
    patient.refresh_from_db()
    assert patient.name == "Ana María Ñíguez"


def test_a_phone_without_country_code_belongs_to_the_clinics_country() -> None:
    zones = ["Europe/London", "Europe/Madrid", "Atlantic/Canary", "America/New_York", "UTC"]
    assert [country_of(zone) for zone in zones] == ["GB", "ES", "ES", "US", None]


def test_nothing_more_goes_to_an_address_that_was_wrong(team: Team) -> None:
    patient = register(team.desk.actor, team.clinic, ANA, at=AT)
    key = grant_access(team.desk.actor, patient, "ana@example.org", at=AT)
    context = {"clinic": team.clinic, "visits": [], "tz": team.clinic.zone}
    queue("plans/booked", patient, patient, at=AT, context=context, patient_id=patient.pk)
    mail = Message.objects.get(kind="plans/booked")
    correct_details(team.desk.actor, patient, replace(details_of(patient), email="a@example.net"), at=AT)
    invitation = Message.objects.get(kind="patients/invitation")
    mail.refresh_from_db()
    assert (invitation.state, invitation.to) == ("void", "ana@example.org")
    assert (mail.state, mail.to) == ("queued", "a@example.net")
    revoked = AuditEntry.objects.get(verb="revoke")
    assert (revoked.subject_id, revoked.patient_id) == (str(key.pk), patient.pk)
    correct_details(team.desk.actor, patient, replace(details_of(patient), email=""), at=AT)
    mail.refresh_from_db()
    assert mail.state == "void"
