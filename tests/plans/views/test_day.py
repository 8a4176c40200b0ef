import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import Closure, Outage
from plans.models import Series
from tests.factories.booking import MONDAY, Desk, a_session, fill
from tests.factories.patients import PatientFactory
from tests.factories.plans import SeriesFactory, VisitFactory
from tests.factories.waiting import joined
from tests.people import a_team, as_staff

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)
AT_TEN = MONDAY + datetime.timedelta(hours=2)


@pytest.fixture(autouse=True)
def at_ten(time_machine: object) -> None:
    time_machine.move_to(AT_TEN, tick=False)  # type: ignore[attr-defined]


def today(desk: Desk) -> str:
    return reverse("plans:today", args=[desk.team.clinic.slug])


def day_page(desk: Desk, day: str) -> str:
    return reverse("plans:day", args=[desk.team.clinic.slug, day])


def test_today_shows_who_comes_and_what_waits(desk: Desk, browser: Client) -> None:
    a_session(desk, state="confirmed")
    html = browser.get(today(desk)).content.decode()
    assert "<title>Today, Monday 2 February" in html
    assert "Tomasz Wieczorek" in html
    assert "Session 1 of 4" in html
    assert "session 2 is not booked" not in html
    assert "1 booked" in html


def test_one_click_checks_a_patient_in_and_stays_on_the_same_view(desk: Desk, browser: Client) -> None:
    visit = a_session(desk)
    html = browser.get(today(desk), {"by": "room"}).content.decode()
    action = re.search(r'formaction="([^"]+)"', html)
    back = re.search(r'name="next" value="([^"]+)"', html)
    assert action is not None
    assert back is not None
    answer = browser.post(action[1], {"next": back[1]})
    assert answer.headers["Location"] == f"{today(desk)}?by=room#v{visit.pk}"
    visit.refresh_from_db()
    assert visit.state == "arrived"


def test_a_step_can_be_taken_back_with_the_click_beside_what_it_says(desk: Desk, browser: Client) -> None:
    visit = a_session(desk)
    browser.post(reverse("plans:visit_state", args=[desk.team.clinic.slug, visit.pk, "arrived"]))
    html = browser.get(today(desk)).content.decode()
    undo = re.search(r'action="([^"]+/undo/)"', html)
    assert "Tomasz Wieczorek: arrived." in html
    assert undo is not None
    browser.post(undo[1], {"next": today(desk)})
    visit.refresh_from_db()
    assert visit.state == "booked"
    assert "/undo/" not in browser.get(today(desk)).content.decode()


def test_a_visit_that_has_gone_by_is_offered_as_missed_and_then_to_be_rebooked(
    desk: Desk, browser: Client
) -> None:
    visit = a_session(desk, start_minute=540, minutes=60)
    html = browser.get(today(desk)).content.decode()
    assert f"/visits/{visit.pk}/state/no_show/" in html
    assert "Did not come Tomasz Wieczorek" in html
    browser.post(reverse("plans:visit_state", args=[desk.team.clinic.slug, visit.pk, "no_show"]))
    html = browser.get(today(desk)).content.decode()
    assert reverse("plans:series_book", args=[desk.team.clinic.slug, desk.series.pk]) in html


def test_a_missed_visit_of_no_series_is_booked_again_for_the_same_patient(
    desk: Desk, browser: Client
) -> None:
    VisitFactory.create(
        patient=desk.patient,
        practitioner=desk.team.practitioner,
        kind="consultation",
        day=TODAY,
        state="no_show",
    )
    html = browser.get(today(desk)).content.decode()
    assert f"visits/new/?patient={desk.patient.pk}&amp;kind=consultation" in html


@pytest.mark.parametrize(("kind", "ends"), [("review", "state/done/"), ("treatment", "/record/")])
def test_what_is_under_way_is_finished_by_a_click_or_by_its_record(desk: Desk, kind: str, ends: str) -> None:
    a_session(desk, kind=kind, state="in_treatment")
    assert ends in as_staff(desk.team.practitioner).get(today(desk)).content.decode()
    assert ("/record/" in as_staff(desk.team.desk).get(today(desk)).content.decode()) is False


