import datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Closure
from plans.models import Absence
from tests.factories.booking import Desk
from tests.factories.disruptions import booked_series
from tests.pages import text_of
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
GOOD_FRIDAY, EASTER_MONDAY = datetime.date(2026, 4, 3), datetime.date(2026, 4, 6)


def url(desk: Desk, **where: str) -> str:
    return reverse("plans:holidays", args=[desk.team.clinic.slug]) + (
        "?" + "&".join(f"{name}={value}" for name, value in where.items()) if where else ""
    )


def test_the_holidays_of_the_clinic_s_country_are_offered(desk: Desk, admin: Client) -> None:
    page = text_of(admin.get(url(desk, region="ENG")))
    assert "Fri 3 Apr Good Friday" in page
    assert "Sat 26 Dec Boxing Day closed already" in page
    assert Closure.objects.count() == 0


def test_what_is_ticked_is_closed_and_what_is_booked_is_decided_first(desk: Desk, admin: Client) -> None:
    booked_series(desk, "Ana", EASTER_MONDAY)
    data = {"days": [GOOD_FRIDAY.isoformat(), EASTER_MONDAY.isoformat()], "key": uuid4()}
    answer = admin.post(url(desk, region="ENG"), data, follow=True)
    page = text_of(answer)
    assert "The clinic is closed on 1 more day. No booking is affected." in page
    assert "On 1 day somebody is booked." in page
    closure = Closure.objects.get()
    assert (closure.first, closure.last, closure.reason) == (GOOD_FRIDAY, GOOD_FRIDAY, "Good Friday")
    draft = Absence.objects.get(state="draft")
    assert (draft.first, draft.reason, draft.decisions.count()) == (EASTER_MONDAY, "Easter Monday", 1)


def test_the_same_form_twice_closes_once(desk: Desk, admin: Client) -> None:
    booked_series(desk, "Ana", EASTER_MONDAY)
    data = {"days": [EASTER_MONDAY.isoformat()], "key": uuid4()}
    for _time in range(2):
        admin.post(url(desk, region="ENG"), data)
    assert Absence.objects.count() == 1


def test_nothing_or_something_else_ticked_is_said(desk: Desk, admin: Client) -> None:
    for days, words in (
        ([], "Tick the days on which the clinic is closed."),
        (["2026-06-17"], "One of these days is no longer offered."),
        (["x" * 10_000], "One of these days is no longer offered."),
        (["🙂"], "One of these days is no longer offered."),
    ):
        answer = admin.post(url(desk), {"days": days, "key": uuid4()})
        assert (answer.status_code, words in text_of(answer)) == (422, True)
        assert "<title>Error:" in answer.content.decode()
    assert Absence.objects.count() == 0


def test_a_country_that_is_none_offers_nothing(desk: Desk, admin: Client) -> None:
    for country in ("XX", "x" * 5_000, "🙂"):
        answer = admin.get(url(desk), {"country": country})
        assert answer.status_code == 200
        assert "Its public holidays of the next thirteen months are offered here." in text_of(answer)
    assert "Neujahr" in text_of(admin.get(url(desk, country="DE", region="BY"))) or "New Year" in text_of(
        admin.get(url(desk, country="DE", region="BY"))
    )


def test_the_desk_may_not_and_a_stranger_finds_nothing(desk: Desk) -> None:
    for person, code in (
        (desk.team.desk, 403),
        (desk.team.practitioner, 403),
        (a_team("harbour").admin, 404),
    ):
        there = as_staff(person)
        assert there.get(url(desk)).status_code == code
        assert there.post(url(desk), {"days": [GOOD_FRIDAY.isoformat()], "key": uuid4()}).status_code == code
    assert Closure.objects.count() == 0
