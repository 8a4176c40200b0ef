"""What stands in a column beside its visits: what fits into free time, and why nobody is there."""

import datetime

import pytest

from clinic.models import Closure, Leave, Outage
from plans.actions.holding import hold
from plans.models import Visit, VisitType, WaitingEntry
from plans.queries.columns import Column
from plans.queries.day import day_of
from plans.queries.waiting import waiting_list
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.clinic import MembershipFactory
from tests.factories.patients import PatientFactory
from tests.factories.plans import VisitFactory
from tests.factories.waiting import joined

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)
AT_TEN = MONDAY + datetime.timedelta(hours=2)


def column_of(desk: Desk, *, by: str = "practitioner", number: int = 0) -> Column:
    return day_of(desk.actor, desk.team.clinic, TODAY, by=by, at=AT_TEN).columns[number]


def of(column: Column, kind: str) -> list[tuple[tuple[int, int], str]]:
    return [(entry.span, entry.why) for entry in column.entries if entry.kind == kind]


def free(column: Column) -> list[tuple[tuple[int, int], tuple[str, ...]]]:
    return [(entry.span, entry.fits) for entry in column.entries if entry.kind == "free"]


def visit(desk: Desk, start: int, minutes: int, **values: object) -> Visit:
    given = {
        "patient": PatientFactory.create(clinic=desk.team.clinic),
        "practitioner": desk.team.practitioner,
        "kind": "review",
        "day": TODAY,
        "start_minute": start,
        "minutes": minutes,
        **values,
    }
    made: Visit = VisitFactory.create(**given)
    return made


def test_free_time_is_named_by_every_kind_that_fits_the_longest_first(desk: Desk) -> None:
    visit(desk, 645, 315)  # 45 minutes before, 60 after
    assert free(column_of(desk)) == [
        ((600, 645), ("consultation",)),
        ((960, 1020), ("treatment", "consultation")),
    ]


def test_set_up_time_of_the_practitioner_has_to_fit_as_well(desk: Desk) -> None:
    VisitType.objects.filter(kind="treatment").update(practitioner_before=5)
    visit(desk, 600, 360)
    assert free(column_of(desk)) == [((960, 1020), ("consultation",))]


def test_free_time_is_not_offered_for_what_somebody_may_not_give(desk: Desk) -> None:
    VisitType.objects.get(kind="treatment").practitioners.add(desk.team.lead)
    assert free(column_of(desk)) == [((600, 1020), ("consultation",))]
    assert free(column_of(desk, number=1))[0][1] == ("treatment", "consultation")


def test_time_held_elsewhere_is_busy_and_nothing_more(desk: Desk) -> None:
    other = a_desk("harbour")
    there = MembershipFactory.create(
        clinic=other.team.clinic, user=desk.team.practitioner.user, is_practitioner=True
    )
    booked = VisitFactory.create(
        patient=other.patient, practitioner=there, kind="review", day=TODAY, start_minute=720, minutes=60
    )
    hold([booked], None)
    column = column_of(desk)
    assert of(column, "elsewhere") == [((720, 780), "")]
    assert [span for span, _fits in free(column)] == [(600, 720), (780, 1020)]
    assert [entry.visit for entry in column.entries if entry.visit] == []


def test_a_closure_says_why_and_leave_does_not(desk: Desk) -> None:
    Closure.objects.create(
        clinic=desk.team.clinic,
        first=TODAY,
        last=TODAY,
        start_minute=900,
        end_minute=960,
        reason="Fire drill",
    )
    Leave.objects.create(
        membership=desk.team.practitioner,
        first=TODAY,
        last=TODAY,
        start_minute=600,
        end_minute=660,
        reason="ill",
    )
    column = column_of(desk)
    assert of(column, "closed") == [((900, 960), "Fire drill")]
    assert of(column, "away") == [((600, 660), "")]


def test_a_day_off_is_told_in_one_word(desk: Desk) -> None:
    Leave.objects.create(membership=desk.team.practitioner, first=TODAY, last=TODAY, reason="ill")
    assert (column_of(desk).absent, column_of(desk).why) == ("away", "")
    visit(desk, 600, 30)
    assert column_of(desk).absent == ""
    Closure.objects.create(clinic=desk.team.clinic, first=TODAY, last=TODAY, reason="Stocktaking")
    column = column_of(desk, number=1)
    assert (column.absent, column.why, of(column, "closed")) == (
        "closed",
        "Stocktaking",
        [((600, 840), "Stocktaking")],
    )


def test_a_room_out_of_use_is_hatched_and_its_visits_still_stand(desk: Desk) -> None:
    room = desk.team.clinic.rooms.get(kind="treatment")
    Outage.objects.create(resource=room.resource, first=TODAY, last=TODAY, reason="New floor")
    booked = visit(desk, 600, 60, room=room)
    column = next(
        one
        for one in day_of(desk.actor, desk.team.clinic, TODAY, by="room", at=AT_TEN).columns
        if one.key == f"r{room.pk}"
    )
    assert of(column, "out") == [((540, 600), "New floor"), ((660, 1020), "New floor")]
    assert [entry.visit for entry in column.entries if entry.visit] == [booked]


def test_three_imported_visits_at_one_time_stand_side_by_side(desk: Desk) -> None:
    made = [visit(desk, 600 + 5 * number, 60) for number in range(3)]
    placed = {entry.visit: (entry.lane, entry.lanes) for entry in column_of(desk).entries if entry.visit}
    assert [placed[one] for one in made] == [(0, 3), (1, 3), (2, 3)]


def test_a_visit_of_five_minutes_is_not_covered_by_the_next(desk: Desk) -> None:
    short, following = visit(desk, 600, 5), visit(desk, 605, 60)
    entries = {entry.visit: entry for entry in column_of(desk).entries if entry.visit}
    assert (entries[short].rows, entries[short].lane, entries[following].lane) == (3, 0, 1)


def test_free_time_counts_those_who_wait_and_whom_it_would_help(desk: Desk) -> None:
    joined(desk)
    tomorrow = TODAY + datetime.timedelta(days=1)

    def waits(day: datetime.date, at: datetime.datetime) -> list[int]:
        waiting = waiting_list(desk.actor, desk.team.clinic, at=at)
        found = day_of(desk.actor, desk.team.clinic, day, by="practitioner", at=at, waiting=waiting)
        return [entry.waits for column in found.columns for entry in column.entries if entry.kind == "free"]

    assert waits(tomorrow, AT_TEN) == [1, 1]
    assert waits(TODAY, AT_TEN) == [0, 0]  # too soon for the notice that was asked for
    visit(desk, 570, 420, day=tomorrow)  # half an hour on each side
    assert waits(tomorrow, AT_TEN) == [1]
    WaitingEntry.objects.update(weekdays=[4])
    assert waits(tomorrow, AT_TEN) == [0]


def test_nobody_waits_where_nobody_is_asked_about(desk: Desk) -> None:
    joined(desk)
    assert [entry.waits for entry in column_of(desk).entries if entry.kind == "free"] == [0]
