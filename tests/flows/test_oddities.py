"""What an import or an override leaves behind is shown and explained: every page opens, and nothing is hidden."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import User
from plans.models import Series, Visit
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.patients import AccessFactory, PatientFactory
from tests.factories.plans import VisitFactory
from tests.pages import text_of as page_text
from tests.people import a_team, as_patient, as_staff

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def monday(time_machine: Any) -> None:
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def desk() -> Desk:
    return a_desk()


def visit(desk: Desk, number: int, day: datetime.date, **fields: Any) -> Visit:
    """Put a session into the diary without asking anybody, as an import does; it holds nothing."""
    state = "done" if day < TODAY else "booked"
    row = {"series": desk.series, "session_number": number, "day": day, "state": state, **fields}
    made: Visit = VisitFactory.create(**row)
    Series.objects.filter(pk=desk.series.pk).update(state="active")
    return made


def gap_of_12_days(desk: Desk) -> None:
    visit(desk, 1, TODAY - 40 * DAY)
    visit(desk, 2, TODAY - 28 * DAY)
    visit(desk, 3, TODAY)


def outside_hours(desk: Desk) -> None:
    visit(desk, 1, TODAY - 28 * DAY - DAY, start_minute=5 * 60)  # a Sunday
    visit(desk, 2, TODAY, start_minute=5 * 60)
    visit(desk, 3, TODAY + 34 * DAY, start_minute=22 * 60 + 30)  # a Sunday


def two_at_once(desk: Desk) -> None:
    visit(desk, 1, TODAY - 28 * DAY)
    visit(desk, 2, TODAY, start_minute=10 * 60)
    VisitFactory.create(
        series=None,
        patient=desk.patient,
        practitioner=desk.team.practitioner,
        kind="consultation",
        day=TODAY,
        start_minute=10 * 60 + 30,
    )


def a_kind_that_is_not_offered(desk: Desk) -> None:
    give = {"patient": desk.patient, "practitioner": desk.team.practitioner}
    VisitFactory.create(series=None, kind="review", day=TODAY, **give)


def out_of_order(desk: Desk) -> None:
    visit(desk, 1, TODAY + 7 * DAY)
    visit(desk, 2, TODAY)


def same_day(desk: Desk) -> None:
    visit(desk, 1, TODAY, start_minute=9 * 60)
    visit(desk, 2, TODAY, start_minute=15 * 60)


def beyond_the_series(desk: Desk) -> None:
    for number in range(1, 7):
        visit(desk, number, TODAY + 28 * (number - 4) * DAY)


def a_hole(desk: Desk) -> None:
    visit(desk, 1, TODAY - 60 * DAY)
    visit(desk, 3, TODAY)


def who_has_left(desk: Desk) -> None:
    visit(desk, 1, TODAY)
    desk.team.practitioner.is_active = False
    desk.team.practitioner.save()


ODDITIES = [
    gap_of_12_days,
    outside_hours,
    two_at_once,
    a_kind_that_is_not_offered,
    out_of_order,
    same_day,
    beyond_the_series,
    a_hole,
    who_has_left,
]


def pages(desk: Desk) -> dict[str, list[str]]:
    """Return the addresses that show a series, by who opens them."""
    clinic, first = desk.team.clinic.slug, TODAY - 45 * DAY
    visits = Visit.objects.filter(patient=desk.patient)
    days = sorted({first, TODAY, *visits.values_list("day", flat=True)})
    staff = [reverse("plans:day", args=[clinic, day.isoformat()]) for day in days]
    staff += [f"{url}?by={view}" for url in staff for view in ("room", "list")]
    staff += [reverse(f"plans:{name}", args=[clinic]) for name in ("today", "worklist")]
    names = ("series", "series_booked", "series_plan", "series_book")
    staff += [reverse(f"plans:{name}", args=[clinic, desk.series.pk]) for name in names]
    staff.append(reverse("plans:patient", args=[clinic, desk.patient.pk]))
    for one in visits:
        staff += [
            reverse(f"plans:{name}", args=[clinic, one.pk])
            for name in ("visit", "visit_move", "visit_cancel")
        ]
    mine = [reverse(f"plans:{name}", args=[desk.patient.pk]) for name in ("my_plan", "my_calendar")]
    return {"staff": staff, "patient": mine}


def opened(browser: Client, urls: list[str]) -> dict[str, int]:
    return {url: browser.get(url).status_code for url in urls}


@pytest.mark.parametrize("oddity", ODDITIES, ids=lambda made: made.__name__)
@pytest.mark.parametrize("who", ["desk", "practitioner"])
def test_every_page_of_the_clinic_opens(desk: Desk, oddity: Any, who: str) -> None:
    oddity(desk)
    if who == "practitioner" and oddity is who_has_left:
        who = "lead"
    answers = opened(as_staff(getattr(desk.team, who)), pages(desk)["staff"])
    assert {url: code for url, code in answers.items() if code not in (200, 409)} == {}


@pytest.mark.parametrize("oddity", ODDITIES, ids=lambda made: made.__name__)
def test_the_patients_own_pages_open(desk: Desk, oddity: Any) -> None:
    oddity(desk)
    access = AccessFactory.create(patient=desk.patient)
    answers = opened(as_patient(User.objects.get(pk=access.user_id)), pages(desk)["patient"])
    assert set(answers.values()) == {200}


def text_of(desk: Desk, name: str, *args: object) -> str:
    url = reverse(f"plans:{name}", args=[desk.team.clinic.slug, *args])
    return " ".join(as_staff(desk.team.desk).get(url).content.decode().split())


def test_a_gap_of_12_days_is_said_to_be_12_days(desk: Desk) -> None:
    gap_of_12_days(desk)
    assert "12 days" in text_of(desk, "series", desk.series.pk)


def test_a_booking_outside_hours_stands_on_the_board_at_its_time(desk: Desk) -> None:
    outside_hours(desk)
    board = text_of(desk, "today")
    assert "05:00" in board
    assert "Tomasz Wieczorek" in board


def test_two_visits_at_once_both_stand_on_the_board(desk: Desk) -> None:
    two_at_once(desk)
    board = text_of(desk, "today")
    for visit in Visit.objects.filter(day=TODAY):
        assert reverse("plans:visit", args=[desk.team.clinic.slug, visit.pk]) in board
    assert "10:00" in board
    assert "10:30" in board


def words_of(desk: Desk, visit: Visit, who: Any = None) -> str:
    return page_text(as_staff(who or desk.team.desk).get(page_of(visit)))


def page_of(visit: Visit) -> str:
    return reverse("plans:visit", args=[visit.clinic.slug, visit.pk])


def test_a_visit_outside_hours_says_what_the_hours_are(desk: Desk) -> None:
    outside_hours(desk)
    name = desk.team.practitioner.user.name
    sunday, early, late = Visit.objects.order_by("day")
    assert (
        f"Outside the usual hours Sun 4 Jan 2026: the clinic is not open. {name} does not work that day."
    ) in words_of(desk, sunday)
    assert (
        "Outside the usual hours Mon 2 Feb 2026: the clinic is open 09:00–17:00."
        f" {name} works 09:00–17:00 that day, so not the whole of this visit."
    ) in words_of(desk, early)
    assert "Sun 8 Mar 2026: the clinic is not open." in words_of(desk, late)


def test_a_shift_that_is_shorter_than_the_visit_is_said_without_the_hours_of_the_clinic(desk: Desk) -> None:
    one = visit(desk, 1, TODAY, start_minute=16 * 60)
    desk.team.practitioner.shifts.filter(weekday=0).update(end_minute=16 * 60 + 30)
    said = words_of(desk, one)
    assert f"{desk.team.practitioner.user.name} works 09:00–16:30 that day" in said
    assert "the clinic is" not in said


def test_the_reason_of_a_visit_outside_hours_is_for_those_who_treat(desk: Desk) -> None:
    one = visit(desk, 1, TODAY, start_minute=5 * 60, override_reason="before her shift at the bakery")
    said = words_of(desk, one, desk.team.practitioner)
    assert said.count("before her shift at the bakery") == 1
    assert "It was booked so because: before her shift at the bakery" in said
    assert "bakery" not in words_of(desk, one)
    assert "Outside the usual hours" in words_of(desk, one)


@pytest.mark.parametrize(
    "values",
    [{"start_minute": 9 * 60}, {"start_minute": 16 * 60}, {"start_minute": 5 * 60, "state": "cancelled"}],
)
def test_nothing_is_odd_inside_the_hours_or_about_a_visit_that_is_off(
    desk: Desk, values: dict[str, Any]
) -> None:
    said = words_of(desk, visit(desk, 1, TODAY, **values))
    assert "Outside the usual hours" not in said
    assert "At the same time" not in said


def test_two_visits_at_once_name_each_other(desk: Desk) -> None:
    two_at_once(desk)
    first, second = Visit.objects.filter(day=TODAY).order_by("start_minute")
    both = f"Both need {desk.team.practitioner.user.name}, Tomasz Wieczorek."
    assert f"At the same time as Tomasz Wieczorek, Mon 2 Feb, 10:30 . {both}" in words_of(desk, first)
    assert f"At the same time as Tomasz Wieczorek, Mon 2 Feb, 10:00 . {both}" in words_of(desk, second)
    html = as_staff(desk.team.desk).get(page_of(first)).content.decode()
    assert f'<a href="{page_of(second)}">' in html


@pytest.mark.parametrize("what", ["room", "device"])
def test_two_visits_in_one_room_or_with_one_device_name_it(desk: Desk, what: str) -> None:
    shared = getattr(desk.team.clinic, f"{what}s").earliest("pk")
    one = visit(desk, 1, TODAY, **{what: shared})
    other = PatientFactory.create(clinic=desk.team.clinic, name="Ana <b>Núñez</b> 🙂")
    met = {"series": None, "patient": other, "practitioner": desk.team.lead, "kind": "consultation"}
    VisitFactory.create(day=TODAY, start_minute=10 * 60 + 30, **{what: shared}, **met)
    VisitFactory.create(day=TODAY, start_minute=10 * 60 + 30, **met)  # somewhere else
    VisitFactory.create(day=TODAY, start_minute=9 * 60, **{what: shared}, **met)  # it ends when ours begins
    VisitFactory.create(day=TODAY, start_minute=11 * 60, **{what: shared}, **met)
    VisitFactory.create(day=TODAY, start_minute=10 * 60, state="cancelled", **{what: shared}, **met)
    said = words_of(desk, one)
    assert "At the same time as Ana &lt;b&gt;Núñez&lt;/b&gt; 🙂, Mon 2 Feb, 10:30" in said
    assert f"Both need {shared.name}." in said
    assert said.count("At the same time as") == 1


def test_only_those_who_see_the_diary_of_the_clinic_see_what_is_odd(desk: Desk) -> None:
    two_at_once(desk)
    first = Visit.objects.filter(day=TODAY).earliest("start_minute")
    assert "At the same time as" in words_of(desk, first, desk.team.admin)
    stranger = as_staff(a_team("harbour").desk).get(page_of(first))
    assert stranger.status_code == 404
    assert "Wieczorek" not in stranger.content.decode()


def test_many_visits_at_once_take_as_many_queries_as_two(desk: Desk, django_assert_num_queries: Any) -> None:
    two_at_once(desk)
    first, browser = Visit.objects.filter(day=TODAY).earliest("start_minute"), as_staff(desk.team.desk)
    browser.get(page_of(first))  # the first page of a session notes when it was seen
    with CaptureQueriesContext(connection) as two:
        browser.get(page_of(first))
    for _ in range(5):
        VisitFactory.create(
            series=None,
            patient=PatientFactory.create(clinic=desk.team.clinic),
            practitioner=desk.team.practitioner,
            kind="consultation",
            day=TODAY,
        )
    with django_assert_num_queries(len(two)):
        said = page_text(browser.get(page_of(first)))
    assert said.count("At the same time as") == 6
