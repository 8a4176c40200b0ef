"""A patient's own pages: their own, in their language, and nobody else's."""

import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from clinic.models import AuditEntry, User
from patients.models import PatientAccess
from plans.actions import treat
from plans.models import Series, SessionRecord
from tests.factories.patients import AccessFactory, PatientFactory
from tests.factories.portal import a_series, treated
from tests.factories.treat import clock
from tests.people import Team, a_team, as_patient, as_staff

pytestmark = pytest.mark.django_db


def on(day: int, hour: int = 9) -> Any:
    return time_machine.travel(clock(hour, day=datetime.date(2026, 3, day)), tick=False)


def amara(team: Team, **patient: Any) -> Any:
    """Return a series of two sessions of hers."""
    return a_series(team, 2, name="Amara Nwosu", **patient)


def browser(access: PatientAccess) -> Client:
    return as_patient(User.objects.get(access=access))


def hers(series: Any) -> Client:
    return browser(AccessFactory.create(patient=series.patient))


def address(name: str, series: Any, *more: Any) -> str:
    return reverse(f"plans:{name}", args=[series.patient.pk, *more])


def test_nobody_else_finds_anything() -> None:
    team = a_team()
    series = amara(team)
    sheet = treated(team, series)
    other = amara(team)
    stranger = hers(other)
    unconfirmed = browser(AccessFactory.create(patient=series.patient, confirmed_at=None))
    revoked = browser(AccessFactory.create(patient=series.patient, revoked_at=clock(9)))
    pages = [
        address("my_plan", series),
        address("my_aftercare", series),
        address("my_sheet", series, sheet.pk),
        address("my_calendar", series),
    ]
    for client in (stranger, unconfirmed, revoked):
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 404
            assert "Amara" not in answer.content.decode()
    assert stranger.get(address("my_sheet", other, sheet.pk)).status_code == 404
    visit = series.visits.get(session_number=2)
    assert stranger.post(address("my_visit", series, visit.pk)).status_code == 404
    assert stranger.post(address("my_visit", other, visit.pk)).status_code == 404
    visit.refresh_from_db()
    assert visit.state == "booked"
    assert as_staff(team.practitioner).get(pages[0]).status_code == 302


def test_the_plan_says_when_where_and_what_to_do_before() -> None:
    team = a_team()
    series = amara(team)
    with on(1):
        text = hers(series).get(address("my_plan", series)).content.decode()
    for words in (
        "Monday 2 March, 10:00",
        "Session 1 of 4",
        "60 min",
        "1 Quarry Lane",
        "Tomorrow",
        "Yes, I will be there",
        "Before you come",
        "35 days after session 1",
        "No date yet",
    ):
        assert words in text
    assert AuditEntry.objects.filter(verb="read", patient_id=series.patient.pk).count() == 1


def test_after_a_session_the_plan_says_what_is_usual_today() -> None:
    team = a_team()
    series = amara(team)
    treated(team, series)
    with on(4):
        text = hers(series).get(address("my_plan", series)).content.decode()
    assert "day 2 after your session" in text
    assert "Redness fades for most people." in text
    assert "Session 1 done." in text


def test_the_patient_says_that_they_will_come_and_twice_is_no_harm() -> None:
    team = a_team()
    series = amara(team)
    visit = series.visits.get(session_number=1)
    client = hers(series)
    with on(1):
        for _ in range(2):
            answer = client.post(address("my_visit", series, visit.pk))
            assert (answer.status_code, answer.headers["Location"]) == (302, address("my_plan", series))
        visit.refresh_from_db()
        assert visit.state == "confirmed"
        assert "You said you will be there" in client.get(address("my_plan", series)).content.decode()


def test_a_visit_that_is_over_is_not_confirmed() -> None:
    team = a_team()
    series = amara(team)
    treated(team, series)
    visit = series.visits.get(session_number=1)
    answer = hers(series).post(address("my_visit", series, visit.pk))
    assert answer.status_code == 422
    assert "This visit is done" in answer.content.decode()


def test_a_held_series_is_told_shortly_and_kindly() -> None:
    team = a_team()
    series = amara(team)
    Series.objects.filter(pk=series.pk).update(state="paused", hold_reason="New dark marks on both cheeks")
    with on(1):
        text = hers(series).get(address("my_plan", series)).content.decode()
    assert "We will talk with you before your next visit." in text
    assert "dark marks on both" not in text


def test_a_patient_without_a_plan_sees_what_will_appear() -> None:
    team = a_team()
    person = PatientFactory.create(clinic=team.clinic)
    client = browser(AccessFactory.create(patient=person))
    plan = client.get(reverse("plans:my_plan", args=[person.pk]))
    aftercare = client.get(reverse("plans:my_aftercare", args=[person.pk]))
    assert (plan.status_code, aftercare.status_code) == (200, 200)
    assert "No visit is booked" in plan.content.decode()
    assert "Your sheet comes after your first session" in aftercare.content.decode()


def test_aftercare_is_shown_by_the_clock_with_the_warning_signs_and_the_phone() -> None:
    team = a_team()
    series = amara(team)
    treated(team, series)
    with on(2, 11):
        text = hers(series).get(address("my_aftercare", series)).content.decode()
    for words in (
        "Do not wash the treated skin until Monday 2 March at 19:00.",
        "From Monday 2 March at 19:00, you can wash",
        "Get help if you see this",
        "Call 020 7946 0000",
        "Emergency: 999",
    ):
        assert words in text
    assert AuditEntry.objects.filter(verb="read", subject_kind="aftercaresheet").count() == 1


def test_a_replaced_sheet_stays_readable_and_points_to_the_one_that_counts() -> None:
    team = a_team()
    series = amara(team)
    first = treated(team, series)
    record = SessionRecord.objects.get()
    second = treat.correct_end(team.practitioner.actor, record, clock(10, 20), "Typed too late", clock(12))
    client = hers(series)
    with on(2, 13):
        old = client.get(address("my_sheet", series, first.pk)).content.decode()
        new = client.get(address("my_aftercare", series)).content.decode()
        paper = client.get(address("my_sheet", series, first.pk) + "?print").content.decode()
    assert "This sheet was replaced." in old
    assert address("my_sheet", series, second.pk) in old
    assert "This sheet was replaced." not in new
    assert "This sheet was replaced by a later one." in paper


def test_a_patient_who_reads_spanish_gets_the_sheet_in_spanish() -> None:
    team = a_team()
    series = amara(team, language="es")
    sheet = treated(team, series)
    assert sheet.language == "es"
    with on(2, 11):
        text = hers(series).get(address("my_aftercare", series)).content.decode()
    assert '<html lang="es"' in text
    assert "el lunes 2 de marzo a las 19:00" in text


def test_the_calendar_file_holds_the_visits() -> None:
    team = a_team()
    series = amara(team)
    with on(1):
        answer = hers(series).get(address("my_calendar", series))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events: list[Any] = Calendar.from_ical(answer.content).walk("VEVENT")
    starts = [event["dtstart"].dt for event in events]
    assert starts == [clock(10), clock(9, day=datetime.date(2026, 4, 6))]


def test_an_unknown_sheet_is_not_found() -> None:
    team = a_team()
    series = amara(team)
    assert hers(series).get(address("my_sheet", series, series.pk)).status_code == 404
