"""The front door, the health check and the apologies."""

from typing import Any

import pytest
from django.test import Client

from clinic.demo import PASSWORD
from clinic.models import User
from tests.factories.clinic import MembershipFactory
from tests.factories.patients import AccessFactory
from tests.people import a_team, as_patient, as_staff


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_a_newcomer_chooses_how_to_sign_in(db: None) -> None:
    page = text_of(Client().get("/"))
    assert 'href="/my/sign-in/"' in page
    assert 'href="/staff/sign-in/"' in page


def test_demo_accounts_are_told_in_the_demo_alone(settings: Any, db: None) -> None:
    team = a_team()
    User.objects.filter(pk__in=[team.lead.user_id, AccessFactory.create().user_id]).update(is_demo=True)
    assert team.lead.user.email not in text_of(Client().get("/"))
    settings.DEMO = True
    page = text_of(Client().get("/"))
    assert team.lead.user.email in page
    assert "Clinical lead" in page
    assert PASSWORD in page
    assert team.desk.user.email not in page
    assert "/demo/mail/" in page


def test_everybody_is_sent_to_their_day(db: None) -> None:
    team = a_team()
    assert as_staff(team.desk).get("/")["Location"] == "/c/fernway/today/"
    assert as_patient(AccessFactory.create().user).get("/")["Location"] == "/my/"


def test_who_works_in_two_clinics_chooses_and_sees_no_third(db: None) -> None:
    team, other = a_team(), a_team("mistral")
    a_team("third")
    MembershipFactory.create(clinic=other.clinic, user=team.desk.user, is_front_desk=True)
    page = text_of(as_staff(team.desk).get("/"))
    assert "/c/fernway/today/" in page
    assert "/c/mistral/today/" in page
    assert "third" not in page


def test_who_works_nowhere_is_told_so(db: None) -> None:
    team = a_team()
    client = as_staff(team.desk)
    team.desk.is_active = False
    team.desk.save()
    assert "You are in no clinic at present" in text_of(client.get("/"))


@pytest.mark.django_db
def test_a_load_balancer_is_answered() -> None:
    response = Client().get("/health/")
    assert (response.status_code, response.content) == (200, b"ok")
