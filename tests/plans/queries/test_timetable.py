import pytest

from clinic.models import Shift, SpecialOpening
from clinic.rules import hours
from plans.actions import hours as actions
from plans.queries.timetable import opening_week, special_days, waiting_changes, wanted_pattern, workers
from tests.factories.booking import MONDAY, Desk
from tests.factories.clinic import MembershipFactory
from tests.factories.disruptions import DAY, NEXT, TODAY, booked_series
from tests.people import a_team

pytestmark = pytest.mark.django_db
LONG = ((540, 1020),)


def test_the_week_of_a_clinic_has_every_span(desk: Desk) -> None:
    desk.team.clinic.opening_hours.create(weekday=0, start_minute=1080, end_minute=1200)
    week = opening_week(desk.team.clinic)
    assert (week[0], week[4], 6 in week) == (((540, 1020), (1080, 1200)), LONG, False)


def test_days_of_their_own_are_listed_until_they_are_over(desk: Desk) -> None:
    for day, start in ((NEXT, 800), (NEXT, 600), (TODAY - DAY, 600), (TODAY, 600)):
        SpecialOpening.objects.create(
            clinic=desk.team.clinic, day=day, start_minute=start, end_minute=start + 60
        )
    SpecialOpening.objects.create(clinic=a_team("harbour").clinic, day=NEXT, start_minute=600, end_minute=700)
    found = special_days(desk.team.clinic, at=MONDAY)
    assert [(one.day, one.spans) for one in found] == [
        (TODAY, ((600, 660),)),
        (NEXT, ((600, 660), (800, 860))),
    ]


def test_each_practitioner_has_the_pattern_of_today_and_the_later_ones(desk: Desk) -> None:
    me, lead = desk.team.practitioner, desk.team.lead
    MembershipFactory.create(clinic=desk.team.clinic, is_practitioner=True, is_active=False)
    Shift.objects.filter(membership=lead).delete()
    Shift.objects.create(membership=me, since=NEXT, weekday=2, turn=1, start_minute=600, end_minute=700)
    first, second = workers(desk.team.clinic, at=MONDAY)
    assert (first.member, second.member, second.now, second.later) == (me, lead, None, ())
    assert first.now is not None
    assert [str(name) for name, _weeks in first.now.rows] == [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
    ]  # fmt: skip
    (later,) = first.later
    assert later.since == NEXT
    assert [(str(name), weeks) for name, weeks in later.rows] == [("Wednesday", ((), ((600, 700),)))]


def test_changes_that_wait_are_shown_to_who_may_decide(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    admin = desk.admin
    made = actions.change_opening(admin, desk.team.clinic, {1: LONG}, at=MONDAY)
    assert waiting_changes(admin, desk.team.clinic, "opening") == [made]
    assert waiting_changes(admin, desk.team.clinic, "special", "shifts") == []
    for other in (desk.actor, a_team("harbour").admin.actor):
        assert waiting_changes(other, desk.team.clinic, "opening") == []
    pattern = wanted_pattern(made)
    assert pattern is not None
    assert pattern.shift == hours.Shift({day: LONG if day == 1 else () for day in range(7)})
