import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plans.models import Series
from tests.factories.booking import MONDAY, Desk, fill
from tests.factories.plans import VisitFactory
from tests.people import a_team, as_staff

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)


@pytest.fixture(autouse=True)
def at_ten(time_machine: object) -> None:
    time_machine.move_to(MONDAY + datetime.timedelta(hours=2), tick=False)  # type: ignore[attr-defined]


def week(desk: Desk, day: str = "2026-02-04") -> str:
    return reverse("plans:week", args=[desk.team.clinic.slug, day])


def test_a_week_shows_everybody_and_leads_to_days_and_to_each_person(desk: Desk, browser: Client) -> None:
    visit = VisitFactory.create(series=desk.series, session_number=1, day=TODAY)
    html = browser.get(week(desk)).content.decode()
    assert "<title>Week of Mon 2 Feb" in html
    assert "Tomasz Wieczorek" in html
    assert reverse("plans:visit", args=[desk.team.clinic.slug, visit.pk]) in html
    assert reverse("plans:day", args=[desk.team.clinic.slug, "2026-02-06"]) in html
    assert f"{week(desk, '2026-02-02')}?who={desk.team.lead.pk}" in html
    assert f"{week(desk, '2026-01-26')}" in html
    assert f"{week(desk, '2026-02-09')}" in html


def test_one_person_s_week_is_a_board_with_steps_and_free_time(desk: Desk, browser: Client) -> None:
    VisitFactory.create(series=desk.series, session_number=1, day=TODAY)
    html = browser.get(week(desk), {"who": desk.team.practitioner.pk}).content.decode()
    assert "Check in Tomasz Wieczorek" in html
    assert f"?day=2026-02-03&amp;at=540&amp;column=p{desk.team.practitioner.pk}" in html
    action = re.search(r'formaction="([^"]+)"', html)
    back = re.search(r'id="step".*?name="next" value="([^"]+)"', html, re.DOTALL)
    assert action is not None
    assert back is not None
    answer = browser.post(action[1], {"next": back[1]})
    assert answer.headers["Location"].startswith(f"{week(desk)}?who={desk.team.practitioner.pk}#v")


def test_a_hold_is_told_without_its_reason(desk: Desk, browser: Client) -> None:
    VisitFactory.create(series=desk.series, session_number=1, day=TODAY)
    Series.objects.update(state="paused", hold_reason="blood thinner")
    html = browser.get(week(desk)).content.decode()
    assert "Practitioner must look first" in html
    assert "blood thinner" not in html


@pytest.mark.parametrize("day", ["1999-12-31", "9999-12-31", "0001-01-01", "2026-02-30", "soon", "🙂"])
def test_no_day_of_a_diary_is_no_week(desk: Desk, browser: Client, day: str) -> None:
    assert browser.get(week(desk, day)).status_code == 404


@pytest.mark.parametrize("who", ["0", "999999", "-1", "x", "🙂", "٣", "9" * 10_000])
def test_nobody_has_no_week(desk: Desk, browser: Client, who: str) -> None:
    assert browser.get(week(desk), {"who": who}).status_code == 404


def test_the_first_and_the_last_week_of_a_diary_are_shown(desk: Desk, browser: Client) -> None:
    assert browser.get(week(desk, "2000-01-01")).status_code == 200
    assert browser.get(week(desk, "2099-12-31")).status_code == 200


def test_a_colleague_who_may_not_book_sees_the_week_and_no_way_to_change_it(desk: Desk) -> None:
    VisitFactory.create(series=desk.series, session_number=1, day=TODAY)
    html = as_staff(desk.team.admin).get(week(desk), {"who": desk.team.practitioner.pk}).content.decode()
    assert "Tomasz Wieczorek" in html
    assert "formaction" not in html
    assert "visits/new" not in html


def test_a_stranger_is_told_nothing(desk: Desk) -> None:
    VisitFactory.create(series=desk.series, session_number=1, day=TODAY)
    answer = as_staff(a_team("harbour").desk).get(week(desk))
    assert answer.status_code == 404
    assert "Wieczorek" not in answer.content.decode()


def test_a_week_takes_as_many_queries_with_three_visits_as_with_sixty(desk: Desk, browser: Client) -> None:
    browser.get(week(desk))
    counted = []
    for wanted in (3, 60):
        fill(desk, wanted)
        with CaptureQueriesContext(connection) as found:
            html = browser.get(week(desk)).content.decode()
        counted.append(len(found))
        assert len(re.findall(r"<[a-zA-Z]", html)) <= 2500
    assert counted[0] == counted[1] <= 9
