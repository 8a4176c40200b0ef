"""The table of pages decides; nothing is cached; a refusal leaves a line."""

from typing import Any

import pytest
from django.test import Client

from clinic.models import AuditEntry
from tests.factories.patients import AccessFactory
from tests.people import Team, a_team, as_patient, as_staff, signed_in


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


@pytest.fixture
def password_alone(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


def test_a_visitor_is_asked_to_sign_in_and_comes_back(team: Team) -> None:
    response = Client().get("/c/fernway/settings/")
    assert (response.status_code, response["Location"]) == (302, "/staff/sign-in/?next=/c/fernway/settings/")


def test_staff_without_a_second_factor_set_one_up_first(team: Team) -> None:
    response = signed_in(team.admin.user).get("/c/fernway/settings/")
    assert (response.status_code, response["Location"]) == (302, "/staff/second-factor/app/activate/")


@pytest.mark.usefixtures("password_alone")
def test_a_colleague_without_the_right_is_refused_and_it_is_written_down(team: Team) -> None:
    response = as_staff(team.desk).get("/c/fernway/settings/")
    assert response.status_code == 403
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.subject_kind, entry.subject_id) == ("refused", "page", "clinic:settings")
    assert (entry.user, entry.clinic, entry.source) == (team.desk.user, team.clinic, "127.0.0.1")


@pytest.mark.usefixtures("password_alone")
@pytest.mark.parametrize("slug", ["fernway", "nowhere"])
def test_a_stranger_cannot_tell_whether_a_clinic_exists(team: Team, slug: str) -> None:
    stranger = as_staff(a_team("mistral").admin)
    assert stranger.get(f"/c/{slug}/settings/").status_code == 404


@pytest.mark.usefixtures("password_alone")
def test_a_patients_session_is_no_session_of_staff(team: Team) -> None:
    client = signed_in(team.admin.user, "patient")
    assert client.get("/c/fernway/settings/").status_code == 404
    assert client.get("/staff/password/")["Location"].startswith("/staff/sign-in/")


@pytest.mark.usefixtures("password_alone")
def test_a_method_that_the_table_does_not_name_is_refused(team: Team) -> None:
    client = as_staff(team.admin)
    for method in (client.post, client.put, client.delete, client.patch):
        assert method("/c/fernway/settings/").status_code == 405
    assert client.head("/c/fernway/settings/").status_code == 200
    assert Client().get("/staff/theme/").status_code == 405


def test_a_page_of_the_demo_exists_in_the_demo_alone(db: None) -> None:
    assert Client().get("/demo/mail/").status_code == 404


def test_an_unknown_address_is_not_found(db: None) -> None:
    assert Client().get("/nothing/here/").status_code == 404


@pytest.mark.usefixtures("password_alone")
def test_every_answer_keeps_out_of_caches_and_frames(team: Team) -> None:
    admin, patient = as_staff(team.admin), as_patient(AccessFactory.create().user)
    answers = [admin.get("/c/fernway/settings/"), admin.get("/c/fernway/nothing/"), patient.get("/my/")]
    answers += [Client().get("/"), Client().get("/my/sign-in/"), as_staff(team.desk).get("/c/fernway/audit/")]
    for answer in answers:
        assert "no-store" in answer["Cache-Control"]
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        assert (answer["X-Content-Type-Options"], answer["Referrer-Policy"]) == ("nosniff", "same-origin")


@pytest.mark.usefixtures("password_alone")
def test_who_tries_the_pages_of_another_clinic_stands_in_its_log(team: Team) -> None:
    stranger = a_team("mistral").admin
    as_staff(stranger).get("/c/fernway/settings/")
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.subject_id, entry.patient_id) == ("refused", "clinic:settings", None)
    assert (entry.user, entry.clinic, entry.role) == (stranger.user, team.clinic, "")


@pytest.mark.usefixtures("password_alone")
def test_a_clinic_that_does_not_exist_leaves_a_line_of_no_clinic(team: Team) -> None:
    as_staff(team.admin).get("/c/nowhere/settings/")
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.clinic) == (team.admin.user, None)


def test_no_clinic_learns_whose_patient_somebody_is(team: Team) -> None:
    as_patient(AccessFactory.create().user).get("/c/fernway/settings/")
    assert AuditEntry.objects.get().clinic is None
