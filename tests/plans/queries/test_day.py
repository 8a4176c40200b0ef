import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import SpecialOpening
from plans.models import Series, Visit
from plans.queries.board import Entry
from plans.queries.columns import Column
from plans.queries.day import Day, day_of
from tests.factories.booking import MONDAY, Desk, a_desk, a_session, fill
from tests.factories.patients import PatientFactory
from tests.factories.plans import VisitFactory, consent_to_treatment

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)
AT_TEN = MONDAY + datetime.timedelta(hours=2)


def a_day(
    desk: Desk, by: str = "practitioner", day: datetime.date = TODAY, at: datetime.datetime = AT_TEN
) -> Day:
    return day_of(desk.actor, desk.team.clinic, day, by=by, at=at)


def of(column: Column, kind: str) -> list[tuple[int, int]]:
    return [entry.span for entry in column.entries if entry.kind == kind]


def entry_of(found: Day, visit: Visit) -> Entry:
    return next(one for one in found.in_order if one.visit == visit)


def test_an_empty_day_shows_what_is_free_from_now_on(desk: Desk) -> None:
    found = a_day(desk)
    assert (found.frame.start, found.frame.end, found.now_row, found.is_open) == (540, 1020, 12, True)
    assert [column.title for column in found.columns] == [
        desk.team.practitioner.user.name,
        desk.team.lead.user.name,
    ]
    assert of(found.columns[0], "free") == [(600, 1020)]
    free = found.columns[0].entries[0]
    assert (free.row, free.rows, free.minutes) == (12, 84, 420)
    assert (free.fits, free.offers) == (("treatment", "consultation"), "consultation")
    assert found.counts == {"booked": 0, "seen": 0, "in_room": 0, "waiting": 0, "no_show": 0, "free": 2}


def test_nothing_is_free_yesterday_and_tomorrow_all_day_is(desk: Desk) -> None:
    assert of(a_day(desk, day=datetime.date(2026, 1, 30)).columns[0], "free") == []
    tomorrow = a_day(desk, day=datetime.date(2026, 2, 3))
    assert (of(tomorrow.columns[0], "free"), tomorrow.now_row) == ([(540, 1020)], None)


def test_a_closed_day_says_so(desk: Desk) -> None:
    found = a_day(desk, day=datetime.date(2026, 2, 7))
    assert (found.is_open, of(found.columns[0], "closed"), of(found.columns[0], "free")) == (
        False,
        [(540, 1020)],
        [],
    )


def test_a_visit_stands_with_its_step_gap_and_what_is_missing(desk: Desk) -> None:
    a_session(desk, day=TODAY - datetime.timedelta(days=26), state="done")
    visit = a_session(desk, session_number=2)
    entry = entry_of(a_day(desk), visit)
    assert (entry.span, entry.row, entry.rows, entry.step) == ((600, 660), 12, 12, "arrived")
    assert entry.gap is not None
    assert (entry.gap.days, entry.gap.state) == (26, "too_early")
    assert (entry.consent_missing, entry.look_first) == (True, False)
    consent_to_treatment(desk.patient, desk.team.clinic)
    assert entry_of(a_day(desk), visit).consent_missing is False


def test_a_held_series_only_says_that_a_practitioner_must_look(desk: Desk) -> None:
    visit = a_session(desk)
    Series.objects.update(state="paused", hold_reason="blood thinner")
    entry = entry_of(a_day(desk), visit)
    assert entry.look_first is True


def test_visits_are_counted_by_what_has_become_of_them(desk: Desk) -> None:
    states = ("booked", "confirmed", "arrived", "in_room", "in_treatment", "done", "no_show", "cancelled")
    for index, state in enumerate(states):
        VisitFactory.create(
            patient=PatientFactory.create(clinic=desk.team.clinic),
            practitioner=desk.team.practitioner,
            kind="review",
            day=TODAY,
            state=state,
            start_minute=540 + 60 * index,
        )
    found = a_day(desk)
    assert found.counts | {"free": 0} == {
        "booked": 6, "seen": 1, "in_room": 2, "waiting": 1, "no_show": 1, "free": 0,
    }  # fmt: skip
    assert found.columns[0].booked == 6
    assert "cancelled" not in [entry.visit.state for entry in found.in_order if entry.visit]


