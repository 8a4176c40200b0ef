"""What an import or an override leaves behind is shown and explained: every page opens, and nothing is hidden."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import User
from plans.models import Series, Visit
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.patients import AccessFactory
from tests.factories.plans import VisitFactory
from tests.people import as_patient, as_staff

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
