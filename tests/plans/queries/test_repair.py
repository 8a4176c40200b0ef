import datetime
import itertools

import pytest

from plans.actions import booking
from plans.models import Visit
from plans.queries.repair import Repair, lines_of, missed_slots, refill, repair
from plans.queries.single import session_slot
from plans.queries.standing import Standing, standing
from plans.rules.scheduling.model import Slot
from plans.rules.wishes import Wishes
from tests.factories.booking import DAYS, MONDAY, Desk, booked_on, offer_on, slot

pytestmark = pytest.mark.django_db
ON_36 = MONDAY + datetime.timedelta(days=37)  # the day after session 2 was to be


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return booked_on(desk, *DAYS)


def stand(desk: Desk) -> Standing:
    return standing(type(desk.series).objects.get(pk=desk.series.pk))


def miss(number: int, state: str = "no_show") -> None:
    visit = Visit.objects.get(session_number=number)
    visit.occupancies.all().delete()
    Visit.objects.filter(pk=visit.pk).update(state=state)
    Visit.objects.filter(session_number__lt=number).update(state="done")


def moved(desk: Desk, days: int, number: int = 2) -> Slot:
    return slot(desk, DAYS[number - 1] + datetime.timedelta(days=days))


def told(found: Repair | None) -> list[tuple[int, str, datetime.date]]:
    assert found is not None
    return [(change.number, change.kind, change.after.day) for change in found.changes]


def test_a_move_inside_every_window_moves_nothing_else(desk: Desk) -> None:
    found = repair(stand(desk), at=MONDAY, pins={2: moved(desk, 1)})
    assert told(found) == [
        (1, "kept", DAYS[0]),
        (2, "day", DAYS[1] + datetime.timedelta(days=1)),
        (3, "kept", DAYS[2]),
        (4, "kept", DAYS[3]),
    ]
    assert found is not None
    assert ([one.number for one in found.plan], found.moved, found.new, found.outside) == ([2], 1, 0, ())


def test_a_move_that_is_too_late_for_the_next_takes_it_along(desk: Desk) -> None:
    found = repair(stand(desk), at=MONDAY, pins={2: moved(desk, 13)})
    assert found is not None
    assert [change.number for change in found.changes if change.kind != "kept"] == [2, 3]
    assert found.changes[1].after.gap.days == 48
    assert [change.number for change in found.outside] == [2]
    assert 28 <= (found.changes[2].after.gap.days or 0) <= 42


def test_a_pin_that_leaves_no_place_is_none(desk: Desk) -> None:
    assert repair(stand(desk), at=MONDAY, pins={2: moved(desk, -20)}) is None
    weekend = moved(desk, 4)
    assert weekend.day.weekday() == 5
    assert repair(stand(desk), at=MONDAY, pins={2: weekend}) is None


def test_what_is_under_way_or_past_never_moves(desk: Desk) -> None:
    at = MONDAY + datetime.timedelta(days=36, hours=2, minutes=30)  # session 2 began half an hour ago
    found = repair(stand(desk), at=at, pins={3: moved(desk, 1, 3)})
    assert [one[0] for one in told(found)] == [3, 4]


def test_a_gap_that_was_signed_for_is_left_alone(desk: Desk) -> None:
    late = Visit.objects.get(session_number=3)
    offer = offer_on(
        desk, DAYS[2] + datetime.timedelta(days=10), DAYS[3] + datetime.timedelta(days=10), first=3
    )
    booking.confirm(desk.actor, desk.series, offer, at=MONDAY, reason="abroad until the end of April")
    assert Visit.objects.get(pk=late.pk).override_reason
    found = repair(stand(desk), at=MONDAY, pins={4: moved(desk, 9, 4)})
    assert [(number, kind) for number, kind, _ in told(found)] == [
        (1, "kept"), (2, "kept"), (3, "kept"), (4, "day"),
    ]  # fmt: skip


