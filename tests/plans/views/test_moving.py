import datetime
import itertools
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from plans.actions import booking
from plans.forms.visits import sign_slot
from plans.models import Series, Visit
from plans.rules.plan import numbered
from tests.factories.booking import DAYS, MONDAY, Desk, a_desk, another_series, session, slot
from tests.factories.plans import VisitFactory
from tests.pages import values
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def move_page(desk: Desk, visit: Visit) -> str:
    return reverse("plans:visit_move", args=[desk.team.clinic.slug, visit.pk])


def new_page(desk: Desk) -> str:
    return reverse("plans:visit_new", args=[desk.team.clinic.slug])


def session_of(desk: Desk, number: int) -> Visit:
    return Visit.objects.get(series=desk.series, session_number=number)


def a_consultation(desk: Desk, **given: Any) -> Visit:
    visit: Visit = VisitFactory.create(
        **{
            "patient": desk.patient,
            "practitioner": desk.team.practitioner,
            "kind": "consultation",
            "minutes": 45,
            "day": DAYS[0],
            "room": desk.team.clinic.rooms.get(kind="consulting"),
            **given,
        }
    )
    return visit


class TestMovingASession:
    def test_it_is_moved_and_the_rest_re_planned_in_three_clicks(self, booked: Desk, browser: Client) -> None:
        page = move_page(booked, session(2))
        asked = browser.get(page, {"why": "20/3"}).content.decode()
        assert "Fri 20 Mar 2026 is possible, 45 days after session 1." in asked
        preview = browser.post(page, {"slot": values(asked, "slot")[0]}).content.decode()
        assert "What changes" in preview
        assert Visit.objects.filter(day__in=DAYS).count() == 4  # nothing is saved yet
        offer = values(preview, "offer")[0]
        answer = browser.post(page, {"offer": offer, "reason": "in hospital until then"})
        assert answer.headers["Location"].endswith("/booked/")
        days = [session(number).day for number in (1, 2, 3, 4)]
        assert days[1] == datetime.date(2026, 3, 20)
        assert all(28 <= (b - a).days <= 42 for a, b in itertools.pairwise(days[1:]))

    def test_a_reason_that_is_missing_is_asked_for_and_the_choice_kept(
        self, booked: Desk, browser: Client
    ) -> None:
        page = move_page(booked, session(4))
        late = DAYS[2] + datetime.timedelta(days=45)
        preview = browser.post(page, {"slot": sign_slot(slot(booked, late))}).content.decode()
        offer = values(preview, "offer")[0]
        answer = browser.post(page, {"offer": offer, "reason": "short"})
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "<title>Error: " in html
        assert 'value="short"' in html
        kept = booking.read_offer(values(html, "offer")[0]).plan
        assert [(one.number, one.slot.day) for one in kept] == [(4, late)]
        assert session(4).day == DAYS[3]

    def test_inside_every_window_nothing_else_moves(self, booked: Desk, browser: Client) -> None:
        chosen = sign_slot(slot(booked, DAYS[1] + datetime.timedelta(days=1)))
        html = browser.post(move_page(booked, session(2)), {"slot": chosen}).content.decode()
        assert "Nothing else moves" not in html  # the session itself moves
        assert "Move 1 session" in html
        assert [one.number for one in booking.read_offer(values(html, "offer")[0]).plan] == [2]

    @pytest.mark.parametrize(
        ("why", "words"),
        [
            ("1/2/2025", "has passed"),
            (
                "24/2/2026",
                "21 days after session 1, which is too early. The first day that will do is Tue 3 Mar 2026.",
            ),
            ("7/3/2026", "On Sat 7 Mar 2026 the clinic is closed."),
            ("1/9/2026", "a new consultation would have to come first"),
            ("11/3/2026", "Wed 11 Mar 2026 is possible, 36 days after session 1."),
        ],
    )
    def test_a_day_that_is_asked_about_is_answered(
        self, booked: Desk, browser: Client, why: str, words: str
    ) -> None:
        answer = browser.get(move_page(booked, session(2)), {"why": why})
        assert answer.status_code == 200
        assert words in answer.content.decode()

    @pytest.mark.parametrize("why", ["someday", "x" * 10_000, "🙂", "31/12/9999"])
    def test_a_day_that_is_none_is_explained(self, booked: Desk, browser: Client, why: str) -> None:
        answer = browser.get(move_page(booked, session(2)), {"why": why})
        assert answer.status_code == 422
        assert "Error:" in answer.content.decode()

    @pytest.mark.parametrize(
        "posted", [{"slot": ""}, {"slot": "x" * 10_000}, {"offer": "🙂"}, {"offer": ""}, {}]
    )
    def test_a_choice_that_is_none_is_explained(
        self, booked: Desk, browser: Client, posted: dict[str, str]
    ) -> None:
        answer = browser.post(move_page(booked, session(2)), posted)
        assert answer.status_code == 422
        assert [session(number).day for number in (1, 2, 3, 4)] == DAYS

    def test_the_time_it_has_is_no_move(self, booked: Desk, browser: Client) -> None:
        answer = browser.post(move_page(booked, session(2)), {"slot": sign_slot(slot(booked, DAYS[1]))})
        assert answer.status_code == 422
        assert "That is the time this session has now." in answer.content.decode()

    def test_another_clinics_slot_leads_nowhere(self, booked: Desk, browser: Client) -> None:
        theirs = sign_slot(slot(a_desk("harbour"), DAYS[1] + datetime.timedelta(days=1)))
        answer = browser.post(move_page(booked, session(2)), {"slot": theirs})
        assert answer.status_code == 422
        assert "leaves no place" in answer.content.decode()

    def test_what_is_done_does_not_move(self, booked: Desk, browser: Client) -> None:
        Visit.objects.filter(session_number=1).update(state="done")
        answer = browser.get(move_page(booked, session(1)))
        assert answer.status_code == 409
        assert "This visit cannot move" in answer.content.decode()

    def test_a_double_submit_moves_once(self, booked: Desk, browser: Client) -> None:
        page = move_page(booked, session(2))
        html = browser.post(
            page, {"slot": sign_slot(slot(booked, DAYS[1] + datetime.timedelta(days=1)))}
        ).content.decode()
        for _ in range(2):
            assert browser.post(page, {"offer": values(html, "offer")[0]}).status_code == 302
        assert Series.objects.get().changes.count() == 2  # booked, moved once

    def test_a_second_tab_is_told_that_the_plan_has_changed(self, booked: Desk, browser: Client) -> None:
        page = move_page(booked, session(2))
        offers = []
        for days in (1, 2):
            chosen = sign_slot(slot(booked, DAYS[1] + datetime.timedelta(days=days)))
            offers.append(values(browser.post(page, {"slot": chosen}).content.decode(), "offer")[0])
        assert browser.post(page, {"offer": offers[0]}).status_code == 302
        answer = browser.post(page, {"offer": offers[1]})
        assert answer.status_code == 422
        assert "The plan has changed since these times were shown" in answer.content.decode()
        assert session(2).day == DAYS[1] + datetime.timedelta(days=1)

    def test_a_time_that_is_taken_meanwhile_leaves_every_date(self, booked: Desk, browser: Client) -> None:
        page, other = move_page(booked, session(2)), another_series(booked)
        day = DAYS[1] + datetime.timedelta(days=1)
        html = browser.post(page, {"slot": sign_slot(slot(booked, day))}).content.decode()
        offer = values(html, "offer")[0]
        taken = booking.read_offer(offer).plan
        token = booking.offer(other, numbered([1], [taken[0].slot]))
        booking.confirm(booked.actor, other, token, at=MONDAY)
        answer = browser.post(page, {"offer": offer})
        assert answer.status_code == 422
        assert "was booked a moment ago. Nothing has been saved." in answer.content.decode()
        assert "Where to" in answer.content.decode()
        assert [session_of(booked, number).day for number in (1, 2, 3, 4)] == DAYS


