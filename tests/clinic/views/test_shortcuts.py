"""Everybody turns their own keyboard shortcuts on or off; no script of ours listens when they are off."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry, User
from tests.people import Team, a_team, as_staff

pytestmark = pytest.mark.django_db
SWITCH = "/staff/shortcuts/"


@pytest.fixture
def team() -> Team:
    return a_team()


def is_on(team: Team) -> bool:
    return User.objects.get(pk=team.desk.user_id).shortcuts


def test_the_switch_is_kept_written_down_and_leads_back(team: Team) -> None:
    browser, board = as_staff(team.desk), reverse("plans:today", args=[team.clinic.slug])
    assert "data-keys" in browser.get(board).content.decode()
    answer = browser.post(SWITCH, {"shortcuts": "off", "next": board})
    assert (answer.status_code, answer.headers["Location"], is_on(team)) == (302, board, False)
    assert AuditEntry.objects.filter(verb="turn_shortcuts").count() == 1
    html = browser.get(board).content.decode()
    assert "data-keys" not in html
    assert "Turn shortcuts on" in html
    assert 'aria-keyshortcuts="?"' not in html
    browser.post(SWITCH, {"shortcuts": "on"})
    assert is_on(team)


@pytest.mark.parametrize("way", ["9999-12-31", "clinic:settings"])
def test_what_is_no_page_leads_home(team: Team, way: str) -> None:
    answer = as_staff(team.desk).post(SWITCH, {"shortcuts": "off", "next": way})
    assert (answer.status_code, answer.headers["Location"], is_on(team)) == (302, "/", False)


@pytest.mark.parametrize("typed", ["", "no", "🙂", "x" * 10_000])
def test_what_is_no_answer_changes_nothing(team: Team, typed: str) -> None:
    answer = as_staff(team.desk).post(SWITCH, {"shortcuts": typed, "next": "//evil.example"})
    assert (answer.status_code, answer.headers["Location"], is_on(team)) == (302, "/", True)


def test_a_colleague_changes_their_own_and_nobody_else_s(team: Team) -> None:
    as_staff(team.admin).post(SWITCH, {"shortcuts": "off"})
    assert is_on(team)


def test_who_is_not_signed_in_is_sent_to_the_door(team: Team) -> None:
    answer = Client().post(SWITCH, {"shortcuts": "off"})
    assert answer.status_code == 302
    assert "/staff/sign-in/" in answer.headers["Location"]