def test_blocked_time_is_not_counted_and_nobody_arrives_at_it(desk: Desk) -> None:
    blocked = VisitFactory.create(
        patient=None,
        clinic=desk.team.clinic,
        practitioner=desk.team.practitioner,
        kind="blocked",
        day=TODAY,
    )
    found = a_day(desk)
    assert (found.counts["booked"], found.columns[0].booked, entry_of(found, blocked).step) == (0, 0, "")
    assert of(found.columns[0], "free") == [(660, 1020)]


def test_two_visits_at_one_time_stand_side_by_side(desk: Desk) -> None:
    gone = a_session(desk, state="no_show")
    other = VisitFactory.create(
        patient=PatientFactory.create(clinic=desk.team.clinic),
        practitioner=desk.team.practitioner,
        kind="review",
        day=TODAY,
        start_minute=615,
        minutes=30,
    )
    found = a_day(desk)
    sides = [(entry.lane, entry.lanes) for entry in (entry_of(found, gone), entry_of(found, other))]
    assert sides == [(0, 2), (1, 2)]


def test_a_visit_outside_opening_hours_makes_the_board_longer(desk: Desk) -> None:
    early = a_session(desk, start_minute=7 * 60 + 30)
    found = a_day(desk)
    assert (found.frame.start, entry_of(found, early).row) == (420, 6)
    assert of(found.columns[0], "closed") == [(420, 450), (510, 540)]


def test_special_hours_and_shifts_make_away_and_closed(desk: Desk) -> None:
    SpecialOpening.objects.create(clinic=desk.team.clinic, day=TODAY, start_minute=480, end_minute=720)
    found = a_day(desk, at=MONDAY - datetime.timedelta(hours=2))
    assert (found.frame.start, found.frame.end) == (480, 720)
    assert of(found.columns[0], "away") == [(480, 540)]
    assert of(found.columns[0], "free") == [(540, 720)]


def test_somebody_who_left_stays_where_they_are_booked_and_offers_nothing(desk: Desk) -> None:
    visit = a_session(desk, start_minute=660)
    desk.team.practitioner.is_active = False
    desk.team.practitioner.save()
    found = a_day(desk)
    assert entry_of(found, visit).visit == visit
    column = next(one for one in found.columns if one.key == f"p{desk.team.practitioner.pk}")
    assert (of(column, "free"), of(column, "away")) == ([], [(540, 660), (720, 1020)])
    assert f"p{desk.team.practitioner.pk}" not in [
        one.key for one in a_day(desk, day=TODAY + datetime.timedelta(1)).columns
    ]


def test_by_room_a_visit_without_one_has_a_column_too(desk: Desk) -> None:
    room = desk.team.clinic.rooms.get(kind="treatment")
    placed, nowhere = a_session(desk, room=room), a_session(desk, session_number=2, start_minute=900)
    found = a_day(desk, by="room")
    assert [column.key for column in found.columns][-1] == "r0"
    assert {column.key: [e.visit for e in column.entries if e.visit] for column in found.columns}[
        f"r{room.pk}"
    ] == [placed]
    assert [entry.visit for entry in found.in_order] == [placed, nowhere]


def test_a_day_takes_five_queries_with_three_visits_and_with_sixty(desk: Desk) -> None:
    a_day(desk)
    counted = []
    for wanted in (3, 60):
        fill(desk, wanted)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert len(a_day(desk).in_order) == wanted
        counted.append(len(found))
    assert counted == [5, 5]


def test_other_clinics_are_not_on_the_board(desk: Desk) -> None:
    other = a_desk("harbour")
    a_session(other)
    assert a_day(desk).in_order == []
    stranger = day_of(other.actor, desk.team.clinic, TODAY, by="practitioner", at=AT_TEN)
    a_session(desk)
    assert stranger.in_order == []
