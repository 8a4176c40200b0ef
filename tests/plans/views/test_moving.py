import datetime
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from plans.actions import booking
from plans.forms.visits import sign_slot
from plans.models import Series, Visit
from plans.rules.scheduling.model import Slot
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.patients import PatientFactory
from tests.factories.plans import VisitFactory
from tests.people import a_team, as_staff
from tests.plans.actions.test_booking import offer_on

pytestmark = pytest.mark.django_db
DAYS = [datetime.date(2026, 2, 3) + datetime.timedelta(days=35 * i) for i in range(4)]


@pytest.fixture(autouse=True)
def monday(time_machine: object) -> None:
    time_machine.move_to(MONDAY)  # type: ignore[attr-defined]


@pytest.fixture
def desk() -> Desk:
    return a_desk()


@pytest.fixture
def booked(desk: Desk) -> Desk:
    booking.confirm(desk.actor, desk.series, offer_on(desk, *DAYS), at=MONDAY)
    return desk


@pytest.fixture
def browser(desk: Desk) -> Client:
    return as_staff(desk.team.desk)


def move_page(desk: Desk, visit: Visit) -> str:
    return reverse("plans:visit_move", args=[desk.team.clinic.slug, visit.pk])


def new_page(desk: Desk) -> str:
    return reverse("plans:visit_new", args=[desk.team.clinic.slug])


def session(number: int) -> Visit:
    return Visit.objects.get(session_number=number)


def values(html: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)"', html)


def slot(desk: Desk, day: datetime.date, start: int = 600, room: str = "treatment") -> str:
    team = desk.team
    device = team.clinic.devices.get().pk if room == "treatment" else None
    return sign_slot(Slot(day, team.practitioner.user.resource_id, start, team.clinic.rooms.get(kind=room).pk, device))


