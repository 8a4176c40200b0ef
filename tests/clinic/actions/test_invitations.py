"""Somebody new chooses their own password, once, by a link that runs out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clinic.actions.invitations import invite_again
from clinic.actions.people import Person, disable, engage
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Membership, Message, User
from clinic.rules.roles import Role
from tests.factories.booking import MONDAY
from tests.people import Team, a_team

IMRAN = Person("imran@example.org", "Imran Sheikh")


@pytest.fixture
def team(db: None) -> Team:
    return a_team()


@pytest.fixture(autouse=True)
def monday(time_machine: Any) -> None:
    time_machine.move_to(MONDAY, tick=False)


def engaged(team: Team, person: Person = IMRAN) -> Membership:
    return engage(team.admin.actor, team.clinic, person, {Role.FRONT_DESK}, at=MONDAY)


def link() -> str:
    """Return the path in the newest mail."""
    found = re.search(r"https?://[^/]+(/staff/password/reset/key/\S+)", Message.objects.latest("pk").body)
    assert found is not None
    return found[1]


def chosen(browser: Client, path: str) -> Any:
    """Follow a link and choose a password."""
    form = browser.get(path, follow=True)
    words = {"password1": "quarry-lane-willow-9", "password2": "quarry-lane-willow-9"}
    return browser.post(form.request["PATH_INFO"], words)


def test_the_link_lets_a_password_be_chosen_once(team: Team) -> None:
    engaged(team)
    mail = Message.objects.get()
    assert (mail.is_secret, mail.to, mail.clinic) == (True, "imran@example.org", team.clinic)
    path = link()
    assert chosen(Client(), path).status_code == 302
    assert User.objects.get(email="imran@example.org").check_password("quarry-lane-willow-9")
    assert "does not work any more" in Client().get(path, follow=True).content.decode()


def test_the_link_runs_out_after_three_days(team: Team, time_machine: Any) -> None:
    engaged(team)
    time_machine.move_to(MONDAY + timedelta(days=3, minutes=1), tick=False)
    assert "does not work any more" in Client().get(link(), follow=True).content.decode()


def test_a_password_alone_opens_no_page_where_a_second_step_is_asked(team: Team, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    engaged(team)
    browser = Client()
    chosen(browser, link())
    browser.post("/staff/sign-in/", {"login": "imran@example.org", "password": "quarry-lane-willow-9"})
    answer = browser.get("/c/fernway/today/")
    assert (answer.status_code, answer["Location"]) == (302, "/staff/second-factor/app/activate/")


def test_who_has_a_password_is_told_without_a_link(team: Team) -> None:
    other = a_team("mistral")
    engage(
        other.admin.actor,
        other.clinic,
        Person("imran@example.org", "Imran", password="a-long-password"),
        {Role.FRONT_DESK},
        at=MONDAY,
    )
    engaged(team)
    mail = Message.objects.get()
    assert (mail.kind, "/staff/sign-in/" in mail.body, "reset" in mail.body) == ("clinic/joined", True, False)


def test_a_parent_without_a_name_gets_one_with_the_job(team: Team) -> None:
    User.objects.create_user("imran@example.org", None, name="")
    assert engaged(team).user.name == "Imran Sheikh"


def test_a_new_link_is_sent_once_at_a_time(team: Team) -> None:
    member = engaged(team)
    assert invite_again(team.admin.actor, member, at=MONDAY) is False
    Message.objects.update(state="sent")
    assert invite_again(team.admin.actor, member, at=MONDAY + timedelta(minutes=1)) is True
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == ["engage", "invite"]
    assert chosen(Client(), link()).status_code == 302
    member.refresh_from_db()
    with pytest.raises(Refused) as refused:
        invite_again(team.admin.actor, member, at=MONDAY)
    assert refused.value.code == "has_password"


def test_who_has_left_is_not_invited_and_their_mail_is_taken_back(team: Team) -> None:
    member = engaged(team)
    disable(team.admin.actor, member, at=MONDAY)
    assert Message.objects.get().state == "void"
    with pytest.raises(Refused) as refused:
        invite_again(team.admin.actor, member, at=MONDAY)
    assert refused.value.code == "gone"


def test_nobody_else_invites(team: Team) -> None:
    member = engaged(team)
    for actor in (team.desk.actor, team.lead.actor, a_team("harbour").admin.actor):
        with pytest.raises(Refused, match="role"):
            invite_again(actor, member, at=MONDAY)
