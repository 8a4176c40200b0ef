import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plans.models import Series, Visit
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.clinic import MembershipFactory
from tests.factories.patients import PatientFactory
from tests.factories.plans import SeriesFactory, VisitFactory
from tests.people import a_team, as_staff

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)
AT_TEN = MONDAY + datetime.timedelta(hours=2)


@pytest.fixture(autouse=True)
def at_ten(time_machine: object) -> None:
    time_machine.move_to(AT_TEN, tick=False)  # type: ignore[attr-defined]


@pytest.fixture
def desk() -> Desk:
    return a_desk()


@pytest.fixture
def browser(desk: Desk) -> Client:
    return as_staff(desk.team.desk)


def today(desk: Desk) -> str:
    return reverse("plans:today", args=[desk.team.clinic.slug])


def day_page(desk: Desk, day: str) -> str:
    return reverse("plans:day", args=[desk.team.clinic.slug, day])


def session(desk: Desk, **values: object) -> Visit:
    given = {"series": desk.series, "session_number": 1, "day": TODAY, **values}
    visit: Visit = VisitFactory.create(**given)
    return visit


def fill(desk: Desk, wanted: int) -> None:
    """Give the day so many visits, each of another patient and of a practitioner of their own."""
    while Visit.objects.count() < wanted:
        series = SeriesFactory.create(
            patient=PatientFactory.create(clinic=desk.team.clinic),
            practitioner=MembershipFactory.create(clinic=desk.team.clinic, is_practitioner=True),
            consultation__signed_by=desk.team.practitioner.user,
        )
        VisitFactory.create(series=series, session_number=1, day=TODAY)


def test_today_shows_who_comes_and_what_waits(desk: Desk, browser: Client) -> None:
    session(desk, state="confirmed")
    html = browser.get(today(desk)).content.decode()
    assert "<title>Today, Monday 2 February" in html
    assert "Tomasz Wieczorek" in html
    assert "Session 1 of 4" in html
    assert "session 2 is not booked" not in html
    assert "1 booked" in html


def test_one_click_checks_a_patient_in_and_stays_on_the_same_view(desk: Desk, browser: Client) -> None:
    visit = session(desk)
    html = browser.get(today(desk), {"by": "room"}).content.decode()
    action = re.search(r'formaction="([^"]+)"', html)
    back = re.search(r'name="next" value="([^"]+)"', html)
    assert action is not None
    assert back is not None
    answer = browser.post(action[1], {"next": back[1]})
    assert answer.headers["Location"] == f"{today(desk)}?by=room"
    visit.refresh_from_db()
    assert visit.state == "arrived"


@pytest.mark.parametrize(("day", "status"), [
    ("2026-02-03", 200), ("2000-01-01", 200), ("2099-12-31", 200), ("1999-12-31", 404), ("9999-12-31", 404),
    ("0001-01-01", 404), ("2026-02-30", 404), ("tomorrow", 404), ("🙂", 404),
])  # fmt: skip
def test_any_day_of_a_diary_is_shown_and_no_other(desk: Desk, browser: Client, day: str, status: int) -> None:
    assert browser.get(day_page(desk, day)).status_code == status


@pytest.mark.parametrize("view", ["practitioner", "room", "list", "nonsense", "x" * 10_000])
def test_every_view_of_a_day_shows_its_visits(desk: Desk, browser: Client, view: str) -> None:
    session(desk)
    answer = browser.get(today(desk), {"by": view})
    assert answer.status_code == 200
    assert "Tomasz Wieczorek" in answer.content.decode()


def test_a_free_stretch_leads_to_a_visit_at_that_time(desk: Desk, browser: Client) -> None:
    html = browser.get(today(desk)).content.decode()
    assert f"?day=2026-02-02&amp;at=600&amp;column=p{desk.team.practitioner.pk}" in html
    assert "420 min free · fits a treatment" in html


def test_a_closed_day_and_an_empty_list_say_so(desk: Desk, browser: Client) -> None:
    html = browser.get(day_page(desk, "2026-02-07"), {"by": "list"}).content.decode()
    assert "The clinic is closed on this day." in html
    assert "Nothing is booked on this day" in html


def test_only_today_offers_a_step(desk: Desk, browser: Client) -> None:
    session(desk, day=TODAY + datetime.timedelta(days=1))
    assert "formaction" not in browser.get(day_page(desk, "2026-02-03")).content.decode()


@pytest.mark.parametrize("view", ["practitioner", "room", "list"])
def test_today_takes_at_most_fifteen_queries_with_three_visits_and_with_sixty(
    desk: Desk, browser: Client, view: str
) -> None:
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
    session(desk)
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
    session(desk)
    stranger = as_staff(a_team("harbour").desk)
    for page in (
        today(desk),
        day_page(desk, "2026-02-02"),
        reverse("plans:worklist", args=[desk.team.clinic.slug]),
    ):
        answer = stranger.get(page)
        assert answer.status_code == 404
        assert "Wieczorek" not in answer.content.decode()
