import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry, Closure, Leave
from plans.actions import booking, holding
from plans.models import Occupancy, Series, Visit
from tests.factories.booking import DAYS, Desk, session
from tests.factories.plans import VisitFactory
from tests.pages import values
from tests.people import as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
WHY = "Ana stays until eight for him"


def new_page(desk: Desk) -> str:
    return reverse("plans:visit_new", args=[desk.team.clinic.slug]) + f"?patient={desk.patient.pk}"


def move_page(visit: Visit) -> str:
    return reverse("plans:visit_move", args=["fernway", visit.pk])


def typed(desk: Desk, day: str = "4/2", time: str = "18:00", **more: str) -> dict[str, str]:
    who = str(desk.team.practitioner.user.resource_id)
    return {"ask": "1", "day": day, "time": time, "with_whom": who, **more}


def hidden(html: str, *names: str) -> dict[str, str]:
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', html)[0] for name in names}


class TestANewVisit:
    def panel(self, desk: Desk, browser: Client, **more: str) -> dict[str, str]:
        html = browser.post(new_page(desk), typed(desk, **more)).content.decode()
        return hidden(html, "slot", "kind", "key", "patient")

    def test_the_consequence_is_said_before_anything_is_booked(self, desk: Desk, browser: Client) -> None:
        answer = browser.post(new_page(desk), typed(desk))
        html = answer.content.decode()
        assert answer.status_code == 200
        assert "Wed 4 Feb 2026: the clinic is open 09:00–17:00." in html
        assert "works 09:00–17:00 that day, so not the whole of this visit." in html
        assert "Book it outside the hours" in html
        assert Visit.objects.count() == 0

    def test_it_is_booked_with_a_reason_that_is_kept_and_logged(self, desk: Desk, browser: Client) -> None:
        given = {**self.panel(desk, browser), "reason": WHY}
        assert browser.post(new_page(desk), given).status_code == 302
        assert browser.post(new_page(desk), given).status_code == 302  # the same form twice books once
        visit = Visit.objects.get()
        assert (visit.day, visit.start_minute, visit.override_reason) == (
            datetime.date(2026, 2, 4), 1080, WHY,
        )  # fmt: skip
        entry = AuditEntry.objects.get(verb="book")
        assert (entry.fields, entry.reason) == (["outside_hours"], WHY)
        assert Occupancy.objects.count() == 3

    @pytest.mark.parametrize("reason", ["", "short", "  \t        a        "])
    def test_without_a_reason_it_is_refused_and_the_time_kept(
        self, desk: Desk, browser: Client, reason: str
    ) -> None:
        given = self.panel(desk, browser)
        answer = browser.post(new_page(desk), {**given, "reason": reason})
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "<title>Error: " in html
        assert "Write why, in at least 15 characters." in html
        assert hidden(html, "key") == {"key": given["key"]}
        assert Visit.objects.count() == 0
        again = {**hidden(html, "slot", "kind", "key", "patient"), "reason": WHY}
        assert browser.post(new_page(desk), again).status_code == 302

    def test_a_usual_time_needs_no_reason_and_keeps_none(self, desk: Desk, browser: Client) -> None:
        answer = browser.post(new_page(desk), typed(desk, time="10"))
        html = answer.content.decode()
        assert "inside the usual hours" in html
        given = {**hidden(html, "slot", "kind", "key", "patient"), "reason": ""}
        assert browser.post(new_page(desk), given).status_code == 302
        assert (Visit.objects.get().override_reason, AuditEntry.objects.get(verb="book").fields) == ("", [])

    def test_a_time_that_is_only_signed_as_usual_is_not_booked_outside_the_hours(
        self, desk: Desk, browser: Client
    ) -> None:
        """Hours that became shorter while the page was open are no override."""
        html = browser.get(new_page(desk) + "&day=4/2").content.decode()
        given = hidden(html, "slot", "kind", "key", "patient")
        desk.team.clinic.opening_hours.all().delete()
        assert browser.post(new_page(desk), given).status_code == 422
        assert browser.post(new_page(desk), {**given, "reason": WHY}).status_code == 422
        assert Visit.objects.count() == 0

    def test_somebody_who_has_that_time_keeps_it(self, desk: Desk, browser: Client) -> None:
        first = {**self.panel(desk, browser), "reason": WHY}
        second = {**self.panel(desk, browser), "reason": WHY}
        assert browser.post(new_page(desk), first).status_code == 302
        answer = browser.post(new_page(desk), second)
        assert answer.status_code == 422
        assert "was booked a moment ago. Nothing has been saved." in answer.content.decode()
        assert Visit.objects.count() == 1

    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            ({"day": "1/1/2025"}, "That time has passed."),
            ({"day": "someday"}, "is not a day"),
            ({"day": ""}, "Type the day."),
            ({"day": "31/12/9999"}, "more than three years ahead"),
            ({"time": "late"}, "Type a time of the day, such as 18:30."),
            ({"time": "🕕" * 5000}, "Type a time of the day, such as 18:30."),
            ({"time": ""}, "Type the time."),
            ({"time": "18:05"}, "Visits do not start at that minute."),
            ({"time": "23:45"}, "cross midnight"),
            ({"with_whom": "0"}, "Choose"),
            ({"with_whom": "مرحبا"}, "Choose"),
        ],
    )
    def test_a_time_that_cannot_be_is_explained_at_its_box(
        self, desk: Desk, browser: Client, bad: dict[str, str], words: str
    ) -> None:
        answer = browser.post(new_page(desk), {**typed(desk), **bad})
        assert answer.status_code == 422
        html = answer.content.decode()
        assert words in html
        assert "<title>Error: " in html
        assert "Free times" in html
        assert Visit.objects.count() == 0

    def test_a_closed_clinic_and_somebody_on_leave_are_refused_with_the_way_out(
        self, desk: Desk, browser: Client
    ) -> None:
        day = datetime.date(2026, 2, 4)
        leave = Leave.objects.create(membership=desk.team.practitioner, first=day, last=day)
        html = browser.post(new_page(desk), typed(desk)).content.decode()
        assert "is away then. Choose somebody else, or another day." in html
        leave.delete()
        given = {**self.panel(desk, browser), "reason": WHY}
        Closure.objects.create(clinic=desk.team.clinic, first=day, last=day)
        html = browser.post(new_page(desk), typed(desk)).content.decode()
        assert "ask an administrator to take the closure back first" in html
        assert browser.post(new_page(desk), given).status_code == 422
        assert Visit.objects.count() == 0


