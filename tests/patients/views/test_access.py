"""A patient comes in with a code, says one birth date, and finds their own pages alone."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.models import AuditEntry, Message
from patients.models import PatientAccess, SignInCode
from tests.factories.patients import AccessFactory, PatientFactory
from tests.people import a_team, as_patient, as_staff, signed_in

KNOWN = "ana@example.org"
BORN = {"birth_date_day": "17", "birth_date_month": "05", "birth_date_year": "1990"}
WRONG = {**BORN, "birth_date_day": "18"}


@pytest.fixture
def key(db: None) -> PatientAccess:
    made: PatientAccess = AccessFactory.create(
        user__email=KNOWN, user__name="Ana", patient__name="Ana Ñíguez"
    )
    return made


def mailed() -> str:
    body = Message.objects.filter(kind="patients/code").latest("pk").body
    return "".join(re.findall(r"^(\d{4}) (\d{4})$", body, re.MULTILINE)[0])


def ask(client: Client, email: str = KNOWN) -> Any:
    return client.post("/my/sign-in/", {"email": email})


def come_in(client: Client, **posted: str) -> Any:
    ask(client)
    return client.post("/my/code/", {"code": mailed(), **posted})


def text_of(response: Any) -> str:
    return str(response.content.decode())


def confirm_of(key: PatientAccess) -> str:
    return f"/my/{key.patient_id}/confirm/"


# --- The code --------------------------------------------------------------------------------------
def test_a_patient_signs_in_with_the_code_from_the_mail(key: PatientAccess) -> None:
    client = Client()
    assert ask(client)["Location"] == "/my/code/"
    before = client.session.session_key
    response = client.post("/my/code/", {"code": mailed()})
    assert (response.status_code, response["Location"]) == (302, "/my/")
    session = client.session
    assert session.session_key != before
    assert (session["kind"], session[SESSION_KEY]) == ("patient", str(key.user_id))
    assert session.get_expire_at_browser_close() is True
    assert client.get("/my/")["Location"] == f"/my/{key.patient_id}/"


def test_thirty_days_only_when_ticked(key: PatientAccess) -> None:
    client = Client()
    come_in(client, stay="on")
    assert client.session.get_expire_at_browser_close() is False
    assert client.session.get_expiry_age() == django_settings.PATIENT_STAY_SECONDS == 30 * 24 * 3600


def test_known_and_unknown_addresses_get_the_same_answer(key: PatientAccess) -> None:
    pages = []
    for email in ("b@example.org", KNOWN):
        client = Client()
        first = ask(client, email)
        second = client.get("/my/code/")
        wrong = client.post("/my/code/", {"code": "00000000"})
        masked = [re.sub(r'value="[^"]*"|\w•••|Token": "\w+', "", text_of(page)) for page in (second, wrong)]
        pages.append((first.status_code, first["Location"], second.status_code, wrong.status_code, *masked))
    assert pages[0] == pages[1]


def test_the_code_works_in_the_browser_that_asked_alone(key: PatientAccess) -> None:
    ask(Client())
    digits, other = mailed(), Client()
    assert other.post("/my/code/", {"code": digits})["Location"] == "/my/sign-in/"
    ask(other, "b@example.org")
    assert other.post("/my/code/", {"code": digits}).status_code == 422
    assert SESSION_KEY not in other.session


def test_a_used_code_opens_nothing(key: PatientAccess) -> None:
    client = Client()
    ask(client)
    digits, session = mailed(), dict(client.session)
    client.post("/my/code/", {"code": digits})
    again = Client()
    fresh = again.session
    fresh.update(session)
    fresh.save()
    again.cookies["session"] = fresh.session_key or ""
    response = again.post("/my/code/", {"code": digits})
    assert response.status_code == 422
    assert "This code does not work" in text_of(response)


@pytest.mark.parametrize("typed", ["", "1234", "😀", "x" * 10_000, "١٢٣٤٥٦٧٨", "' OR 1=1"])
def test_a_wrong_code_is_explained_and_what_was_typed_stays(key: PatientAccess, typed: str) -> None:
    client = Client()
    ask(client)
    response = client.post("/my/code/", {"code": typed})
    assert response.status_code == 422
    assert "<title>Error:" in text_of(response)
    assert SESSION_KEY not in client.session


def test_after_ten_guesses_even_the_right_code_waits(key: PatientAccess) -> None:
    client = Client()
    ask(client)
    for _ in range(10):
        assert "This code does not work" in text_of(client.post("/my/code/", {"code": "1"}))
    response = client.post("/my/code/", {"code": mailed()})
    assert response.status_code == 422
    assert "tried too often" in text_of(response)


@pytest.mark.parametrize("email", ["", "ana", "x" * 10_000, "😀@example.org", "a@b.org\r\nBcc: c@d.org"])
def test_what_is_no_address_is_explained(db: None, email: str) -> None:
    response = ask(Client(), email)
    assert response.status_code == 422
    assert "name@example.org" in text_of(response)
    assert not SignInCode.objects.exists()


def test_the_sixth_request_for_a_code_is_told_to_wait(key: PatientAccess) -> None:
    client = Client()
    assert [ask(client).status_code for _ in range(6)] == [302] * 5 + [422]
    assert Message.objects.count() == 5


def test_a_browser_that_asked_for_nothing_is_sent_to_ask(db: None) -> None:
    assert Client().get("/my/code/")["Location"] == "/my/sign-in/"
    assert Client().post("/my/code/", {"code": "1"})["Location"] == "/my/sign-in/"


def test_a_code_never_opens_staff_rights(settings: Any, key: PatientAccess) -> None:
    settings.STAFF_SECOND_FACTOR = False
    nurse = a_team().practitioner
    AccessFactory.create(user=nurse.user)
    client = as_staff(nurse)
    assert client.get("/c/fernway/patients/").status_code == 200
    ask(client, nurse.user.email)
    client.post("/my/code/", {"code": mailed()})
    session = client.session
    assert session["kind"] == "patient"
    assert "began_at" not in session
    assert client.get("/c/fernway/patients/").status_code == 404
    assert client.get("/my/").status_code == 302


def test_a_staff_session_opens_no_patients_page(key: PatientAccess) -> None:
    client = signed_in(key.user)
    assert client.get("/my/")["Location"] == "/my/sign-in/"


def test_signing_out_ends_the_session(key: PatientAccess) -> None:
    client = as_patient(key.user)
    assert client.get("/my/sign-out/").status_code == 405
    assert client.post("/my/sign-out/")["Location"] == "/my/sign-in/"
    assert client.get("/my/")["Location"] == "/my/sign-in/"
    assert AuditEntry.objects.get().verb == "sign_out"


def test_who_is_signed_in_need_not_ask_again(key: PatientAccess) -> None:
    assert as_patient(key.user).get("/my/sign-in/")["Location"] == "/my/"


def test_a_form_without_its_token_is_refused(key: PatientAccess) -> None:
    assert Client(enforce_csrf_checks=True).post("/my/sign-in/", {"email": KNOWN}).status_code == 403


# --- Whose pages -----------------------------------------------------------------------------------
def test_several_patients_are_offered_and_the_unconfirmed_by_initials_alone(key: PatientAccess) -> None:
    child = AccessFactory.create(user=key.user, patient__name="Lucía Ñíguez", confirmed_at=None)
    AccessFactory.create(user=key.user, patient__name="Gone Away", revoked_at=key.granted_at)
    page = text_of(as_patient(key.user).get("/my/"))
    assert f"/my/{key.patient_id}/" in page
    assert confirm_of(child) in page
    assert "LÑ" in page
    assert "Lucía" not in page
    assert "Gone Away" not in page


def test_the_choice_costs_the_same_for_two_and_for_many(key: PatientAccess) -> None:
    client = as_patient(key.user)
    AccessFactory.create(user=key.user)
    client.get("/my/")
    with CaptureQueriesContext(connection) as two:
        client.get("/my/")
    AccessFactory.create_batch(5, user=key.user)
    with CaptureQueriesContext(connection) as many:
        client.get("/my/")
    assert len(many) == len(two)


def test_nobody_left_is_told_whom_to_call(key: PatientAccess) -> None:
    PatientAccess.objects.update(revoked_at=key.granted_at)
    response = as_patient(key.user).get("/my/")
    assert response.status_code == 200
    assert "nothing here for you" in text_of(response)


# --- The birth date --------------------------------------------------------------------------------
def test_the_birth_date_is_asked_once(key: PatientAccess) -> None:
    PatientAccess.objects.update(confirmed_at=None)
    client = as_patient(key.user)
    assert client.get("/my/")["Location"] == confirm_of(key)
    assert "Ana Ñíguez" not in text_of(client.get(confirm_of(key)))
    assert client.post(confirm_of(key), BORN)["Location"] == f"/my/{key.patient_id}/"
    assert client.get(confirm_of(key))["Location"] == f"/my/{key.patient_id}/"
    assert client.get("/my/")["Location"] == f"/my/{key.patient_id}/"


def test_five_wrong_dates_lock_the_page_until_the_clinic_opens_it(key: PatientAccess) -> None:
    PatientAccess.objects.update(confirmed_at=None)
    client = as_patient(key.user)
    said = [text_of(client.post(confirm_of(key), WRONG)) for _ in range(5)]
    assert "You can try 4 more times" in said[0]
    assert "You can try 1 more time." in said[3]
    assert "This page is locked" in said[4]
    response = client.post(confirm_of(key), BORN)
    assert response.status_code == 422
    assert "This page is locked" in text_of(client.get(confirm_of(key)))
    key.refresh_from_db()
    assert key.confirmed_at is None


@pytest.mark.parametrize("day", ["", "x", "32", "9" * 200, "😀"])
def test_a_date_that_is_none_costs_no_try(key: PatientAccess, day: str) -> None:
    PatientAccess.objects.update(confirmed_at=None)
    response = as_patient(key.user).post(confirm_of(key), {**BORN, "birth_date_day": day})
    assert response.status_code == 422
    assert "Enter day, month and year as figures" in text_of(response)
    key.refresh_from_db()
    assert key.confirm_tries == 0


def test_anybody_elses_patient_is_not_found(key: PatientAccess) -> None:
    PatientAccess.objects.update(confirmed_at=None)
    stranger = as_patient(AccessFactory.create().user)
    paths = [confirm_of(key), f"/my/{uuid4()}/confirm/", f"/my/{PatientFactory.create().pk}/confirm/"]
    answers = [stranger.get(path) for path in paths] + [stranger.post(path, BORN) for path in paths]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert "Ana" not in "".join(text_of(answer) for answer in answers)
    key.refresh_from_db()
    assert (key.confirmed_at, key.confirm_tries) == (None, 0)


def test_a_key_that_was_taken_back_is_not_found_at_the_next_click(key: PatientAccess) -> None:
    PatientAccess.objects.update(confirmed_at=None)
    client = as_patient(key.user)
    assert client.get(confirm_of(key)).status_code == 200
    PatientAccess.objects.update(revoked_at=key.granted_at)
    assert client.get(confirm_of(key)).status_code == 404


def test_a_visitor_is_sent_to_sign_in(key: PatientAccess) -> None:
    answers = [Client().get("/my/"), Client().get(confirm_of(key)), Client().post("/my/sign-out/")]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, "/my/sign-in/")] * 3
