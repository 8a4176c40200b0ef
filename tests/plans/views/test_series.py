import datetime
import itertools
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plans.actions import booking
from plans.actions import series as acting
from plans.models import Series, SeriesChange, Visit
from tests.factories.booking import DAYS, MONDAY, Desk, offer_on
from tests.pages import values
from tests.people import a_team, as_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
REASON = "new medicine, wait for the doctor"


def page(desk: Desk, name: str = "series", *more: object) -> str:
    return reverse(f"plans:{name}", args=[desk.team.clinic.slug, desk.series.pk, *more])


def missed(desk: Desk, number: int = 2, *, days_later: int = 1) -> None:
    """Let the patient miss a session; the ones before are done."""
    Visit.objects.filter(session_number__lt=number).update(state="done")
    Visit.objects.filter(session_number=number).update(state="no_show")
    Visit.objects.get(session_number=number).occupancies.all().delete()


def test_a_series_shows_its_dates_gaps_and_changes(booked: Desk, browser: Client) -> None:
    html = browser.get(page(booked)).content.decode()
    assert html.count("35 days ✓") == 3
    assert "4 sessions, 0 done, 28–42 days apart" in html
    assert "booked" in html
    assert "See proposals" not in html


def test_a_series_without_dates_leads_to_proposals(desk: Desk, browser: Client) -> None:
    html = browser.get(page(desk)).content.decode()
    assert "See proposals" in html
    assert html.count("Not booked") == 4


@pytest.mark.parametrize(("ahead", "told"), [(0, False), (1, True)])
def test_the_first_day_that_may_be_booked_is_told_while_it_is_to_come(
    desk: Desk, browser: Client, ahead: int, told: bool
) -> None:
    Series.objects.update(cleared_on=MONDAY.date() + datetime.timedelta(days=ahead))
    html = browser.get(page(desk)).content.decode()
    assert ("Nothing is booked before Tue 3 Feb." in html) == told
    assert ("set on clinical grounds" in html) == told


def test_reasons_of_changes_are_for_those_who_treat(booked: Desk, browser: Client, clinician: Client) -> None:
    SeriesChange.objects.update(reason="on a new blood thinner")
    assert "blood thinner" not in browser.get(page(booked)).content.decode()
    assert "blood thinner" in clinician.get(page(booked)).content.decode()


def test_what_was_booked_is_said_and_undone_within_three_minutes(booked: Desk, browser: Client) -> None:
    html = browser.get(page(booked, "series_booked")).content.decode()
    assert "4 sessions booked for Tomasz Wieczorek" in html
    undo = page(booked, "series_undo", SeriesChange.objects.get().pk)
    assert undo in html
    browser.post(undo)
    assert Visit.objects.count() == 0
    assert "This was undone" in browser.get(page(booked, "series_booked")).content.decode()


def test_after_three_minutes_an_undo_is_neither_offered_nor_done(
    booked: Desk, browser: Client, time_machine: object
) -> None:
    time_machine.move_to(MONDAY + datetime.timedelta(minutes=4))  # type: ignore[attr-defined]
    undo = page(booked, "series_undo", SeriesChange.objects.get().pk)
    assert undo not in browser.get(page(booked, "series_booked")).content.decode()
    browser.post(undo)
    assert Visit.objects.count() == 4
    assert "It is too late to undo this" in browser.get(page(booked)).content.decode()


def test_booked_of_a_series_that_never_was_is_plain(desk: Desk, browser: Client) -> None:
    assert browser.get(page(desk, "series_booked")).status_code == 200
    assert browser.post(page(desk, "series_undo", uuid.uuid4())).status_code == 404


def test_the_plan_is_printed_without_clinical_facts(booked: Desk, browser: Client) -> None:
    Series.objects.update(hold_reason="blood thinner", state="paused")
    html = browser.get(page(booked, "series_plan")).content.decode()
    assert "Tuesday 3 February 2026, 10:00" in html
    assert not any(word in html.lower() for word in ("needl", "thinner", "acne"))


def test_a_practitioner_holds_a_series_and_lets_it_go_on(booked: Desk, clinician: Client) -> None:
    assert clinician.post(page(booked, "series_pause"), {"reason": REASON}).status_code == 302
    assert booked.fresh().state == "paused"
    answer = clinician.post(page(booked, "series_resume"), {"earliest_on": "10/3"})
    assert answer.status_code == 302
    assert (booked.fresh().state, booked.fresh().earliest_on) == ("booked", datetime.date(2026, 3, 10))


@pytest.mark.parametrize("reason", ["", "short", "x" * 10_000])
def test_a_hold_without_a_reason_is_explained_and_kept(booked: Desk, clinician: Client, reason: str) -> None:
    answer = clinician.post(page(booked, "series_pause"), {"reason": reason})
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert booked.fresh().state == "booked"