def test_a_held_visit_offers_no_step_and_says_only_that_somebody_must_look(
    desk: Desk, browser: Client
) -> None:
    a_session(desk, note="Prefers mornings")
    Series.objects.update(state="paused", hold_reason="blood thinner")
    html = browser.get(today(desk)).content.decode()
    assert "Practitioner must look first" in html
    assert "Prefers mornings" in html
    assert "blood thinner" not in html
    assert "formaction" not in html


def test_a_device_out_of_use_and_a_closure_say_when_and_why(desk: Desk, browser: Client) -> None:
    clinic = desk.team.clinic
    device = clinic.devices.get()
    Outage.objects.create(
        resource=device.resource, first=TODAY, last=TODAY, start_minute=900, end_minute=1020
    )
    html = " ".join(browser.get(today(desk)).content.decode().split())
    assert f'<span class="b">{device.name}</span> is out of use 15:00–17:00.' in html
    Closure.objects.create(clinic=clinic, first=TODAY, last=TODAY, reason="Boiler <b>broken</b>")
    html = browser.get(today(desk)).content.decode()
    assert "The clinic is closed on this day." in html
    assert "Boiler &lt;b&gt;broken&lt;/b&gt;" in html


@pytest.mark.parametrize(("typed", "goes_to"), [
    ("18/3", "days/2026-03-18/"), ("mon", "days/2026-02-02/"), ("+5w", "days/2026-03-09/"),
    ("2026-02-20", "days/2026-02-20/"),
])  # fmt: skip
def test_a_typed_day_is_gone_to(desk: Desk, browser: Client, typed: str, goes_to: str) -> None:
    answer = browser.get(today(desk), {"on": typed})
    assert answer.headers["Location"] == f"/c/{desk.team.clinic.slug}/{goes_to}"
    kept = browser.get(today(desk), {"on": typed, "by": "list"}).headers["Location"]
    assert kept == f"/c/{desk.team.clinic.slug}/{goes_to}?by=list"
    week = browser.get(today(desk), {"on": typed, "by": "week"}).headers["Location"]
    assert week == f"/c/{desk.team.clinic.slug}/{goes_to.replace('days', 'weeks')}"


@pytest.mark.parametrize("typed", ["", "never", "31/2", "🙂", "+999w", "1/1/9999", "x" * 10_000, "يوم"])
def test_what_is_no_day_is_said_beside_the_box(desk: Desk, browser: Client, typed: str) -> None:
    answer = browser.get(today(desk), {"on": typed})
    assert answer.status_code in (302, 422)
    if answer.status_code == 422:
        html = answer.content.decode()
        assert "<title>Error: Today, Monday 2 February" in html
        assert 'aria-invalid="true"' in html


def test_a_day_on_paper_tells_who_comes_to_whom_and_nothing_clinical(desk: Desk, browser: Client) -> None:
    a_session(desk, note="Prefers mornings", state="confirmed")
    Series.objects.update(state="paused", hold_reason="blood thinner")
    html = browser.get(
        reverse("plans:day_print", args=[desk.team.clinic.slug, "2026-02-02"])
    ).content.decode()
    for words in (
        "Monday 2 February 2026",
        "Tomasz Wieczorek",
        "10:00–11:00",
        "Confirmed",
        "Prefers mornings",
    ):
        assert words in html
    assert "Practitioner must look first" in html
    assert "blood thinner" not in html
    assert "Nothing is booked." in html


def test_a_closed_day_on_paper_says_so(desk: Desk, browser: Client) -> None:
    html = browser.get(
        reverse("plans:day_print", args=[desk.team.clinic.slug, "2026-02-07"])
    ).content.decode()
    assert "The clinic is closed on this day." in html


@pytest.mark.parametrize(("day", "status"), [
    ("2026-02-03", 200), ("2000-01-01", 200), ("2099-12-31", 200), ("1999-12-31", 404), ("9999-12-31", 404),
    ("0001-01-01", 404), ("2026-02-30", 404), ("tomorrow", 404), ("🙂", 404),
])  # fmt: skip
def test_any_day_of_a_diary_is_shown_and_no_other(desk: Desk, browser: Client, day: str, status: int) -> None:
    assert browser.get(day_page(desk, day)).status_code == status


