import pytest

from clinic.models import OpeningHours, SpecialOpening
from clinic.rules.hours import shift_spans
from plans.actions import disruptions, hours
from plans.queries.hours import hours_between
from plans.queries.replaced import new_hours, regular_spans
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.disruptions import DAY, NEXT, TODAY, booked_series

pytestmark = pytest.mark.django_db
LONG, SHORT = ((540, 1020),), ((540, 600),)
SHORTER = dict.fromkeys(range(5), SHORT)


@pytest.fixture
def desk() -> Desk:
    booked = a_desk()
    booked_series(booked, "Ana", NEXT)
    return booked


def test_a_draft_is_compared_with_the_hours_at_present(desk: Desk) -> None:
    made = hours.change_opening(desk.admin, desk.team.clinic, SHORTER, at=MONDAY)
    assert new_hours(made).taken(NEXT, is_patient=True) == ((600, 1020),)
    OpeningHours.objects.filter(weekday=0).update(end_minute=720)
    assert new_hours(made).taken(NEXT, is_patient=True) == ((600, 720),)
    assert new_hours(made).setup == desk.team.clinic.setup_minutes


def test_what_is_in_effect_is_compared_with_what_it_replaced(desk: Desk) -> None:
    who = desk.admin
    made = hours.change_opening(who, desk.team.clinic, SHORTER, at=MONDAY)
    disruptions.accept(who, made, {row.pk: "keep" for row in made.decisions.all()}, at=MONDAY)
    made.refresh_from_db()
    assert new_hours(made).taken(NEXT, is_patient=True) == ((600, 1020),)
    OpeningHours.objects.filter(weekday=0).update(end_minute=900)
    assert new_hours(made).taken(NEXT, is_patient=True) == ((900, 1020),)


def test_days_of_their_own_are_left_out(desk: Desk) -> None:
    SpecialOpening.objects.create(clinic=desk.team.clinic, day=NEXT, start_minute=540, end_minute=1020)
    made = hours.change_opening(desk.admin, desk.team.clinic, SHORTER, at=MONDAY)
    assert new_hours(made).special == {NEXT}
    present = hours_between(desk.team.clinic, TODAY, NEXT)
    one_day = hours.change_day(desk.admin, desk.team.clinic, NEXT, SHORT, at=MONDAY)
    assert (regular_spans(one_day, present), new_hours(one_day, present).taken(NEXT, is_patient=True)) == (
        SHORT,
        ((600, 1020),),
    )


def test_new_shifts_stand_between_earlier_and_later_ones(desk: Desk) -> None:
    who, me = desk.admin, desk.team.practitioner
    hours.change_shifts(who, me, NEXT + 7 * DAY, {0: LONG}, at=MONDAY)
    made = hours.change_shifts(who, me, NEXT, {1: LONG}, at=MONDAY)
    after = new_hours(made).new
    assert [shift_spans(after, day) for day in (TODAY, NEXT, NEXT + 7 * DAY)] == [LONG, (), LONG]
    assert new_hours(made).resource == me.user.resource_id