@pytest.mark.parametrize("day", ["someday", "31/12/9999", "x" * 10_000])
def test_a_day_to_go_on_from_that_is_none_is_explained(booked: Desk, clinician: Client, day: str) -> None:
    acting.pause(booked.practitioner, booked.series, reason=REASON, at=MONDAY)
    answer = clinician.post(page(booked, "series_resume"), {"earliest_on": day})
    assert answer.status_code == 422
    assert booked.fresh().state == "paused"


def test_a_series_is_ended_with_why(booked: Desk, clinician: Client) -> None:
    assert clinician.post(page(booked, "series_stop"), {"end_reason": "nonsense"}).status_code == 422
    assert clinician.post(page(booked, "series_stop"), {"end_reason": "patient_choice"}).status_code == 302
    assert (booked.fresh().state, Visit.objects.filter(state="booked").count()) == ("stopped", 0)
    assert clinician.post(page(booked, "series_stop"), {"end_reason": "patient_choice"}).status_code == 422


class TestAMissedSessionInBetween:
    def test_the_book_page_shows_what_would_change_and_books_it(
        self, booked: Desk, time_machine: object
    ) -> None:
        missed(booked)
        time_machine.move_to(MONDAY + datetime.timedelta(days=37))  # type: ignore[attr-defined]
        browser = as_staff(booked.team.desk)
        html = browser.get(page(booked, "series_book")).content.decode()
        assert "Rebook Tomasz Wieczorek’s session 2 of 4" in html
        assert "What changes" in html
        (token,) = values(html, "offer")
        plan = booking.read_offer(token).plan
        assert [session.number for session in plan] == [2]
        assert browser.post(page(booked, "series_book"), {"offer": token}).status_code == 302
        held = Visit.objects.exclude(state="no_show").order_by("session_number")
        assert [visit.session_number for visit in held] == [1, 2, 3, 4]
        days = [visit.day for visit in held]
        assert all(28 <= (b - a).days <= 42 for a, b in itertools.pairwise(days))

    def test_another_time_shows_what_it_leads_to(self, booked: Desk, time_machine: object) -> None:
        missed(booked)
        time_machine.move_to(MONDAY + datetime.timedelta(days=37))  # type: ignore[attr-defined]
        browser = as_staff(booked.team.desk)
        html = browser.get(page(booked, "series_book"), {"why": "16/3"}).content.decode()
        assert "Mon 16 Mar 2026 is possible, 41 days after session 1." in html
        slot = values(html, "slot")[0]
        answer = browser.post(page(booked, "series_book"), {"slot": slot})
        (token,) = values(answer.content.decode(), "offer")
        plan = booking.read_offer(token).plan
        assert plan[0].slot.day == datetime.date(2026, 3, 16)
        assert Visit.objects.filter(state="booked").count() == 2

    def test_a_late_one_asks_why_and_keeps_what_was_chosen(self, booked: Desk, time_machine: object) -> None:
        missed(booked)
        time_machine.move_to(MONDAY + datetime.timedelta(days=46))  # type: ignore[attr-defined]
        browser = as_staff(booked.team.desk)
        html = browser.get(page(booked, "series_book")).content.decode()
        assert "Reason for the date outside its window" in html
        (token,) = values(html, "offer")
        answer = browser.post(page(booked, "series_book"), {"offer": token, "reason": "ill"})
        assert answer.status_code == 422
        assert 'value="ill"' in answer.content.decode()
        (again,) = values(answer.content.decode(), "offer")
        assert booking.read_offer(again).plan == booking.read_offer(token).plan
        done = browser.post(page(booked, "series_book"), {"offer": again, "reason": "was ill for two weeks"})
        assert done.status_code == 302

    def test_one_in_between_and_the_last_are_booked_together(self, desk: Desk, time_machine: object) -> None:
        booking.confirm(desk.actor, desk.series, offer_on(desk, *DAYS[:3]), at=MONDAY)
        missed(desk)
        time_machine.move_to(MONDAY + datetime.timedelta(days=37))  # type: ignore[attr-defined]
        browser = as_staff(desk.team.desk)
        html = browser.get(page(desk, "series_book")).content.decode()
        assert "2 get a date" in html
        (token,) = values(html, "offer")
        assert [session.number for session in booking.read_offer(token).plan] == [2, 4]
        assert browser.post(page(desk, "series_book"), {"offer": token}).status_code == 302
        assert Visit.objects.filter(state="booked").count() == 3

    @pytest.mark.parametrize("posted", [{"slot": ""}, {"slot": "🙂"}, {"offer": ""}, {"offer": "x" * 10_000}])
    def test_a_choice_that_is_none_is_explained(
        self, booked: Desk, browser: Client, posted: dict[str, str]
    ) -> None:
        missed(booked)
        assert browser.post(page(booked, "series_book"), posted).status_code == 422


