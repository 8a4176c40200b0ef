"""The desk finds, registers and corrects patients of its own clinic, and of no other."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.models import AuditEntry, Message
from patients.models import Patient, PatientAccess
from tests.factories.patients import AccessFactory, PatientFactory
from tests.people import Team, a_team, as_staff

LIST, NEW = "/c/fernway/patients/", "/c/fernway/patients/new/"
ANA = {
    "name": "Ana María Ñíguez",
    "family_name": "Ñíguez",
    "birth_date_day": "17",
    "birth_date_month": "5",
    "birth_date_year": "1990",
    "email": "ana@example.org",
    "phone": "020 7946 0958",
    "language": "en-gb",
    "desk_note": "",
}


@pytest.fixture(autouse=True)
def password_alone(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


@pytest.fixture
def desk(team: Team) -> Client:
    return as_staff(team.desk)


def page_of(patient: Patient, what: str) -> str:
    return f"/c/fernway/patients/{patient.pk}/{what}/"


def made(team: Team, **fields: object) -> Patient:
    patient: Patient = PatientFactory.create(clinic=team.clinic, **fields)
    return patient


def text_of(response: Any) -> str:
    return str(response.content.decode())


# --- Finding ---------------------------------------------------------------------------------------
def test_the_list_shows_the_clinics_patients_and_no_others(team: Team, desk: Client) -> None:
    made(team, name="Priya Ramanathan")
    PatientFactory.create(name="Somebody Elsewhere")
    page = text_of(desk.get(LIST))
    assert "Priya Ramanathan" in page
    assert "Somebody Elsewhere" not in page


def test_a_search_finds_across_accents_and_leaves_a_line_without_the_words(team: Team, desk: Client) -> None:
    assert desk.post(NEW, ANA).status_code == 302
    assert "Ana María Ñíguez" in text_of(desk.post(LIST, {"q": "NIGUEZ 17/5/1990"}))
    entry = AuditEntry.objects.filter(verb="search").get()
    assert (entry.subject_kind, entry.subject_id, entry.fields, entry.reason) == (
        "page",
        "patients:list",
        [],
        "",
    )


@pytest.mark.parametrize(
    "typed", ["zzz", "😀", "<script>alert(1)</script>", "x" * 10_000, "\x00", "%", "שלום", "1'--"]
)
def test_a_search_for_nobody_says_so_whatever_was_typed(team: Team, desk: Client, typed: str) -> None:
    made(team, name="Priya", search_text="priya")
    response = desk.post(LIST, {"q": typed})
    assert response.status_code == 200
    page = text_of(response)
    if typed.strip("\x00"):
        assert "Nobody found" in page
        assert "Register “" in page
    assert "<script>alert" not in page


def test_an_empty_clinic_offers_the_first_registration(team: Team, desk: Client) -> None:
    assert "Register the first patient" in text_of(desk.get(LIST))
    assert "Register the first patient" not in text_of(as_staff(team.admin).get(LIST))


@pytest.mark.parametrize("page", ["1", "2", "99", "0", "-1", "x", ""])
def test_any_page_of_the_list_answers(team: Team, desk: Client, page: str) -> None:
    PatientFactory.create_batch(26, clinic=team.clinic)
    response = desk.get(LIST, {"page": page})
    assert response.status_code == 200
    assert len(response.context["page"].object_list) in (25, 1)


def test_the_list_costs_the_same_for_one_and_for_many(team: Team, desk: Client) -> None:
    made(team)
    desk.get(LIST)
    with CaptureQueriesContext(connection) as one:
        desk.post(LIST, {"q": "patient"})
    PatientFactory.create_batch(24, clinic=team.clinic)
    with CaptureQueriesContext(connection) as many:
        desk.post(LIST, {"q": "patient"})
    assert len(many) == len(one)


# --- Registering -----------------------------------------------------------------------------------
def test_a_name_that_was_searched_for_starts_the_form_without_standing_in_an_address(desk: Client) -> None:
    response = desk.post(NEW, {"name": "Ana", "start": "1"})
    assert response.status_code == 200
    assert response.context["form"].initial["name"] == "Ana"
    assert not Patient.objects.exists()


def test_registering_leads_to_the_chart(team: Team, desk: Client) -> None:
    response = desk.post(NEW, ANA)
    patient = Patient.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/c/fernway/patients/{patient.pk}/")
    assert (patient.name, patient.phone, patient.clinic) == (
        "Ana María Ñíguez",
        "+44 20 7946 0958",
        team.clinic,
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "Enter the patient’s name."),
        ({"name": "x" * 10_000}, "at most 120 characters"),
        ({"name": "\u202e😀"}, "at least one letter"),
        ({"birth_date_day": "31", "birth_date_month": "2"}, "Enter day, month and year as figures"),
        ({"birth_date_year": ""}, "Enter day, month and year as figures"),
        ({"birth_date_year": "99999999999"}, "Enter day, month and year as figures"),
        ({"birth_date_year": "2999"}, "lies in the future"),
        ({"birth_date_year": "1899"}, "from 1900 on"),
        ({"email": "ana"}, "name@example.org"),
        ({"phone": "12"}, "Enter a phone number"),
        ({"language": "xx"}, "Choose one of the languages offered."),
        ({"desk_note": "x" * 301}, "at most 300 characters"),
    ],
)
def test_bad_input_is_explained_kept_and_changes_nothing(
    desk: Client, changed: dict[str, str], said: str
) -> None:
    response = desk.post(NEW, {**ANA, **changed})
    page = text_of(response)
    assert response.status_code == 422
    assert said in page
    assert "<title>Error:" in page
    assert 'value="020 7946 0958"' in page or "phone" in changed
    assert not Patient.objects.exists()


@pytest.mark.parametrize("name", ["عبد الله محمد", "王小明", "Zoë 😀", "<b>Bold</b>", "' OR 1=1 --"])
def test_any_script_is_registered_as_typed_and_shown_escaped(desk: Client, name: str) -> None:
    assert desk.post(NEW, {**ANA, "name": name}).status_code == 302
    assert Patient.objects.get().name == name
    assert "<b>Bold" not in text_of(desk.get(LIST))


def test_a_likely_double_is_shown_first_and_registered_with_a_tick(desk: Client) -> None:
    desk.post(NEW, ANA)
    first = Patient.objects.get()
    response = desk.post(NEW, ANA)
    page = text_of(response)
    assert response.status_code == 422
    assert f"/c/fernway/patients/{first.pk}/" in page
    assert 'type="checkbox" name="is_somebody_else"' in page
    assert Patient.objects.count() == 1
    assert desk.post(NEW, {**ANA, "is_somebody_else": "on"}).status_code == 302
    assert Patient.objects.count() == 2


# --- Correcting ------------------------------------------------------------------------------------
def test_details_are_shown_and_corrected(team: Team, desk: Client) -> None:
    patient = made(team, name="Ana")
    page = text_of(desk.get(page_of(patient, "edit")))
    assert 'value="Ana"' in page
    assert 'name="birth_date_year" value="1990"' in page
    assert AuditEntry.objects.get(verb="read").patient_id == patient.pk
    assert desk.post(page_of(patient, "edit"), ANA).status_code == 302
    patient.refresh_from_db()
    assert patient.name == "Ana María Ñíguez"


def test_a_wrong_correction_changes_nothing(team: Team, desk: Client) -> None:
    patient = made(team, name="Ana")
    response = desk.post(page_of(patient, "edit"), {**ANA, "birth_date_year": "2999"})
    assert response.status_code == 422
    assert "lies in the future" in text_of(response)
    patient.refresh_from_db()
    assert patient.name == "Ana"


# --- Keys ------------------------------------------------------------------------------------------
def test_one_button_lets_the_patients_own_address_in(team: Team, desk: Client) -> None:
    patient = made(team, email="ana@example.org")
    response = desk.post(page_of(patient, "access"))
    assert (response.status_code, response["Location"]) == (302, f"/c/fernway/patients/{patient.pk}/")
    key = PatientAccess.objects.get()
    assert (key.user.email, key.relation, key.granted_by) == ("ana@example.org", "self", team.desk.user)
    assert Message.objects.get().to == "ana@example.org"
    desk.post(page_of(patient, "access"))
    assert Message.objects.count() == PatientAccess.objects.count() == 1


def test_a_patient_without_an_address_is_explained(team: Team, desk: Client) -> None:
    response = desk.post(page_of(made(team, email=""), "access"))
    assert response.status_code == 422
    assert "name@example.org" in text_of(response)
    assert not PatientAccess.objects.exists()


@pytest.mark.parametrize("posted", [{"email": "x" * 10_000}, {"email": "a@b.org", "relation": "ex"}])
def test_a_wrong_key_is_explained(team: Team, desk: Client, posted: dict[str, str]) -> None:
    response = desk.post(page_of(made(team), "access"), posted)
    assert response.status_code == 422
    assert "<title>Error:" in text_of(response)
    assert not PatientAccess.objects.exists()


def test_a_key_is_taken_back(team: Team, desk: Client) -> None:
    key = AccessFactory.create(patient=made(team))
    assert desk.post(page_of(key.patient, "access"), {"revoke": str(key.pk)}).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None


@pytest.mark.parametrize("pk", ["0", "x", "9" * 40, "٣", ""])
def test_an_unknown_key_is_not_found(team: Team, desk: Client, pk: str) -> None:
    assert desk.post(page_of(made(team), "access"), {"revoke": pk}).status_code == 404


def test_a_key_to_another_patient_cannot_be_taken_back_here(team: Team, desk: Client) -> None:
    key = AccessFactory.create()
    assert desk.post(page_of(made(team), "access"), {"revoke": str(key.pk)}).status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


def test_the_edit_page_costs_the_same_for_one_key_and_for_many(team: Team, desk: Client) -> None:
    patient = made(team)
    AccessFactory.create(patient=patient)
    desk.get(page_of(patient, "edit"))
    with CaptureQueriesContext(connection) as one:
        desk.get(page_of(patient, "edit"))
    AccessFactory.create_batch(5, patient=patient)
    with CaptureQueriesContext(connection) as many:
        desk.get(page_of(patient, "edit"))
    assert len(many) == len(one)


# --- Who may ---------------------------------------------------------------------------------------
def test_a_colleague_without_the_right_sees_the_list_and_registers_nobody(team: Team) -> None:
    admin, patient = as_staff(team.admin), made(team, name="Priya Ramanathan")
    page = text_of(admin.get(LIST))
    assert "Priya Ramanathan" in page
    assert "Register a patient" not in page
    answers = [admin.get(NEW), admin.post(NEW, ANA), admin.get(page_of(patient, "edit"))]
    answers += [admin.post(page_of(patient, "edit"), ANA), admin.post(page_of(patient, "access"))]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert "Priya" not in "".join(text_of(answer) for answer in answers)
    assert Patient.objects.get().name == "Priya Ramanathan"


def test_a_stranger_finds_nothing(team: Team) -> None:
    stranger, patient = as_staff(a_team("mistral").desk), made(team, name="Priya Ramanathan")
    answers = [stranger.get(LIST), stranger.get(NEW), stranger.post(NEW, ANA)]
    for where in ("fernway", "mistral"):
        record = f"/c/{where}/patients/{patient.pk}"
        answers += [stranger.post(f"{record}/edit/", ANA), stranger.post(f"{record}/access/", ANA)]
        answers.append(stranger.get(f"{record}/edit/"))
    assert [answer.status_code for answer in answers] == [404] * 9
    assert "Priya" not in "".join(text_of(answer) for answer in answers)
    assert Patient.objects.get().name == "Priya Ramanathan"


def test_an_unknown_patient_is_not_found(team: Team, desk: Client) -> None:
    assert desk.get(f"/c/fernway/patients/{uuid4()}/edit/").status_code == 404
    assert desk.get("/c/fernway/patients/nobody/edit/").status_code == 404


def test_no_name_stands_in_an_address_of_the_page(team: Team, desk: Client) -> None:
    made(team, name="Ramanathan", email="priya@example.org", search_text="ramanathan")
    links = [part.split('"')[0] for part in text_of(desk.post(LIST, {"q": "raman"})).split('href="')[1:]]
    assert [link for link in links if "raman" in link.lower() or "@" in link] == []


def test_the_details_of_a_merged_record_lead_to_where_it_went(team: Team, desk: Client) -> None:
    gone = made(team, name="Ana", merged_into=made(team))
    for answer in (desk.get(page_of(gone, "edit")), desk.post(page_of(gone, "edit"), ANA)):
        assert (answer.status_code, answer["Location"]) == (302, f"/c/fernway/patients/{gone.pk}/")
    assert Patient.objects.get(pk=gone.pk).name == "Ana"
    assert desk.post(page_of(gone, "access"), {"email": "a@b.org"}).status_code == 422