class TestMovingASingleVisit:
    def test_one_choice_moves_it(self, desk: Desk, browser: Client) -> None:
        visit = a_consultation(desk)
        html = browser.get(move_page(desk, visit)).content.decode()
        token = values(html, "slot")[0]
        answer = browser.post(move_page(desk, visit), {"slot": token, "seen": 0})
        assert answer.headers["Location"] == reverse("plans:visit", args=["fernway", visit.pk])
        visit.refresh_from_db()
        assert (visit.sequence, visit.day) == (1, datetime.date(2026, 2, 3))

    def test_a_second_tab_is_told_that_it_has_changed(self, desk: Desk, browser: Client) -> None:
        visit = a_consultation(desk)
        times = (slot(desk, DAYS[0], start, room="consulting") for start in (900, 960))
        first, second = map(sign_slot, times)
        browser.post(move_page(desk, visit), {"slot": first, "seen": 0})
        answer = browser.post(move_page(desk, visit), {"slot": second, "seen": 0})
        assert answer.status_code == 422
        assert "This visit has changed since it was shown" in answer.content.decode()

    def test_a_day_is_asked_about_and_its_times_are_offered(self, desk: Desk, browser: Client) -> None:
        visit = a_consultation(desk)
        html = browser.get(move_page(desk, visit), {"why": "4/2"}).content.decode()
        assert "Wed 4 Feb 2026 is possible." in html
        assert "Free times on that day" in html

    def test_blocked_time_does_not_move(self, desk: Desk, browser: Client) -> None:
        blocked = a_consultation(desk, kind="blocked", patient=None, clinic=desk.team.clinic)
        assert browser.get(move_page(desk, blocked)).status_code == 409
        posted = {"slot": sign_slot(slot(desk, DAYS[1]))}
        assert browser.post(move_page(desk, blocked), posted).status_code == 409


def test_colleague_and_stranger(booked: Desk) -> None:
    stranger = as_staff(a_team("harbour").desk)
    for page in (new_page(booked), move_page(booked, session(2))):
        assert as_staff(booked.team.admin).get(page).status_code == 403
        answer = stranger.get(page)
        assert answer.status_code == 404
        assert "Wieczorek" not in answer.content.decode()