@pytest.mark.parametrize("name", ["series", "series_booked"])
def test_a_series_takes_the_same_queries_with_one_date_and_with_four(
    desk: Desk, browser: Client, name: str
) -> None:
    browser.get(page(desk, name))
    counted = []
    for days in (DAYS[:1], DAYS[1:]):
        offer = offer_on(desk, *days, first=DAYS.index(days[0]) + 1)
        booking.confirm(desk.actor, desk.series, offer, at=MONDAY)
        with CaptureQueriesContext(connection) as found:
            browser.get(page(desk, name))
        counted.append(len(found))
    assert counted[0] == counted[1]


def test_the_desk_neither_holds_nor_ends(booked: Desk, browser: Client) -> None:
    for name in ("series_pause", "series_stop"):
        assert browser.get(page(booked, name)).status_code == 403
        assert browser.post(page(booked, name), {"reason": REASON}).status_code == 403
    assert browser.post(page(booked, "series_resume")).status_code == 403
    assert booked.fresh().state == "booked"


def test_colleague_and_stranger(booked: Desk) -> None:
    admin, stranger = as_staff(booked.team.admin), as_staff(a_team("harbour").practitioner)
    assert admin.get(page(booked)).status_code == 200
    assert admin.get(page(booked, "series_booked")).status_code == 403
    for name in ("series", "series_booked", "series_plan", "series_pause", "series_stop"):
        answer = stranger.get(page(booked, name))
        assert answer.status_code == 404
        assert "Wieczorek" not in answer.content.decode()


class TestTakingBackAHoldOrAnEnd:
    """The page of a series offers it for three minutes, to whoever may decide it."""

    @pytest.mark.parametrize(
        ("name", "posted", "words"),
        [
            ("series_pause", {"reason": REASON}, "put on hold"),
            ("series_stop", {"end_reason": "patient_choice", "reason": ""}, "series ended"),
        ],
    )
    def test_a_practitioner_takes_it_back_on_the_page(
        self, booked: Desk, clinician: Client, name: str, posted: dict[str, str], words: str
    ) -> None:
        html = clinician.post(page(booked, name), posted, follow=True).content.decode()
        undo = page(booked, "series_undo", booked.fresh().changes.latest("revision").pk)
        assert (words in html, undo in html) == (True, True)
        html = clinician.post(undo, follow=True).content.decode()
        assert "Undone. The dates are as they were, and no mail was sent." in html
        assert undo not in html
        assert (booked.fresh().state, Visit.objects.filter(state="booked").count()) == ("booked", 4)

    def test_it_goes_on_and_is_on_hold_again(self, booked: Desk, clinician: Client) -> None:
        acting.pause(booked.practitioner, booked.series, reason=REASON, at=MONDAY)
        answer = clinician.post(page(booked, "series_resume"), {"earliest_on": "10/3"}, follow=True)
        assert "resumed" in answer.content.decode()
        clinician.post(page(booked, "series_undo", booked.fresh().changes.latest("revision").pk))
        assert (booked.fresh().state, booked.fresh().hold_reason) == ("paused", REASON)
        assert Visit.objects.filter(state="booked").count() == 4

    def test_the_desk_is_neither_offered_nor_given_it(self, booked: Desk, browser: Client) -> None:
        acting.pause(booked.practitioner, booked.series, reason=REASON, at=MONDAY)
        undo = page(booked, "series_undo", booked.fresh().changes.latest("revision").pk)
        for name in ("series", "series_booked"):
            assert undo not in browser.get(page(booked, name)).content.decode()
        assert "A practitioner decides this." in browser.post(undo, follow=True).content.decode()
        assert booked.fresh().state == "paused"

    def test_a_hold_is_told_without_a_mail(self, booked: Desk, clinician: Client) -> None:
        acting.pause(booked.practitioner, booked.series, reason=REASON, at=MONDAY)
        html = clinician.get(page(booked, "series_booked")).content.decode()
        assert "No date has changed, so no mail is sent." in html

    def test_whoever_only_looks_is_not_offered_an_undo(self, booked: Desk) -> None:
        undo = page(booked, "series_undo", SeriesChange.objects.get().pk)
        assert undo in as_staff(booked.team.desk).get(page(booked)).content.decode()
        assert undo not in as_staff(booked.team.admin).get(page(booked)).content.decode()

    def test_what_an_absence_moved_is_not_offered(self, booked: Desk, clinician: Client) -> None:
        SeriesChange.objects.update(verb="replan")
        assert "/undo/" not in clinician.get(page(booked)).content.decode()