def a_consultation(desk: Desk, **given: Any) -> Visit:
    return VisitFactory.create(
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
        assert all(28 <= (b - a).days <= 42 for a, b in zip(days[1:], days[2:], strict=False))

    def test_a_reason_that_is_missing_is_asked_for_and_the_choice_kept(self, booked: Desk, browser: Client) -> None:
        page = move_page(booked, session(4))
        late = DAYS[2] + datetime.timedelta(days=45)
        preview = browser.post(page, {"slot": slot(booked, late)}).content.decode()
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
        chosen = slot(booked, DAYS[1] + datetime.timedelta(days=1))
        html = browser.post(move_page(booked, session(2)), {"slot": chosen}).content.decode()
        assert "Nothing else moves" not in html  # the session itself moves
        assert "Move 1 session" in html
        assert [one.number for one in booking.read_offer(values(html, "offer")[0]).plan] == [2]

    @pytest.mark.parametrize(
        ("why", "words"),
        [
            ("1/2/2025", "has passed"),
            ("24/2/2026", "21 days after session 1, which is too early. The first day that will do is Tue 3 Mar 2026."),
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

    @pytest.mark.parametrize("posted", [{"slot": ""}, {"slot": "x" * 10_000}, {"offer": "🙂"}, {"offer": ""}, {}])
    def test_a_choice_that_is_none_is_explained(self, booked: Desk, browser: Client, posted: dict[str, str]) -> None:
        answer = browser.post(move_page(booked, session(2)), posted)
        assert answer.status_code == 422
        assert [session(number).day for number in (1, 2, 3, 4)] == DAYS

    def test_the_time_it_has_is_no_move(self, booked: Desk, browser: Client) -> None:
        answer = browser.post(move_page(booked, session(2)), {"slot": slot(booked, DAYS[1])})
        assert answer.status_code == 422
        assert "That is the time this session has now." in answer.content.decode()

    def test_another_clinics_slot_leads_nowhere(self, booked: Desk, browser: Client) -> None:
        theirs = slot(a_desk("harbour"), DAYS[1] + datetime.timedelta(days=1))
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
        html = browser.post(page, {"slot": slot(booked, DAYS[1] + datetime.timedelta(days=1))}).content.decode()
        for _ in range(2):
            assert browser.post(page, {"offer": values(html, "offer")[0]}).status_code == 302
        assert Series.objects.get().changes.count() == 2  # booked, moved once


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
        first, second = slot(desk, DAYS[0], 900, "consulting"), slot(desk, DAYS[0], 960, "consulting")
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
        assert browser.post(move_page(desk, blocked), {"slot": slot(desk, DAYS[1])}).status_code == 409


class TestBookingOneVisit:
    def asked(self, desk: Desk, browser: Client, **more: str) -> str:
        return browser.get(new_page(desk), {"patient": str(desk.patient.pk), **more}).content.decode()

    def test_a_visit_is_booked_with_one_choice(self, desk: Desk, browser: Client) -> None:
        html = self.asked(desk, browser, day="3/2")
        posted = {name: values(html, name)[0] for name in ("slot", "kind", "key", "patient")}
        answer = browser.post(new_page(desk), {**posted, "note": "brings her mother"})
        visit = Visit.objects.get()
        assert answer.headers["Location"] == reverse("plans:visit", args=["fernway", visit.pk])
        assert (visit.kind, visit.day, visit.start_minute, visit.note) == (
            "consultation", DAYS[0], 540, "brings her mother",
        )  # fmt: skip
        assert browser.post(new_page(desk), posted).status_code == 302
        assert Visit.objects.count() == 1

    def test_a_gap_of_the_board_chooses_person_and_time(self, desk: Desk, browser: Client) -> None:
        html = self.asked(desk, browser, day="2026-02-03", at="630", column=f"p{desk.team.lead.pk}")
        (checked,) = re.findall(r'<input type="radio" name="slot" value="[^"]+" checked><span>(.*?)</span>', html)
        assert "10:30" in checked
        assert desk.team.lead.user.name in checked

    @pytest.mark.parametrize("bad", [{"at": "x"}, {"at": "9" * 5000}, {"at": "²"}, {"column": "p999999"}, {"column": "🙂"}])
    def test_a_gap_that_is_none_is_ignored(self, desk: Desk, browser: Client, bad: dict[str, str]) -> None:
        html = self.asked(desk, browser, **bad)
        assert "Free times" in html
        assert "checked><span>" not in html

    def test_every_day_is_within_reach(self, desk: Desk, browser: Client) -> None:
        seen: list[str] = []
        address = f"?patient={desk.patient.pk}&day=2026-02-03"
        for _ in range(4):
            html = browser.get(new_page(desk) + address).content.decode()
            seen += re.findall(r'<legend class="form-label">(\w+ \d+ \w+)', html)
            address = re.findall(r'href="(\?[^"]+)">Later days', html)[0].replace("&amp;", "&")
        assert seen == ["Tuesday 3 February", "Wednesday 4 February", "Thursday 5 February", "Friday 6 February"]

    def test_a_failed_post_keeps_time_and_note(self, desk: Desk, browser: Client) -> None:
        address = f"{new_page(desk)}?patient={desk.patient.pk}&day=3/2"
        html = browser.get(address).content.decode()
        posted = {name: values(html, name)[0] for name in ("kind", "key", "patient")}
        answer = browser.post(address, {**posted, "slot": values(html, "slot")[3], "note": "ñ" * 301})
        again = answer.content.decode()
        assert answer.status_code == 422
        assert "Write at most 300 characters." in again
        assert "ñ" * 301 in again
        assert re.findall(r'value="([^"]+)" checked', again)[0].split(":")[0] == values(html, "slot")[3].split(":")[0]
        assert Visit.objects.count() == 0

    def test_somebody_is_found_without_losing_the_time(self, desk: Desk, browser: Client) -> None:
        html = browser.get(new_page(desk), {"day": "2026-02-03", "at": "630", "q": "wiecz"}).content.decode()
        (link,) = re.findall(r'href="(\?[^"]+patient=[^"]+)"', html)
        assert "day=2026-02-03" in link
        assert "at=630" in link
        assert str(desk.patient.pk) in link
        nobody = browser.get(new_page(desk), {"q": "zzz🙂"}).content.decode()
        assert "Nobody matches that." in nobody

    @pytest.mark.parametrize(
        ("wish", "words"),
        [
            ({"day": "1/1/2025"}, "That day has passed"),
            ({"day": "31/12/9999"}, "more than three years ahead"),
            ({"day": "soonish"}, "is not a day"),
            ({"kind": "treatment"}, "Select a valid choice"),
            ({"kind": "blocked"}, "Choose whose time is blocked."),
            ({"minutes": "7"}, "multiple of 5"),
            ({"minutes": "9000"}, "at most 12 hours"),
        ],
    )
    def test_what_cannot_be_looked_for_is_explained(
        self, desk: Desk, browser: Client, wish: dict[str, str], words: str
    ) -> None:
        answer = browser.get(new_page(desk), wish)
        assert answer.status_code == 422
        assert words in answer.content.decode() or "Choose" in answer.content.decode()

    def test_time_is_blocked_for_one_person(self, desk: Desk, browser: Client) -> None:
        who = str(desk.team.lead.user.resource_id)
        address = f"{new_page(desk)}?kind=blocked&who={who}&minutes=45&day=3/2"
        html = browser.get(address).content.decode()
        posted = {name: values(html, name)[0] for name in ("slot", "kind", "key", "minutes")}
        assert browser.post(address, {**posted, "note": "team meeting"}).status_code == 302
        visit = Visit.objects.get()
        assert (visit.kind, visit.minutes, visit.practitioner, visit.patient, visit.note) == (
            "blocked", 45, desk.team.lead, None, "team meeting",
        )  # fmt: skip
        page = browser.get(reverse("plans:visit", args=["fernway", visit.pk])).content.decode()
        assert "Check in" not in page
        assert "Patient has confirmed" not in page

    @pytest.mark.parametrize("patient", [str(uuid.uuid4()), "x", "🙂" * 100, ""])
    def test_a_patient_who_is_not_there_is_asked_for(self, desk: Desk, browser: Client, patient: str) -> None:
        assert "For whom" in browser.get(new_page(desk), {"patient": patient}).content.decode()

    def test_another_clinics_patient_is_nobody_here(self, desk: Desk, browser: Client) -> None:
        theirs = PatientFactory.create(clinic=a_team("harbour").clinic, name="Ana Beltrán")
        assert "Beltrán" not in browser.get(new_page(desk), {"patient": str(theirs.pk)}).content.decode()
        posted = {"patient": theirs.pk, "kind": "consultation", "key": uuid.uuid4()}
        answer = browser.post(new_page(desk), {**posted, "slot": slot(desk, DAYS[0], 900, "consulting")})
        assert answer.status_code == 404
        assert Visit.objects.count() == 0


def test_colleague_and_stranger(booked: Desk) -> None:
    stranger = as_staff(a_team("harbour").desk)
    for page in (new_page(booked), move_page(booked, session(2))):
        assert as_staff(booked.team.admin).get(page).status_code == 403
        answer = stranger.get(page)
        assert answer.status_code == 404
        assert "Wieczorek" not in answer.content.decode()
