"""Sessions of staff end in time, and at once where a right is taken away."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client

from clinic.actions import people
from clinic.models import User
from clinic.rules.roles import Role
from tests.factories.patients import AccessFactory
from tests.people import Team, a_team, as_patient, as_staff

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = "/c/fernway/patients/"


@pytest.fixture(autouse=True)
def password_alone(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


def opens(client: Client, after: timedelta) -> bool:
    with time_machine.travel(NOON + after, tick=False):
        return client.get(PAGE).status_code == 200


def signed_in_at_noon(team: Team) -> Client:
    with time_machine.travel(NOON, tick=False):
        return as_staff(team.desk)


def test_half_an_hour_idle_ends_the_session(team: Team) -> None:
    client = signed_in_at_noon(team)
    minutes = (0, 30, 60, 90)
    assert [opens(client, timedelta(minutes=minute)) for minute in minutes] == [True] * 4
    assert opens(client, timedelta(minutes=120, seconds=1)) is False
    assert SESSION_KEY not in client.session
    assert opens(client, timedelta(minutes=121)) is False


def test_twelve_hours_end_the_session_however_busy(team: Team) -> None:
    client = signed_in_at_noon(team)
    told = [opens(client, timedelta(minutes=20 * step)) for step in range(38)]
    assert told == [True] * 37 + [False]


def test_a_patients_session_knows_no_idle_limit(team: Team) -> None:
    key = AccessFactory.create()
    with time_machine.travel(NOON, tick=False):
        client = as_patient(User.objects.get(pk=key.user_id))
    with time_machine.travel(NOON + timedelta(hours=11), tick=False):
        assert client.get("/my/")["Location"] == f"/my/{key.patient_id}/"


def test_signing_out_ends_the_session(team: Team) -> None:
    client = as_staff(team.desk)
    assert client.get(PAGE).status_code == 200
    client.post("/staff/sign-out/")
    assert client.get(PAGE).status_code == 302


def test_disabling_a_member_bites_at_the_next_request(team: Team) -> None:
    client = as_staff(team.desk)
    assert client.get(PAGE).status_code == 200
    people.disable(team.admin.actor, team.desk, at=NOON)
    assert client.get(PAGE)["Location"].startswith("/staff/sign-in/")


def test_other_roles_bite_at_the_next_request(team: Team) -> None:
    client = as_staff(team.desk)
    assert client.get(PAGE).status_code == 200
    people.change_roles(team.admin.actor, team.desk, {Role.ADMIN}, at=NOON)
    assert client.get(PAGE)["Location"].startswith("/staff/sign-in/")
    again = as_staff(team.desk)
    assert again.get("/c/fernway/patients/new/").status_code == 403


def test_a_new_password_ends_every_other_session(team: Team) -> None:
    client = as_staff(team.desk)
    user = User.objects.get(pk=team.desk.user_id)
    user.set_password("another-long-password")
    user.save()
    assert client.get(PAGE)["Location"].startswith("/staff/sign-in/")


def test_a_disabled_account_is_out_at_once(team: Team) -> None:
    client = as_staff(team.desk)
    User.objects.filter(pk=team.desk.user_id).update(is_active=False)
    assert client.get(PAGE).status_code == 302


def test_a_password_opens_a_new_session_of_staff(team: Team) -> None:
    user = User.objects.get(pk=team.desk.user_id)
    user.set_password("a-long-password")
    user.save()
    client = Client()
    client.get("/staff/sign-in/")
    response = client.post("/staff/sign-in/", {"login": user.email, "password": "a-long-password"})
    assert response.status_code == 302
    assert client.session["kind"] == "staff"
    assert client.get(PAGE).status_code == 200