class TestAVisitThatMoves:
    def test_it_moves_outside_the_hours_with_a_reason(self, desk: Desk, browser: Client) -> None:
        room = desk.team.clinic.rooms.get(kind="consulting")
        given: dict[str, Any] = {"kind": "consultation", "minutes": 45, "day": DAYS[0], "room": room}
        visit = VisitFactory.create(patient=desk.patient, practitioner=desk.team.practitioner, **given)
        html = browser.post(move_page(visit), typed(desk)).content.decode()
        assert "Move it outside the hours" in html
        press = hidden(html, "slot", "seen")
        assert browser.post(move_page(visit), {**press, "reason": "no"}).status_code == 422
        assert browser.post(move_page(visit), {**press, "reason": WHY}).status_code == 302
        visit.refresh_from_db()
        assert (visit.start_minute, visit.override_reason, visit.sequence) == (1080, WHY, 1)
        assert AuditEntry.objects.get(verb="move").fields == ["outside_hours", "starts_at"]

    def test_a_move_back_inside_forgets_the_reason(self, desk: Desk, browser: Client) -> None:
        room = desk.team.clinic.rooms.get(kind="consulting")
        visit = VisitFactory.create(
            patient=desk.patient,
            practitioner=desk.team.practitioner,
            kind="consultation",
            minutes=45,
            day=DAYS[0],
            start_minute=1080,
            room=room,
            override_reason=WHY,
        )
        html = browser.get(move_page(visit)).content.decode()
        press = {**hidden(html, "seen"), "slot": values(html, "slot")[0]}
        assert browser.post(move_page(visit), press).status_code == 302
        visit.refresh_from_db()
        assert visit.override_reason == ""