@pytest.mark.parametrize("view", ["practitioner", "room", "list", "nonsense", "x" * 10_000])
def test_every_view_of_a_day_shows_its_visits(desk: Desk, browser: Client, view: str) -> None:
    a_session(desk)
    answer = browser.get(today(desk), {"by": view})
    assert answer.status_code == 200
    assert "Tomasz Wieczorek" in answer.content.decode()


def test_a_free_stretch_leads_to_a_visit_at_that_time(desk: Desk, browser: Client) -> None:
    html = browser.get(today(desk)).content.decode()
    assert f"?day=2026-02-02&amp;at=600&amp;column=p{desk.team.practitioner.pk}" in html
    assert "420 min free · fits treatment, consultation" in html
    assert "&amp;kind=consultation" in html


def test_a_closed_day_and_an_empty_list_say_so(desk: Desk, browser: Client) -> None:
    html = browser.get(day_page(desk, "2026-02-07"), {"by": "list"}).content.decode()
    assert "The clinic is closed on this day." in html
    assert "Nothing is booked on this day" in html


def test_only_today_offers_a_step(desk: Desk, browser: Client) -> None:
    a_session(desk, day=TODAY + datetime.timedelta(days=1))
    assert "formaction" not in browser.get(day_page(desk, "2026-02-03")).content.decode()


@pytest.mark.parametrize("view", ["practitioner", "room", "list"])
def test_today_takes_at_most_fifteen_queries_with_three_visits_and_with_sixty(
    desk: Desk, browser: Client, view: str
) -> None:
    joined(desk)
    browser.get(today(desk))  # the first page of a session notes when it was seen
    counted, drawn = [], []
    for wanted in (3, 60):
        fill(desk, wanted)
        with CaptureQueriesContext(connection) as found:
            html = browser.get(today(desk), {"by": view}).content.decode()
        counted.append(len(found))
        drawn.append(len(re.findall(r"<[a-zA-Z]", html)))
    assert counted[0] == counted[1] <= 15
    assert drawn[1] <= 2500


def test_a_full_worklist_shows_five_beside_the_board_and_all_on_its_page(desk: Desk, browser: Client) -> None:
    for index in range(6):
        SeriesFactory.create(
            patient=PatientFactory.create(clinic=desk.team.clinic, name=f"Patient {index} \u202e<b>🙂"),
            practitioner=desk.team.practitioner,
            state="to_book",
        )
    html = browser.get(today(desk)).content.decode()
    assert html.count("See proposals") == 5
    assert "2 more" in html
    whole = browser.get(reverse("plans:worklist", args=[desk.team.clinic.slug])).content.decode()
    assert whole.count("See proposals") == 7
    assert "&lt;b&gt;" in whole


def test_an_empty_worklist_says_what_would_appear(desk: Desk, browser: Client) -> None:
    Series.objects.update(state="completed")
    assert (
        "Nothing waits"
        in browser.get(reverse("plans:worklist", args=[desk.team.clinic.slug])).content.decode()
    )


def test_who_may_not_book_sees_the_day_and_no_way_to_change_it(desk: Desk) -> None:
    a_session(desk)
    html = as_staff(desk.team.admin).get(today(desk)).content.decode()
    assert "Tomasz Wieczorek" in html
    assert "formaction" not in html
    assert "Needs you" not in html
    assert "visits/new" not in html
    assert (
        as_staff(desk.team.admin).get(reverse("plans:worklist", args=[desk.team.clinic.slug])).status_code
        == 403
    )


def test_a_stranger_is_told_nothing(desk: Desk) -> None:
    a_session(desk)
    stranger = as_staff(a_team("harbour").desk)
    for page in (
        today(desk),
        day_page(desk, "2026-02-02"),
        reverse("plans:worklist", args=[desk.team.clinic.slug]),
        reverse("plans:day_print", args=[desk.team.clinic.slug, "2026-02-02"]),
    ):
        answer = stranger.get(page)
        assert answer.status_code == 404
        assert "Wieczorek" not in answer.content.decode()
