import datetime
import itertools
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from plans.actions import booking, course, series
from plans.actions.holding import SlotTaken
from plans.models import Occupancy, Series, SeriesChange, Visit
from plans.queries.course import closed_up, may_go, removable
from plans.queries.standing import standing
from plans.rules.plan import Session
from tests.factories.booking import DAYS, MONDAY, Desk, a_desk, another_series, booked_on, offer_on, slot
from tests.factories.disruptions import drafted, leave

pytestmark = pytest.mark.django_db
SOON = MONDAY + datetime.timedelta(minutes=2)
LATER = MONDAY + datetime.timedelta(minutes=4)
REASON = "the goal is nearly met, one fewer will do"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return booked_on(desk, *DAYS)


def fresh() -> Series:
    return Series.objects.get()


def held() -> dict[int | None, datetime.date]:
    rows = Visit.objects.exclude(state__in=("cancelled", "no_show"))
    return dict(rows.order_by("session_number").values_list("session_number", "day"))


def skipped(desk: Desk, number: int, *, keep: bool = False, **given: Any) -> SeriesChange:
    stand = standing(fresh())
    found = None if keep else closed_up(stand, number, at=MONDAY)
    token = course.offer(stand.series, number, found.plan if found else ())
    given = {"reason": REASON, "at": SOON, **given}
    return course.skip(given.pop("actor", desk.practitioner), fresh(), number, token, **given)


def everything() -> tuple[object, ...]:
    """Return whatever an undo has to bring back."""
    return (
        fresh().sessions,
        fresh().state,
        sorted(Visit.objects.values_list("session_number", "state", "day", "override_reason")),
        sorted(Occupancy.objects.values_list("resource_id", "starts_at", "ends_at", "visit_id")),
    )


class TestAdd:
    def test_one_more_session_is_to_book(self, desk: Desk) -> None:
        change = course.add(desk.practitioner, fresh(), reason=REASON, key=uuid.uuid4(), at=LATER)
        assert (change.verb, change.reason, fresh().sessions) == ("add_session", REASON, 5)
        assert standing(fresh()).to_book == [5]
        entry = AuditEntry.objects.get(verb="add_session")
        assert (entry.fields, entry.reason) == (["sessions"], REASON)

    def test_the_same_form_twice_adds_one(self, desk: Desk) -> None:
        key = uuid.uuid4()
        for _ in range(2):
            course.add(desk.practitioner, fresh(), reason=REASON, key=key, at=LATER)
        assert fresh().sessions == 5

    def test_the_key_of_another_change_is_refused(self, desk: Desk) -> None:
        with pytest.raises(Refused) as refused:
            course.add(desk.practitioner, fresh(), reason=REASON, key=SeriesChange.objects.get().pk, at=LATER)
        assert (refused.value.code, fresh().sessions) == ("key_used", 4)

    def test_nobody_signs_more_than_the_protocol_bounds(self, desk: Desk) -> None:
        Series.objects.update(sessions=10)
        with pytest.raises(Refused) as refused:
            course.add(desk.practitioner, fresh(), reason=REASON, key=uuid.uuid4(), at=LATER)
        assert (refused.value.code, fresh().sessions) == ("most_sessions", 10)

    def test_it_is_undone_within_three_minutes(self, desk: Desk) -> None:
        before = everything()
        change = course.add(desk.practitioner, fresh(), reason=REASON, key=uuid.uuid4(), at=MONDAY)
        series.undo(desk.practitioner, change, at=SOON)
        assert everything() == before


class TestRemove:
    def test_the_last_session_goes_and_its_time_is_free(self, desk: Desk) -> None:
        course.remove(desk.practitioner, fresh(), reason=REASON, key=uuid.uuid4(), at=LATER)
        assert (fresh().sessions, held()) == (3, dict(zip((1, 2, 3), DAYS, strict=False)))
        assert Occupancy.objects.count() == 12
        assert "A visit is cancelled" in Message.objects.exclude(state="void").values_list("title", flat=True)

    def test_what_is_done_is_never_taken_away(self, desk: Desk) -> None:
        Visit.objects.update(state="done")
        with pytest.raises(Refused) as refused:
            course.remove(desk.practitioner, fresh(), reason=REASON, key=uuid.uuid4(), at=LATER)
        assert (refused.value.code, fresh().sessions) == ("done", 4)

    def test_the_only_session_stays(self) -> None:
        desk = a_desk(sessions=1)
        assert removable(standing(fresh())) is None
        with pytest.raises(Refused):
            course.remove(desk.practitioner, fresh(), reason=REASON, key=uuid.uuid4(), at=LATER)

    def test_a_series_of_which_all_that_is_left_is_done_is_complete(self, desk: Desk) -> None:
        Visit.objects.filter(session_number__lt=4).update(state="done")
        Series.objects.update(state="active")
        course.remove(desk.practitioner, fresh(), reason=REASON, key=uuid.uuid4(), at=LATER)
        assert fresh().state == "completed"

    def test_it_is_undone_with_its_time(self, desk: Desk) -> None:
        before = everything()
        change = course.remove(desk.practitioner, fresh(), reason=REASON, key=uuid.uuid4(), at=MONDAY)
        series.undo(desk.practitioner, change, at=SOON)
        assert everything() == before
        assert not Message.objects.filter(kind="plans/cancelled").exclude(state="void").exists()


