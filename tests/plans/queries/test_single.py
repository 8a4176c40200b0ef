import datetime

import pytest

from plans.queries.single import free_times, session_slot, times_near
from plans.rules.scheduling.model import Slot
from tests.factories.booking import MONDAY, Desk, a_session
from tests.factories.plans import VisitFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)
AT_TEN = MONDAY + datetime.timedelta(hours=2, minutes=10)


def test_free_times_come_in_order_and_never_in_the_past(desk: Desk) -> None:
    found = free_times(desk.team.clinic, "consultation", TODAY - datetime.timedelta(days=9), at=AT_TEN)
    assert [(one.slot.day, one.slot.start, one.practitioner) for one in found[:3]] == [
        (TODAY, 615, desk.team.practitioner.user.name),
        (TODAY, 615, desk.team.lead.user.name),
        (TODAY, 630, desk.team.practitioner.user.name),
    ]
    assert found == sorted(found, key=lambda one: one.starts_at)
    assert found[0].place == desk.team.clinic.rooms.get(kind="consulting").name
    assert found[-1].slot.day <= TODAY + datetime.timedelta(days=13)


def test_free_times_of_one_person_for_a_patient_who_is_busy(desk: Desk) -> None:
    from plans.actions import holding

    busy = a_session(desk, 1, 0, practitioner=desk.team.lead, start_minute=660)
    holding.hold([busy], None)
    who = desk.team.practitioner.user.resource_id
    found = free_times(
        desk.team.clinic, "consultation", TODAY, at=AT_TEN, patient=desk.patient, practitioner=who, days=1
    )
    assert {one.slot.practitioner for one in found} == {who}
    assert [one.slot.start for one in found][:2] == [615, 720]


def test_blocked_time_needs_nothing_but_its_person(desk: Desk) -> None:
    who = desk.team.lead.user.resource_id
    found = free_times(desk.team.clinic, "blocked", TODAY, at=AT_TEN, practitioner=who, minutes=300, days=1)
    assert [(one.slot.start, one.slot.room, one.place) for one in found] == [
        (615, None, ""), (630, None, ""), (645, None, ""), (660, None, ""), (675, None, ""),
        (690, None, ""), (705, None, ""), (720, None, ""),
    ]  # fmt: skip


def test_a_session_is_offered_times_inside_its_window_nearest_to_the_old_one(desk: Desk) -> None:
    a_session(desk, 1, -20, state="done")
    visit = a_session(desk, 2, 15)
    found = times_near(visit, at=MONDAY)
    assert len(found) == 12
    assert found == sorted(found, key=lambda one: one.starts_at)
    for one in found:
        assert one.gap is not None
        assert 28 <= (one.gap.days or 0) <= 42
        assert one.gap.state == "on_plan"
    assert (visit.day, visit.start_minute, visit.practitioner.user.name) not in [
        (one.slot.day, one.slot.start, one.practitioner) for one in found
    ]
    days = [one.slot.day for one in found]
    assert max(days.count(day) for day in days) == 2


def test_a_session_whose_series_has_lapsed_is_offered_nothing(desk: Desk) -> None:
    a_session(desk, 1, -500, state="done")
    assert times_near(a_session(desk, 2, 3), at=MONDAY) == []


def test_a_single_visit_is_offered_times_near_its_own(desk: Desk) -> None:
    visit = VisitFactory.create(
        patient=desk.patient,
        practitioner=desk.team.practitioner,
        kind="consultation",
        day=TODAY,
        start_minute=900,
    )
    found = times_near(visit, at=MONDAY, wanted=4)
    assert [(one.slot.start, one.practitioner) for one in found] == [
        (885, desk.team.practitioner.user.name),
        (885, desk.team.lead.user.name),
        (900, desk.team.lead.user.name),
        (915, desk.team.practitioner.user.name),
    ]


def test_the_slot_of_a_visit(desk: Desk) -> None:
    visit = a_session(desk, 1, 0)
    assert session_slot(visit) == Slot(TODAY, desk.team.practitioner.user.resource_id, 600, None, None)


def test_times_take_as_many_queries_on_a_full_day(desk: Desk, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(4):  # type: ignore[operator]
        free_times(desk.team.clinic, "consultation", TODAY, at=AT_TEN)
    for number in range(1, 5):
        a_session(desk, number, number)
    with django_assert_num_queries(4):  # type: ignore[operator]
        free_times(desk.team.clinic, "consultation", TODAY, at=AT_TEN)
