"""Booking where something is missing: a room, a device, somebody's hours, or the series itself, which has ended."""

import datetime
from typing import Any

import pytest
from django.test import Client

from clinic.models import Shift
from plans.actions import booking
from plans.models import Occupancy, Series, Visit
from plans.rules.plan import numbered
from tests.factories.booking import DAYS, MONDAY, Desk, a_desk, best_offer, booked_on, offer_on, session, slot
from tests.factories.plans import VisitFactory
from tests.pages import errors_of, html_of, text_of, url, values
from tests.people import a_team, as_staff

pytestmark = pytest.mark.django_db
KINDS = {"room": "treatment", "device": "needling pen"}


@pytest.fixture(autouse=True)
def monday(time_machine: Any) -> None:
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def desk() -> Desk:
    return a_desk()


@pytest.fixture
def browser(desk: Desk) -> Client:
    return as_staff(desk.team.desk)


def take_away(desk: Desk, what: str) -> None:
    """Take every room or device that a treatment needs out of use."""
    getattr(desk.team.clinic, f"{what}s").filter(kind=KINDS[what].replace(" ", "_")).update(is_active=False)


@pytest.mark.parametrize("what", ["room", "device"])
def test_a_clinic_without_what_a_treatment_needs_says_that_and_who_can_help(
    desk: Desk, browser: Client, what: str
) -> None:
    take_away(desk, what)
    said = text_of(browser.get(url(desk, "series_book", desk.series.pk), {"why": "3/2"}))
    assert f"This visit needs a {what} of the kind “{KINDS[what]}”, and the clinic has none in use." in said
    assert "Ask an administrator to add one in the settings, then book." in said
    assert "the clinic is closed" not in said
    assert "On Tue 3 Feb 2026" not in said
    assert "Try a later first day" not in said


def test_who_runs_the_clinic_is_led_to_where_a_room_is_added(desk: Desk) -> None:
    take_away(desk, "room")
    desk.team.desk.is_admin = True
    desk.team.desk.save()
    html = html_of(as_staff(desk.team.desk).get(url(desk, "series_book", desk.series.pk)))
    assert f'<a href="{url(desk, "place_new", "room")}">Add one in the settings, then book.</a>' in html


@pytest.mark.parametrize("what", ["room", "device"])
def test_an_offer_from_before_is_refused_beside_what_is_missing(
    desk: Desk, browser: Client, what: str
) -> None:
    token = best_offer(desk)
    take_away(desk, what)
    answer = browser.post(url(desk, "series_book", desk.series.pk), {"offer": token})
    assert answer.status_code == 422
    assert f"This visit needs a {what} of the kind “{KINDS[what]}”" in text_of(answer)
    assert (Visit.objects.count(), Occupancy.objects.count()) == (0, 0)


def test_a_consultation_without_its_room_is_explained_too(desk: Desk, browser: Client) -> None:
    desk.team.clinic.rooms.filter(kind="consulting").update(is_active=False)
    said = text_of(browser.get(url(desk, "visit_new"), {"patient": str(desk.patient.pk)}))
    assert "This visit needs a room of the kind “consulting”, and the clinic has none in use." in said
    assert "Choose a later day" not in said


def test_a_visit_that_is_to_move_is_told_what_is_missing(desk: Desk, browser: Client) -> None:
    booked_on(desk, *DAYS)
    give = {"patient": desk.patient, "practitioner": desk.team.practitioner, "kind": "consultation"}
    alone = VisitFactory.create(day=DAYS[0], start_minute=15 * 60, **give)
    kinds = {session(2).pk: "treatment", alone.pk: "consulting"}
    for visit, kind in kinds.items():
        told = text_of(browser.get(url(desk, "visit_move", visit), {"why": "11/3"}))
        assert "Wed 11 Mar 2026 is possible" in told
        desk.team.clinic.rooms.filter(kind=kind).update(is_active=False)
        told = text_of(browser.get(url(desk, "visit_move", visit), {"why": "11/3"}))
        assert f"This visit needs a room of the kind “{kind}”, and the clinic has none in use." in told
        assert "the clinic is closed" not in told
        assert "No other time fits" not in told


