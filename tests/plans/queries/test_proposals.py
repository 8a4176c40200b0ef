import datetime
from itertools import pairwise

import pytest

from clinic.models import Closure
from plans.actions import booking
from plans.models import Series
from plans.queries.proposals import Cast, Search, alternatives, changed, nearest_plan, rows_of, search
from plans.queries.standing import standing
from plans.rules.plan import Session, numbered
from plans.rules.scheduling.model import Slot
from plans.rules.wishes import Wishes
from tests.factories.booking import MONDAY, Desk, a_desk, another_series
from tests.factories.plans import VisitFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)


def made(desk: Desk, **wishes: object) -> Search:
    return search(standing(desk.series), Wishes(**wishes), at=MONDAY)  # type: ignore[arg-type]


def gaps(plan: tuple[Session, ...]) -> list[int]:
    return [(b.slot.day - a.slot.day).days for a, b in pairwise(plan)]


def test_five_options_are_proposed_best_first(desk: Desk) -> None:
    found = made(desk)
    assert found.refusal is None
    assert len(found.choices) == 5
    assert [choice.cost for choice in found.choices] == sorted(choice.cost for choice in found.choices)
    best = found.choices[0]
    assert [row.number for row in best.rows] == [1, 2, 3, 4]
    assert gaps(best.plan) == [35, 35, 35]
    assert best.rows[0].gap.state == "first"
    assert best.rows[1].window == (
        best.rows[0].day + datetime.timedelta(28),
        best.rows[0].day + datetime.timedelta(42),
    )
    assert (best.rows[1].before, best.rows[1].gap_days, best.rows[1].state) == (1, 35, "proposed")
    assert best.name is not None
    assert (best.name.is_best, best.name.title) == (True, "same_time")


def test_a_search_is_four_queries(desk: Desk, django_assert_num_queries: object) -> None:
    rows = Series.objects.select_related("patient", "clinic", "protocol_version", "practitioner__user")
    stand = standing(rows.get())
    with django_assert_num_queries(4):  # type: ignore[operator]
        search(stand, Wishes(), at=MONDAY)


def test_only_what_is_left_is_proposed(desk: Desk) -> None:
    VisitFactory.create(series=desk.series, session_number=1, day=datetime.date(2026, 1, 20), state="done")
    best = made(desk).choices[0]
    assert [row.number for row in best.rows] == [2, 3, 4]
    assert best.rows[0].gap_days == 35


def test_wishes_that_nothing_meets_say_what_would_help(desk: Desk) -> None:
    found = made(desk, weekdays=frozenset({5, 6}))
    assert found.choices == ()
    assert found.refusal is not None
    assert found.refusal.blockers == {"closed": 8, "weekday": 21}
    assert [one.relax for one in found.refusal.relaxations] == ["weekdays"]


def test_a_way_out_never_leads_to_days_that_were_not_read(desk: Desk) -> None:
    for number, weeks in ((1, 10), (2, 5), (3, 0)):
        day = datetime.date(2026, 1, 20) - datetime.timedelta(weeks=weeks)
        VisitFactory.create(series=desk.series, session_number=number, day=day, state="done")
    window, after_it = datetime.date(2026, 3, 3), datetime.date(2026, 3, 11)
    Closure.objects.create(clinic=desk.team.clinic, first=TODAY, last=window)
    Closure.objects.create(clinic=desk.team.clinic, first=window + datetime.timedelta(days=1), last=after_it)
    found = made(desk)
    assert found.refusal is not None
    (way,) = found.refusal.relaxations
    assert (way.relax, way.days) == ("max_gap", 9)
    assert way.option.slots[0].day == after_it + datetime.timedelta(days=1)


def test_other_times_for_a_session_keep_its_window(desk: Desk) -> None:
    found = made(desk)
    plan = found.choices[0].plan
    others = alternatives(found, plan, 3)
    assert 0 < len(others) <= 5
    for other in others:
        assert [session.number for session in other.plan] == [1, 2, 3]
        assert other.plan[:2] == plan[:2]
        assert 28 <= (other.plan[2].slot.day - plan[1].slot.day).days <= 42
    assert len({other.plan[2].slot.day for other in others}) > 1


def test_one_date_changed_leaves_the_rest_where_its_window_holds(desk: Desk) -> None:
    found = made(desk)
    plan = found.choices[0].plan
    near = Session(2, Slot(plan[1].slot.day + datetime.timedelta(days=1), *_rest(plan[1].slot)))
    kept = changed(found, plan, near)
    assert kept is not None
    assert (kept.plan[0], kept.plan[1], kept.plan[2:]) == (plan[0], near, plan[2:])
    far = Session(2, Slot(plan[0].slot.day + datetime.timedelta(days=28), *_rest(plan[1].slot)))
    followed = changed(found, plan, far)
    assert followed is not None
    assert all(28 <= gap <= 42 for gap in gaps(followed.plan))


def _rest(slot: Slot) -> tuple[object, int, object, object]:
    return slot.practitioner, slot.start, slot.room, slot.device


def test_a_change_that_leaves_no_place_after_it_is_none(desk: Desk) -> None:
    found = made(desk, finish=TODAY + datetime.timedelta(days=110))
    plan = found.choices[0].plan
    late = Session(2, Slot(plan[0].slot.day + datetime.timedelta(days=60), *_rest(plan[1].slot)))
    assert changed(found, plan, late) is None


def test_a_plan_that_lost_one_time_keeps_the_others_and_has_the_nearest_for_it(desk: Desk) -> None:
    plan = search(standing(desk.series), Wishes(), at=MONDAY).choices[0].plan
    other = another_series(desk)
    booking.confirm(desk.actor, other, booking.offer(other, numbered([1], [plan[2].slot])), at=MONDAY)
    found = nearest_plan(search(standing(desk.series), Wishes(), at=MONDAY), plan)
    assert found is not None
    assert found.plan[:2] + found.plan[3:] == plan[:2] + plan[3:]
    lost, near = plan[2].slot, found.plan[2].slot
    assert (near.day, near.start - lost.start) == (lost.day, 75)
    free = search(standing(desk.series), Wishes(), at=MONDAY)
    assert nearest_plan(free, plan[:3]) is None


def test_somebody_who_no_longer_treats_keeps_their_name(desk: Desk) -> None:
    nurse = desk.team.practitioner
    nurse.is_practitioner, nurse.is_active = False, False
    nurse.save()
    cast = Cast(desk.team.clinic)
    slot = Slot(TODAY, nurse.user.resource_id, 600)
    (row,) = rows_of(standing(desk.series), [Session(1, slot)], cast)
    assert (row.practitioner, row.place) == (nurse, "")


def test_a_search_takes_as_many_queries_for_two_sessions_as_for_six(
    django_assert_max_num_queries: object,
) -> None:
    counted = []
    for slug, sessions in (("a", 2), ("b", 6)):
        stand = standing(a_desk(slug, sessions=sessions).series)
        search(stand, Wishes(), at=MONDAY)
        with django_assert_max_num_queries(12) as found:  # type: ignore[operator]
            search(stand, Wishes(), at=MONDAY)
        counted.append(len(found))
    assert counted[0] == counted[1]