def test_a_missed_session_is_placed_anew_near_where_it_was(desk: Desk) -> None:
    miss(2)
    found = refill(stand(desk), at=ON_36, wishes=Wishes())
    assert told(found) == [
        (2, "new", DAYS[1] + datetime.timedelta(days=1)),
        (3, "kept", DAYS[2]),
        (4, "kept", DAYS[3]),
    ]
    assert found is not None
    assert (found.new, found.moved, found.changes[0].before, found.complete) == (1, 0, None, True)


def test_a_missed_session_may_be_pinned(desk: Desk) -> None:
    miss(2)
    found = refill(stand(desk), at=ON_36, wishes=Wishes(), pins={2: moved(desk, 6)})
    assert told(found)[0] == (2, "new", DAYS[1] + datetime.timedelta(days=6))


def test_a_missed_session_whose_window_is_past_is_placed_late(desk: Desk) -> None:
    miss(2)
    found = refill(stand(desk), at=MONDAY + datetime.timedelta(days=45), wishes=Wishes())
    assert found is not None
    assert (found.changes[0].after.gap.state, [change.number for change in found.outside]) == ("late", [2])
    days = [change.after.day for change in found.changes]
    assert all(28 <= (b - a).days <= 42 for a, b in itertools.pairwise(days))


def test_the_end_is_booked_together_with_what_is_missing(desk: Desk) -> None:
    miss(2)
    Visit.objects.get(session_number=4).delete()
    found = refill(stand(desk), at=ON_36, wishes=Wishes())
    assert found is not None
    assert [(number, kind) for number, kind, _ in told(found)] == [(2, "new"), (3, "kept"), (4, "new")]
    assert [one.number for one in found.plan] == [2, 4]
    assert 28 <= (found.plan[1].slot.day - DAYS[2]).days <= 42


def test_where_the_end_finds_no_place_the_rest_is_given(desk: Desk) -> None:
    miss(2)
    Visit.objects.get(session_number=4).delete()
    found = refill(stand(desk), at=ON_36, wishes=Wishes(weekdays=frozenset({6})))
    assert found is not None
    assert ([one.number for one in found.plan], found.complete) == ([2], False)


@pytest.mark.parametrize("state", ["no_show", "cancelled"])
def test_where_a_missing_session_was(desk: Desk, state: str) -> None:
    old = session_slot(Visit.objects.select_related("practitioner__user").get(session_number=2))
    miss(2, state)
    assert missed_slots(stand(desk)) == {2: old}


def test_sessions_that_never_had_a_date_are_thought_of_at_the_best_gap(desk: Desk) -> None:
    after = session_slot(Visit.objects.select_related("practitioner__user").get(session_number=3))
    Visit.objects.filter(session_number__in=(1, 2)).delete()
    found = missed_slots(stand(desk))
    assert {number: one.day for number, one in found.items()} == {1: DAYS[0], 2: DAYS[1]}
    assert {one.practitioner for one in found.values()} == {after.practitioner}


def test_before_and_after_are_two_lines_of_dots(desk: Desk) -> None:
    found = repair(stand(desk), at=MONDAY, pins={2: moved(desk, 13)})
    assert found is not None
    now, then = lines_of(stand(desk), found.changes, ("Now", "After"))
    assert (now["label"], then["label"]) == ("Now", "After")
    assert [(dot["number"], dot["state"]) for dot in now["dots"]] == [
        (1, "open"),
        (2, "was"),
        (3, "was"),
        (4, "open"),
    ]
    assert [(dot["number"], dot["state"]) for dot in then["dots"]] == [
        (1, "open"), (2, "outside"), (3, "open"), (4, "open"),
    ]  # fmt: skip


def test_somebody_who_no_longer_treats_does_not_break_a_repair(desk: Desk) -> None:
    desk.team.practitioner.is_practitioner = False
    desk.team.practitioner.save()
    lead = Slot(DAYS[1], desk.team.lead.user.resource_id, 600)
    found = repair(stand(desk), at=MONDAY, pins={2: lead})
    assert found is not None
    assert {change.after.practitioner for change in found.changes} == {desk.team.lead}