def test_a_clinic_that_has_all_of_it_is_told_of_its_wishes(desk: Desk, browser: Client) -> None:
    said = text_of(browser.get(url(desk, "series_book", desk.series.pk), {"days": ["6"]}))
    assert "No series fits these wishes" in said
    assert "and the clinic has none in use" not in said


def test_what_is_missing_is_not_for_a_stranger_nor_for_who_books_nothing(desk: Desk) -> None:
    take_away(desk, "room")
    page = url(desk, "series_book", desk.series.pk)
    assert as_staff(desk.team.admin).get(page).status_code == 403
    assert as_staff(a_team("harbour").desk).get(page).status_code == 404


def test_somebody_without_hours_is_not_proposed_and_that_is_said(desk: Desk, browser: Client) -> None:
    me = desk.team.practitioner
    me.shifts.all().delete()
    page = url(desk, "series_book", desk.series.pk)
    said = text_of(browser.get(page, {"who": f"only-{me.user.resource_id}"}))
    assert "Session 1 finds no place between Mon 2 Feb 2026 and Mon 2 Mar 2026." in said
    assert "21 days: nobody who may treat is working." in said
    assert "Allow any practitioner: finishes Mon 18 May 2026." in said
    plans = [booking.read_offer(token).plan for token in values(html_of(browser.get(page)), "offer")]
    people = {one.slot.practitioner for plan in plans for one in plan}
    assert (len(plans), people) == (5, {desk.team.lead.user.resource_id})


def test_where_nobody_has_hours_that_is_said(desk: Desk, browser: Client) -> None:
    Shift.objects.all().delete()
    said = text_of(browser.get(url(desk, "series_book", desk.series.pk), {"why": "3/2"}))
    assert "21 days: nobody who may treat is working." in said
    assert "On Tue 3 Feb 2026 nobody who may treat is working." in said


def test_a_booking_posted_for_somebody_without_hours_books_nothing(desk: Desk, browser: Client) -> None:
    token = offer_on(desk, *DAYS)
    desk.team.practitioner.shifts.all().delete()
    answer = browser.post(url(desk, "series_book", desk.series.pk), {"offer": token})
    assert answer.status_code == 422
    words = "Session 1 cannot be then: the practitioner is not working. Nothing has been booked."
    assert errors_of(answer) == {"__all__": [words]}
    assert (Visit.objects.count(), Occupancy.objects.count()) == (0, 0)


@pytest.mark.parametrize("state", ["completed", "stopped"])
def test_an_offer_for_a_series_that_has_ended_books_nothing(desk: Desk, browser: Client, state: str) -> None:
    token = offer_on(desk, *DAYS)
    Series.objects.update(state=state)
    answer = browser.post(url(desk, "series_book", desk.series.pk), {"offer": token})
    assert answer.status_code == 409
    assert "This series has ended. A new consultation starts the next one." in text_of(answer)
    assert (Visit.objects.count(), desk.fresh().state) == (0, state)


@pytest.mark.parametrize("state", ["completed", "stopped"])
def test_a_move_offered_before_its_series_ended_moves_nothing(
    desk: Desk, browser: Client, state: str
) -> None:
    booked_on(desk, *DAYS)
    later = slot(desk, DAYS[3] + datetime.timedelta(days=1))
    token = booking.offer(desk.fresh(), numbered([4], [later]))
    Series.objects.update(state=state)
    answer = browser.post(url(desk, "visit_move", session(4).pk), {"offer": token})
    assert answer.status_code == 422
    assert errors_of(answer) == {"__all__": [f"This series is {state}, so nothing can be booked for it."]}
    assert [session(number).day for number in (1, 2, 3, 4)] == DAYS
    assert desk.fresh().state == state
