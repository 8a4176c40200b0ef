import datetime

import pytest

from clinic.models import Closure, Leave
from plans.models import Series, Visit
from plans.queries.proposals import search
from plans.queries.single import session_slot
from plans.queries.standing import standing
from plans.queries.why import Verdict, why_in_plan, why_session, why_visit
from plans.rules.wishes import Wishes
from tests.factories.booking import DAYS, MONDAY, Desk, a_desk, booked_on
from tests.factories.plans import VisitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return booked_on(desk, *DAYS)


def of_session(desk: Desk, day: datetime.date, number: int = 2) -> Verdict:
    visit = Visit.objects.select_related("practitioner__user").get(session_number=number)
    stand = standing(desk.fresh())
    return why_session(stand, number, day, near=session_slot(visit), at=MONDAY, without=[visit.pk])


@pytest.mark.parametrize(
    ("days", "code", "bound"),
    [
        (-40, "past", datetime.date(2026, 2, 2)),
        (-8, "too early", DAYS[0] + datetime.timedelta(days=28)),
        (4, "closed", None),
        (0, "ok", None),
        (13, "ok", None),  # late, which the desk may book with a reason
        (150, "lapsed", DAYS[0] + datetime.timedelta(days=42)),
    ],
)
def test_a_day_is_judged_by_the_session_before_and_the_calendar(
    desk: Desk, days: int, code: str, bound: datetime.date | None
) -> None:
    found = of_session(desk, DAYS[1] + datetime.timedelta(days=days))
    assert (found.code, found.bound, found.number, found.before) == (code, bound, 2, 1)
    assert found.days == 35 + days
    assert bool(found.times) == (code == "ok")


def test_the_times_of_a_possible_day_are_those_nearest_to_the_old_one(desk: Desk) -> None:
    found = of_session(desk, DAYS[1] + datetime.timedelta(days=1))
    assert len(found.times) == 6
    assert {one.slot.start for one in found.times} == {585, 600, 615}
    assert {one.gap.days for one in found.times if one.gap} == {36}


def test_a_hold_an_event_a_closure_and_leave_rule_days_out(desk: Desk) -> None:
    day = DAYS[1] + datetime.timedelta(days=1)
    Leave.objects.create(membership=desk.team.practitioner, first=day, last=day)
    Leave.objects.create(membership=desk.team.lead, first=day, last=day)
    assert of_session(desk, day).code == "practitioner away"
    Closure.objects.create(clinic=desk.team.clinic, first=day, last=day)
    assert of_session(desk, day).code == "closed"
    Series.objects.update(event_on=day, keep_clear_days=7)
    assert (of_session(desk, day).code, of_session(desk, day).bound) == ("event", day)
    Series.objects.update(earliest_on=day + datetime.timedelta(days=1))
    assert (of_session(desk, day).code, of_session(desk, day).bound) == (
        "held",
        day + datetime.timedelta(days=1),
    )


def test_in_a_plan_a_day_is_judged_by_the_wishes_too() -> None:
    desk = a_desk("harbour")
    wishes = Wishes(weekdays=frozenset({1, 2}), first_from=DAYS[0], finish=DAYS[3])
    made = search(standing(desk.series), wishes, at=MONDAY)
    plan = made.choices[0].plan
    first = plan[0].slot.day
    codes = {
        days: why_in_plan(made, plan, 2, first + datetime.timedelta(days=days), at=MONDAY).code
        for days in (27, 28, 34, 35, 43)
    }
    assert codes == {27: "too early", 28: "ok", 34: "weekday", 35: "ok", 43: "late"}
    assert why_in_plan(made, plan, 1, DAYS[0] - datetime.timedelta(days=1), at=MONDAY).code == "first"
    assert why_in_plan(made, plan, 1, DAYS[0] + datetime.timedelta(days=40), at=MONDAY).code == "later"
    last = why_in_plan(made, plan, 4, plan[2].slot.day + datetime.timedelta(days=42), at=MONDAY)
    assert (last.code, last.bound) == ("finish", DAYS[3])


def test_a_single_visit_is_judged_by_the_calendar_alone(desk: Desk) -> None:
    visit = VisitFactory.create(
        patient=desk.patient,
        practitioner=desk.team.practitioner,
        kind="consultation",
        day=DAYS[0],
        start_minute=900,
    )
    assert why_visit(visit, datetime.date(2026, 2, 1), at=MONDAY).code == "past"
    assert why_visit(visit, datetime.date(2026, 2, 7), at=MONDAY).code == "closed"
    found = why_visit(visit, DAYS[0], at=MONDAY)
    assert (found.code, found.days) == ("ok", None)
    assert 900 in {one.slot.start for one in found.times}