class TestSkip:
    def test_the_later_sessions_close_up_inside_their_windows(self, desk: Desk) -> None:
        change = skipped(desk, 2)
        days = list(held().values())
        assert list(held()) == [1, 2, 3]
        assert days[1] == DAYS[1]  # its own time is free for the one that takes its place
        assert all(28 <= (b - a).days <= 42 for a, b in itertools.pairwise(days))
        assert days[0] == DAYS[0]
        assert change.cost > 0
        assert Occupancy.objects.count() == 12
        titles = set(Message.objects.exclude(state="void").values_list("kind", flat=True))
        assert titles >= {"plans/cancelled", "plans/moved"}

    def test_the_first_session_is_skipped_and_nothing_else_moves(self, desk: Desk) -> None:
        assert closed_up(standing(fresh()), 1, at=MONDAY) is None
        skipped(desk, 1)
        assert held() == dict(zip((1, 2, 3), DAYS[1:], strict=False))

    def test_dates_are_kept_by_signed_reason(self, desk: Desk) -> None:
        skipped(desk, 2, keep=True)
        assert held() == {1: DAYS[0], 2: DAYS[2], 3: DAYS[3]}
        assert Visit.objects.get(session_number=2, state="booked").override_reason == REASON
        assert Visit.objects.get(session_number=3).override_reason == ""

    def test_a_gap_that_needs_a_new_consultation_is_refused(self, desk: Desk) -> None:
        Visit.objects.filter(session_number=3).update(day=DAYS[3] + datetime.timedelta(days=1))
        with pytest.raises(Refused) as refused:
            skipped(desk, 2, keep=True)
        assert refused.value.code == "lapsed"
        assert len(held()) == 4

    def test_a_missed_session_is_skipped_too(self, desk: Desk) -> None:
        Visit.objects.filter(session_number=1).update(state="done")
        visit = Visit.objects.get(session_number=2)
        visit.state = "no_show"
        visit.save()
        visit.occupancies.all().delete()
        before = everything()
        change = skipped(desk, 2, keep=True, at=MONDAY)
        assert held() == {1: DAYS[0], 2: DAYS[2], 3: DAYS[3]}
        Series.objects.update(state="active")
        series.undo(desk.practitioner, change, at=SOON)
        assert everything()[0] == before[0]
        assert everything()[2:] == before[2:]

    @pytest.mark.parametrize("keep", [False, True])
    def test_everything_stands_again_after_an_undo(self, desk: Desk, keep: bool) -> None:
        Visit.objects.filter(session_number=3).update(state="confirmed")
        before = everything()
        change = skipped(desk, 2, keep=keep, at=MONDAY)
        assert everything() != before
        series.undo(desk.practitioner, change, at=SOON)
        assert everything() == before
        assert not Message.objects.filter(kind="plans/cancelled").exclude(state="void").exists()

    def test_the_same_offer_twice_skips_once(self, desk: Desk) -> None:
        token = course.offer(fresh(), 4, ())
        for _ in range(2):
            course.skip(desk.practitioner, fresh(), 4, token, reason=REASON, at=LATER)
        assert fresh().sessions == 3

    def test_a_stale_or_foreign_offer_is_refused(self, desk: Desk) -> None:
        stale = course.offer(fresh(), 3, ())
        skipped(desk, 4)
        mine, other = fresh(), a_desk("harbour")
        for token, code in (
            (stale, "offer_stale"),
            (course.offer(other.series, 3, ()), "offer_of_another"),
            (course.offer(mine, 2, ()), "offer_forged"),
            (booking.offer(mine, ()), "offer_forged"),
        ):
            with pytest.raises(Refused) as refused:
                course.skip(
                    desk.practitioner,
                    desk.fresh(),
                    3,
                    token,
                    reason=REASON,
                    at=LATER,
                )
            assert refused.value.code == code

    def test_what_was_shown_for_leaving_out_books_nothing(self, desk: Desk) -> None:
        for plan in ((), [Session(2, slot(desk, DAYS[1] + datetime.timedelta(days=1)))]):
            with pytest.raises(Refused) as refused:
                booking.confirm(desk.actor, fresh(), course.offer(fresh(), 2, plan), at=SOON)
            assert refused.value.code == "offer_forged"
        assert (SeriesChange.objects.count(), held()) == (1, dict(zip((1, 2, 3, 4), DAYS, strict=True)))

    def test_what_was_taken_away_since_is_not_taken_back(self, desk: Desk) -> None:
        change = skipped(desk, 2, keep=True, at=MONDAY)
        drafted(desk, leave(desk, DAYS[1]))
        with pytest.raises(Refused) as refused:
            series.undo(desk.practitioner, change, at=SOON)
        assert (refused.value.code, fresh().sessions) == ("taken_away", 3)

    @pytest.mark.parametrize("number", [0, 1, 5, -1])
    def test_a_session_that_is_done_or_none_is_not_skipped(self, desk: Desk, number: int) -> None:
        Visit.objects.filter(session_number=1).update(state="done")
        assert not may_go(standing(fresh()), number)
        with pytest.raises(Refused) as refused:
            skipped(desk, number, keep=True)
        assert (refused.value.code, fresh().sessions) == ("done", 4)

    def test_a_time_that_somebody_took_changes_nothing(self, desk: Desk) -> None:
        mine = desk.fresh()
        wanted = slot(desk, DAYS[1] + datetime.timedelta(days=1), 840)
        token = course.offer(mine, 2, [Session(2, wanted)])
        other = another_series(desk)
        booking.confirm(desk.actor, other, booking.offer(other, [Session(1, wanted)]), at=MONDAY)
        with pytest.raises(SlotTaken):
            course.skip(desk.practitioner, mine, 2, token, reason=REASON, at=LATER)
        mine.refresh_from_db()
        assert mine.sessions == 4
        assert mine.visits.filter(state="booked").count() == 4


