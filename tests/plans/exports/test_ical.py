"""The calendar file: the same instant as on the page, on both sides of every clock change."""

import datetime
from typing import Any

import pytest
from icalendar import Calendar

from clinic.rules.timegrid import to_local
from plans.exports.ical import calendar
from plans.models import Visit
from tests.factories.patients import PatientFactory
from tests.factories.plans import VisitFactory
from tests.people import a_team

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC)


def a_visit(zone: str, day: datetime.date, minute: int, **more: Any) -> Any:
    team = a_team("clinic", zone)
    return VisitFactory.create(
        patient=PatientFactory.create(clinic=team.clinic),
        practitioner=team.practitioner,
        day=day,
        start_minute=minute,
        **more,
    )


def entry(visit: Visit) -> Any:
    (found,) = Calendar.from_ical(calendar(visit.clinic, [visit], at=AT)).walk("VEVENT")
    return found


@pytest.mark.parametrize(
    ("zone", "day", "minute", "utc"),
    [
        ("Europe/London", "2026-03-28", 630, "2026-03-28T10:30"),
        ("Europe/London", "2026-03-29", 0, "2026-03-29T00:00"),
        ("Europe/London", "2026-03-29", 630, "2026-03-29T09:30"),
        ("Europe/London", "2026-10-24", 630, "2026-10-24T09:30"),
        ("Europe/London", "2026-10-25", 630, "2026-10-25T10:30"),
        ("America/New_York", "2026-03-07", 630, "2026-03-07T15:30"),
        ("America/New_York", "2026-03-08", 630, "2026-03-08T14:30"),
        ("America/New_York", "2026-10-31", 630, "2026-10-31T14:30"),
        ("America/New_York", "2026-11-01", 630, "2026-11-01T15:30"),
    ],
)
def test_page_file_and_stored_instant_are_the_same_across_clock_changes(
    zone: str, day: str, minute: int, utc: str
) -> None:
    visit = a_visit(zone, datetime.date.fromisoformat(day), minute)
    event = entry(visit)
    stored = datetime.datetime.fromisoformat(utc).replace(tzinfo=datetime.UTC)
    assert visit.starts_at == event["dtstart"].dt == stored
    assert event["dtend"].dt.astimezone(datetime.UTC) - stored == datetime.timedelta(minutes=60)
    assert to_local(event["dtstart"].dt, visit.clinic.zone) == (visit.day, minute)
    written = calendar(visit.clinic, [visit], at=AT).decode()
    assert f"DTSTART;TZID={zone}:{day.replace('-', '')}T{minute // 60:02d}{minute % 60:02d}00" in written
    assert f"BEGIN:VTIMEZONE\r\nTZID:{zone}" in written


def test_an_entry_names_the_clinic_and_no_treatment() -> None:
    visit = a_visit("Europe/London", datetime.date(2026, 3, 2), 600)
    event = entry(visit)
    assert (event["summary"], event["location"], event["status"]) == (
        "Visit at Clinic",
        "1 Quarry Lane",
        "CONFIRMED",
    )
    written = calendar(visit.clinic, [visit], at=AT).decode().lower()
    for word in (
        "needl",
        "treatment",
        "session",
        "skin",
        visit.patient.name.lower() if visit.patient else "",
    ):
        assert word not in written


def test_a_change_keeps_the_entry_and_raises_its_sequence_and_a_cancellation_says_so() -> None:
    visit = a_visit("Europe/London", datetime.date(2026, 3, 2), 600)
    first = entry(visit)
    visit.sequence, visit.state = 2, Visit.State.CANCELLED
    second = entry(visit)
    assert first["uid"] == second["uid"] == f"{visit.pk}@localhost"
    assert (first["sequence"], second["sequence"]) == (0, 2)
    assert second["status"] == "CANCELLED"


def test_without_a_visit_the_file_is_still_a_calendar() -> None:
    team = a_team()
    assert Calendar.from_ical(calendar(team.clinic, [], at=AT)).walk("VEVENT") == []