class TestASession:
    def preview(self, browser: Client, given: dict[str, str]) -> str:
        return browser.post(move_page(session(2)), given).content.decode()

    def test_it_moves_outside_the_hours_and_nothing_else_does(self, booked: Desk, browser: Client) -> None:
        html = self.preview(browser, typed(booked, "10/3", "18:30"))
        assert "This is outside the usual hours" in html
        assert "Tue 10 Mar 2026: the clinic is open 09:00–17:00." in html
        offer = hidden(html, "offer")
        answer = browser.post(move_page(session(2)), {**offer, "reason": "short"})
        again = answer.content.decode()
        assert answer.status_code == 422
        assert "This is outside the usual hours" in again
        assert (
            browser.post(move_page(session(2)), {**hidden(again, "offer"), "reason": WHY}).status_code == 302
        )
        moved = session(2)
        assert (moved.day, moved.start_minute, moved.override_reason) == (DAYS[1], 1110, WHY)
        assert [session(number).override_reason for number in (1, 3, 4)] == ["", "", ""]
        entry = AuditEntry.objects.get(verb="move")
        assert (entry.fields, entry.reason) == (["dates", "outside_hours"], WHY)

    def test_a_session_that_stands_outside_the_hours_stays_when_another_moves(
        self, booked: Desk, browser: Client
    ) -> None:
        html = self.preview(browser, typed(booked, "14/3", "10:00"))  # a Saturday
        browser.post(move_page(session(2)), {**hidden(html, "offer"), "reason": WHY})
        assert session(2).day == datetime.date(2026, 3, 14)
        html = browser.get(move_page(session(4))).content.decode()
        slot = values(html, "slot")[0]
        html = browser.post(move_page(session(4)), {"slot": slot}).content.decode()
        assert [one.number for one in booking.read_offer(hidden(html, "offer")["offer"]).plan] == [4]

    def test_undo_restores_time_reason_and_confirmation(self, booked: Desk, browser: Client) -> None:
        Visit.objects.filter(session_number=2).update(state="confirmed", override_reason="agreed by phone")
        html = self.preview(browser, typed(booked, "10/3", "18:30"))
        browser.post(move_page(session(2)), {**hidden(html, "offer"), "reason": WHY})
        assert session(2).state == "booked"
        change = Series.objects.get().changes.first()
        assert change is not None
        browser.post(reverse("plans:series_undo", args=["fernway", booked.series.pk, change.pk]))
        back = session(2)
        assert (back.day, back.start_minute, back.state, back.override_reason) == (
            DAYS[1], 600, "confirmed", "agreed by phone",
        )  # fmt: skip

    def test_as_early_as_a_practitioner_may_sign_and_no_earlier(self, booked: Desk, browser: Client) -> None:
        answer = browser.post(move_page(session(2)), typed(booked, "23/2", "10:00"))
        assert answer.status_code == 422
        assert "which is too early" in answer.content.decode()
        early = typed(booked, "25/2", "10:00")  # 22 days
        desk_offer = hidden(self.preview(browser, early), "offer")
        refused = browser.post(move_page(session(2)), {**desk_offer, "reason": WHY})
        assert "A practitioner books that." in refused.content.decode()
        clinician = as_staff(booked.team.practitioner)
        offer = hidden(self.preview(clinician, early), "offer")
        assert clinician.post(move_page(session(2)), {**offer, "reason": WHY}).status_code == 302
        assert (session(2).day, session(2).override_reason) == (datetime.date(2026, 2, 25), WHY)

    def test_somebody_who_is_busy_then_stays_so(self, booked: Desk, browser: Client) -> None:
        blocked = VisitFactory.create(
            patient=None,
            clinic=booked.team.clinic,
            kind="blocked",
            practitioner=booked.team.practitioner,
            day=DAYS[1],
            start_minute=1080,
        )
        holding.hold([blocked], None)
        answer = browser.post(move_page(session(2)), typed(booked, "10/3", "18:30"))
        assert answer.status_code == 422
        assert "is busy then." in answer.content.decode()
        assert session(2).start_minute == 600

    @pytest.mark.parametrize("bad", [{"day": "10/3/2025"}, {"day": "x" * 10_000}, {"time": "99"}])
    def test_what_cannot_be_read_is_explained(
        self, booked: Desk, browser: Client, bad: dict[str, str]
    ) -> None:
        answer = browser.post(move_page(session(2)), {**typed(booked), **bad})
        assert answer.status_code == 422
        assert "Error:" in answer.content.decode()
        assert session(2).day == DAYS[1]