def test_only_a_practitioner_of_the_clinic_decides(desk: Desk) -> None:
    other = a_desk("harbour")
    for actor in (desk.actor, other.practitioner, desk.admin):
        mine = desk.fresh()
        decisions: list[Callable[[], object]] = [
            partial(course.add, actor, mine, reason=REASON, key=uuid.uuid4(), at=LATER),
            partial(course.remove, actor, mine, reason=REASON, key=uuid.uuid4(), at=LATER),
            partial(course.skip, actor, mine, 4, course.offer(mine, 4, ()), reason=REASON, at=LATER),
        ]
        for decide in decisions:
            with pytest.raises(Refused) as refused:
                decide()
            assert refused.value.code == "not_allowed"
    change = course.remove(desk.practitioner, mine, reason=REASON, key=uuid.uuid4(), at=LATER)
    with pytest.raises(Refused):
        series.undo(desk.actor, change, at=LATER)


@pytest.mark.parametrize("state", ["paused", "stopped", "completed"])
def test_a_series_that_is_not_under_way_keeps_its_sessions(desk: Desk, state: str) -> None:
    Series.objects.update(state=state)
    with pytest.raises(Refused) as refused:
        course.add(desk.practitioner, fresh(), reason=REASON, key=uuid.uuid4(), at=LATER)
    assert refused.value.code == "not_open"
    with pytest.raises(Refused):
        skipped(desk, 4, keep=True)


@pytest.mark.parametrize("reason", ["", " ", "too short"])
def test_a_short_reason_signs_nothing(desk: Desk, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        skipped(desk, 4, reason=reason)
    assert (refused.value.code, refused.value.field) == ("reason_short", "reason")
    with pytest.raises(Refused):
        course.add(desk.practitioner, fresh(), reason=reason, key=uuid.uuid4(), at=LATER)
    assert fresh().sessions == 4


def test_a_plan_that_breaks_a_window_is_refused_whole(desk: Desk) -> None:
    stand = standing(fresh())
    day = DAYS[0] + datetime.timedelta(days=20)
    slot = Session(2, booking.read_offer(offer_on(desk, day, first=2)).plan[0].slot)
    with pytest.raises(Refused) as refused:
        course.skip(
            desk.practitioner, fresh(), 2, course.offer(stand.series, 2, [slot]), reason=REASON, at=LATER
        )
    assert refused.value.code == "too_early"
    assert (fresh().sessions, held()) == (4, dict(zip((1, 2, 3, 4), DAYS, strict=True)))
