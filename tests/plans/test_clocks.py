"""Where clocks change, a session keeps its time on the wall; an hour that is lost or doubled is never booked."""

import datetime
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from icalendar import Calendar

from clinic.actions.refusal import Refused
from clinic.models import OpeningHours, Shift, User
from plans.actions import booking, holding
from plans.exports import ical
from plans.models import Occupancy, Visit
from plans.queries.proposals import search
from plans.queries.standing import standing
from plans.rules.wishes import Wishes
from tests.factories.booking import Desk, a_desk, offer_on
from tests.factories.patients import AccessFactory
from tests.factories.plans import VisitFactory
from tests.people import as_patient, as_staff

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
UTC = datetime.UTC
# Zone, a Monday before the change, the four Tuesdays 28 days apart, and ten o'clock there in UTC on each.
CHANGES = [
    pytest.param("Europe/London", datetime.date(2026, 3, 2), [10, 9, 9, 9], id="London, forward on 29 March"),
    pytest.param(
        "Europe/London", datetime.date(2026, 9, 28), [9, 10, 10, 10], id="London, back on 25 October"
    ),
    pytest.param(
        "America/New_York", datetime.date(2026, 2, 9), [15, 14, 14, 14], id="New York, forward on 8 March"
    ),
    pytest.param(
        "America/New_York", datetime.date(2026, 10, 5), [14, 15, 15, 15], id="New York, back on 1 November"
    ),
]
# Zone, the night, the minutes of it that a clock change skips or shows twice, and those right beside them.
NIGHTS = [
    pytest.param("Europe/London", datetime.date(2026, 3, 29), 60, id="London, skipped"),
    pytest.param("Europe/London", datetime.date(2026, 10, 25), 60, id="London, doubled"),
    pytest.param("America/New_York", datetime.date(2026, 3, 8), 120, id="New York, skipped"),
    pytest.param("America/New_York", datetime.date(2026, 11, 1), 60, id="New York, doubled"),
]


def eight(day: datetime.date, desk: Desk) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(8), desk.team.clinic.zone).astimezone(UTC)


def open_all_night(desk: Desk) -> None:
    """Let nothing but the clock stand against an hour of the night."""
    clinic, member = desk.team.clinic, desk.team.practitioner
    OpeningHours.objects.filter(clinic=clinic).delete()
    Shift.objects.filter(membership=member).delete()
    whole = {"start_minute": 0, "end_minute": 1440}
    for day in range(7):
        OpeningHours.objects.create(clinic=clinic, weekday=day, **whole)
        Shift.objects.create(membership=member, since=datetime.date(2020, 1, 1), weekday=day, **whole)


@pytest.mark.parametrize(("zone", "monday", "hours"), CHANGES)
def test_a_series_over_a_change_keeps_its_time_on_the_wall(
    zone: str, monday: datetime.date, hours: list[int]
) -> None:
    desk = a_desk(time_zone=zone)
    days = [monday + DAY + 28 * index * DAY for index in range(4)]
    token = offer_on(desk, *days)
    booking.confirm(desk.actor, desk.series, token, at=eight(monday, desk))
    visits = list(Visit.objects.all())
    assert [visit.starts_at.hour for visit in visits] == hours
    assert [visit.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for visit in visits] == [
        datetime.datetime.combine(day, datetime.time(10)) for day in days
    ]
    assert {visit.ends_at - visit.starts_at for visit in visits} == {datetime.timedelta(hours=1)}


@pytest.mark.parametrize(("zone", "monday", "hours"), CHANGES)
def test_what_is_held_is_what_the_visit_says(zone: str, monday: datetime.date, hours: list[int]) -> None:
    desk = a_desk(time_zone=zone)
    days = [monday + DAY + 28 * index * DAY for index in range(4)]
    token = offer_on(desk, *days)
    booking.confirm(desk.actor, desk.series, token, at=eight(monday, desk))
    held = Occupancy.objects.filter(resource__kind="patient").order_by("starts_at")
    assert [row.starts_at.hour for row in held] == hours
    assert {(row.cell_from, row.cell_to) for row in held} == {(120, 132)}


@pytest.mark.parametrize(("zone", "night", "lost"), NIGHTS)
def test_a_lost_or_doubled_hour_is_refused_by_the_booking(zone: str, night: datetime.date, lost: int) -> None:
    desk = a_desk(time_zone=zone)
    open_all_night(desk)
    for start in (lost - 45, lost, lost + 30, lost + 45):
        with pytest.raises(Refused) as refused:
            booking.confirm(
                desk.actor, desk.series, offer_on(desk, night, start=start), at=eight(night - DAY, desk)
            )
        assert refused.value.code in ("not_on_the_clock", "unfit")
    assert (Visit.objects.count(), Occupancy.objects.count()) == (0, 0)


@pytest.mark.parametrize(("zone", "night", "lost"), NIGHTS)
def test_a_lost_or_doubled_hour_is_refused_where_resources_are_held(
    zone: str, night: datetime.date, lost: int
) -> None:
    desk = a_desk(time_zone=zone)
    for start in (lost - 45, lost, lost + 45):
        visit = Visit(clinic=desk.team.clinic, day=night, start_minute=start, minutes=60)
        with pytest.raises(Refused) as refused:
            holding.instants(visit)
        assert refused.value.code == "not_on_the_clock"


@pytest.mark.parametrize(("zone", "night", "lost"), NIGHTS)
def test_the_time_right_after_the_change_is_booked(zone: str, night: datetime.date, lost: int) -> None:
    desk = a_desk(time_zone=zone)
    open_all_night(desk)
    token = offer_on(desk, night, start=lost + 75)
    booking.confirm(desk.actor, desk.series, token, at=eight(night - DAY, desk))
    wall = Visit.objects.get().starts_at.astimezone(ZoneInfo(zone))
    assert (wall.date(), wall.hour * 60 + wall.minute) == (night, lost + 75)


@pytest.mark.parametrize(("zone", "night", "lost"), NIGHTS)
def test_no_proposal_touches_a_lost_or_doubled_hour(zone: str, night: datetime.date, lost: int) -> None:
    desk = a_desk(time_zone=zone, sessions=1)
    open_all_night(desk)
    wishes = Wishes(first_from=night, weekdays=frozenset({6}), times=frozenset({"morning"}))
    found = search(standing(desk.series), wishes, at=eight(night - DAY, desk))
    starts = {choice.plan[0].slot.start for choice in found.choices if choice.plan[0].slot.day == night}
    assert not any(start < lost + 60 and lost < start + 60 for start in starts)


@pytest.mark.parametrize(("zone", "monday", "hours"), CHANGES)
def test_page_calendar_file_and_stored_instant_agree(
    zone: str, monday: datetime.date, hours: list[int], time_machine: Any
) -> None:
    desk = a_desk(time_zone=zone)
    days = [monday + DAY + 28 * index * DAY for index in range(4)]
    now = eight(monday, desk)
    booking.confirm(desk.actor, desk.series, offer_on(desk, *days, start=615), at=now)
    visits = list(Visit.objects.all())
    file = Calendar.from_ical(ical.calendar(desk.team.clinic, visits, at=now))
    told = [event.decoded("dtstart") for event in file.walk("VEVENT")]
    assert [one.astimezone(UTC) for one in told] == [visit.starts_at for visit in visits]
    assert [(one.date(), one.hour, one.minute) for one in told] == [(day, 10, 15) for day in days]
    time_machine.move_to(now)
    access = AccessFactory.create(patient=desk.patient)
    portal = as_patient(User.objects.get(pk=access.user_id)).get(
        reverse("plans:my_plan", args=[desk.patient.pk])
    )
    staff = as_staff(desk.team.desk).get(
        reverse("plans:series", args=[desk.team.clinic.slug, desk.series.pk])
    )
    for page in (portal, staff):
        text = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
        assert page.status_code == 200
        # Whatever stands there as an hour, such as when the cream goes on, is counted from a quarter past ten.
        assert text.count("10:15") >= 4
        assert set(re.findall(r"\b\d\d:15\b", text)) <= {"10:15", "11:15", "09:15"}


@pytest.mark.parametrize(("zone", "night", "lost"), NIGHTS)
def test_a_visit_in_the_night_of_the_change_is_drawn_on_its_day(
    zone: str, night: datetime.date, lost: int, time_machine: Any
) -> None:
    desk = a_desk(time_zone=zone)
    VisitFactory.create(series=desk.series, session_number=1, day=night, start_minute=lost + 75)
    time_machine.move_to(eight(night, desk))
    board = as_staff(desk.team.desk).get(
        reverse("plans:day", args=[desk.team.clinic.slug, night.isoformat()])
    )
    assert board.status_code == 200
    assert "Tomasz Wieczorek" in board.content.decode()
