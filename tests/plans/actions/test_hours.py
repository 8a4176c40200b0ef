import datetime
from collections.abc import Callable, Mapping
from uuid import uuid4

import pytest

from clinic.actions import people, site
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, OpeningHours, Shift, SpecialOpening
from plans.actions import disruptions, hours
from plans.actions.disruptions import Settled
from plans.models import Absence
from plans.queries.disruptions import absences, to_call
from plans.queries.hours import hours_between
from tests.factories.booking import MONDAY, TEN, Desk
from tests.factories.disruptions import DAY, NEXT, TODAY, booked_consultation, booked_series, everybody, when
from tests.people import a_team

pytestmark = pytest.mark.django_db
LATER = MONDAY + datetime.timedelta(hours=1)
LONG, SHORT = ((540, 1020),), ((540, 900),)
WEEKDAYS = dict.fromkeys(range(5), LONG)
SHORTER = dict.fromkeys(range(5), SHORT)


def opening(desk: Desk) -> set[tuple[int, int, int]]:
    rows = OpeningHours.objects.filter(clinic=desk.team.clinic)
    return set(rows.values_list("weekday", "start_minute", "end_minute"))


def week(spans: Mapping[int, tuple[tuple[int, int], ...]]) -> set[tuple[int, int, int]]:
    return {(day, start, end) for day, parts in spans.items() for start, end in parts}


def test_longer_opening_hours_are_saved_at_once(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    longer = {**WEEKDAYS, 5: ((540, 720), (780, 900))}
    made = hours.change_opening(desk.admin, desk.team.clinic, longer, at=MONDAY)
    assert (made.state, made.decisions.count(), opening(desk)) == ("effective", 0, week(longer))
    assert AuditEntry.objects.filter(at=MONDAY, verb="change", fields=["opening_hours"]).count() == 1


def test_shorter_hours_that_touch_nobody_are_saved_at_once(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    made = hours.change_opening(desk.admin, desk.team.clinic, SHORTER, at=MONDAY)
    assert (made.state, opening(desk)) == ("effective", week(SHORTER))


def test_shorter_hours_over_a_visit_change_nothing_before_it_is_decided(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, NEXT + 28 * DAY, start=900)
    booked_series(desk, "Bea", NEXT)
    made = hours.change_opening(desk.admin, desk.team.clinic, SHORTER, at=MONDAY)
    row = made.decisions.get()
    assert (made.state, opening(desk), row.series, len(row.touched)) == ("draft", week(WEEKDAYS), ana, 2)
    with pytest.raises(Refused) as refusal:
        disruptions.accept(desk.admin, made, {}, at=LATER)
    assert (refusal.value.code, opening(desk)) == ("undecided", week(WEEKDAYS))
    assert disruptions.accept(desk.admin, made, everybody(made), at=LATER) == Settled(1, 0)
    assert opening(desk) == week(SHORTER)
    for number in (1, 2):
        assert when(ana, number)[1] + 60 <= 900
    assert (when(ana)[0], to_call(desk.team.clinic, at=LATER)) == (NEXT, [])


def test_a_visit_may_be_cleared_away_after_closing(desk: Desk) -> None:
    """The visit ends when the doors close; the room is held ten minutes longer, which staff may be."""
    booked_series(desk, "Ana", NEXT, start=840)
    assert hours.change_opening(desk.admin, desk.team.clinic, SHORTER, at=MONDAY).state == "effective"


def test_the_time_that_new_hours_add_may_be_used_for_those_who_move(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, start=TEN)
    saturdays = {5: LONG}
    made = hours.change_opening(desk.admin, desk.team.clinic, saturdays, at=MONDAY)
    assert made.decisions.get().outcome == "none"  # the practitioners do not work on Saturdays
    disruptions.discard(desk.admin, made, at=MONDAY)
    evenings = dict.fromkeys(range(5), ((660, 1080),))
    made = hours.change_opening(desk.admin, desk.team.clinic, evenings, at=MONDAY)
    disruptions.accept(desk.admin, made, everybody(made), at=LATER)
    assert when(ana)[:2] == (NEXT, 660)


def test_who_is_kept_outside_the_new_hours_is_to_be_called(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, start=900)
    made = hours.change_opening(desk.admin, desk.team.clinic, SHORTER, at=MONDAY)
    disruptions.accept(desk.admin, made, everybody(made, "keep"), at=LATER)
    (call,) = to_call(desk.team.clinic, at=LATER + 30 * DAY - 30 * DAY)
    assert (call.visit.series, str(call.absence.because)) == (ana, "The clinic is closed then.")
    # Once the hours are as they were nobody has to be called any more.
    hours.change_opening(desk.admin, desk.team.clinic, WEEKDAYS, at=LATER)
    assert to_call(desk.team.clinic, at=LATER) == []


def test_hours_that_changed_again_meanwhile_are_what_a_draft_is_compared_with(desk: Desk) -> None:
    """The draft was made for nine to five; since then the clinic opens until seven, and somebody is booked there."""
    booked_series(desk, "Ana", NEXT, start=900)
    made = hours.change_opening(desk.admin, desk.team.clinic, SHORTER, at=MONDAY)
    evenings = dict.fromkeys(range(5), ((540, 1140),))
    hours.change_opening(desk.admin, desk.team.clinic, evenings, at=MONDAY)
    hours.change_shifts(desk.admin, desk.team.practitioner, TODAY, evenings, at=MONDAY)
    late = booked_series(desk, "Bea", NEXT, start=1050)
    with pytest.raises(Refused) as refusal:
        disruptions.accept(desk.admin, made, everybody(made), at=LATER)
    assert (refusal.value.code, opening(desk)) == ("new_visits", week(evenings))
    disruptions.run_again(desk.admin, made, at=LATER)
    assert {row.series_id for row in made.decisions.all()} >= {late.pk}


def test_a_day_of_its_own_is_not_touched_by_the_weekly_hours(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT, start=900)
    hours.change_day(desk.admin, desk.team.clinic, NEXT, LONG, at=MONDAY)
    assert SpecialOpening.objects.count() == 0  # they are the hours of every week
    site.open_specially(desk.admin, desk.team.clinic, NEXT, [(540, 1080)], at=MONDAY)
    assert hours.change_opening(desk.admin, desk.team.clinic, SHORTER, at=MONDAY).state == "effective"


def test_special_hours_of_one_day_touch_that_day_alone(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, start=900)
    booked_series(desk, "Bea", NEXT + DAY, start=900)
    made = hours.change_day(desk.admin, desk.team.clinic, NEXT, ((540, 900),), at=MONDAY)
    assert [row.series for row in made.decisions.all()] == [ana]
    disruptions.accept(desk.admin, made, everybody(made), at=LATER)
    special = SpecialOpening.objects.get()
    assert (special.day, special.start_minute, special.end_minute) == (NEXT, 540, 900)
    assert when(ana)[:2] == (NEXT, 840)


def test_a_day_goes_back_to_the_weekly_hours_or_is_closed_like_them(desk: Desk) -> None:
    clinic, saturday = desk.team.clinic, NEXT + 5 * DAY
    for day in (NEXT, saturday):
        hours.change_day(desk.admin, clinic, day, ((480, 1080),), at=MONDAY)
    assert SpecialOpening.objects.count() == 2
    for day in (NEXT, saturday):
        assert hours.drop_day(desk.admin, clinic, day, at=MONDAY).state == "effective"
    assert SpecialOpening.objects.count() == 0


def test_other_shifts_hold_from_a_day_on_and_take_turns(desk: Desk) -> None:
    me = desk.team.practitioner
    made = hours.change_shifts(desk.admin, me, NEXT + 21 * DAY, {0: LONG}, then={1: SHORT}, at=MONDAY)
    assert made.state == "effective"
    kept = hours_between(desk.team.clinic, TODAY, TODAY + 90 * DAY)
    first = NEXT + 21 * DAY
    assert [kept.working(me.pk, first + days * DAY) for days in (0, 1, 7, 8, 14, 15)] == [
        LONG, (), (), SHORT, LONG, (),
    ]  # fmt: skip
    assert kept.working(me.pk, first - 3 * DAY) == LONG  # a Friday of before
    assert set(Shift.objects.filter(since=first).values_list("weekday", "turn")) == {(0, 0), (1, 1)}


def test_fewer_shifts_over_a_visit_are_a_draft_until_it_is_decided(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, NEXT + 35 * DAY)
    bea = booked_series(desk, "Bea", NEXT, start=TEN + 120, who=desk.team.lead)
    me, other = desk.team.practitioner, desk.team.lead.user.name
    made = hours.change_shifts(desk.admin, me, NEXT, {1: LONG, 2: LONG}, at=MONDAY)
    assert [row.series for row in made.decisions.all()] == [ana]
    assert Shift.objects.filter(membership=me, since=NEXT).count() == 0
    disruptions.accept(desk.admin, made, everybody(made), at=LATER)
    assert (when(ana), when(ana, 2), when(bea)[2]) == (
        (NEXT, TEN, other),
        (NEXT + 35 * DAY, TEN, other),
        other,
    )
    assert set(Shift.objects.filter(membership=me, since=NEXT).values_list("weekday", flat=True)) == {1, 2}


def test_a_later_pattern_keeps_its_days(desk: Desk) -> None:
    me = desk.team.practitioner
    hours.change_shifts(desk.admin, me, NEXT, WEEKDAYS, at=MONDAY)
    booked_series(desk, "Ana", NEXT)
    made = hours.change_shifts(desk.admin, me, TODAY, {1: LONG}, at=MONDAY)
    assert made.state == "effective"


def test_who_is_kept_against_the_new_shifts_is_to_be_called(desk: Desk) -> None:
    visit = booked_consultation(desk, "Ana", NEXT)
    me = desk.team.practitioner
    made = hours.change_shifts(desk.admin, me, NEXT, {4: LONG}, at=MONDAY)
    disruptions.accept(desk.admin, made, everybody(made, "keep"), at=LATER)
    (call,) = to_call(desk.team.clinic, at=LATER)
    assert (call.visit, call.absence.because) == (visit, f"{me.user.name} does not work then.")


def test_somebody_without_shifts_gets_their_first(desk: Desk) -> None:
    me = desk.team.practitioner
    Shift.objects.filter(membership=me).delete()
    assert hours.change_shifts(desk.admin, me, TODAY, {0: LONG}, at=MONDAY).state == "effective"
    assert Shift.objects.filter(membership=me).count() == 1


def test_the_same_form_twice_changes_once(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT, start=900)
    key = uuid4()
    made = [hours.change_opening(desk.admin, desk.team.clinic, SHORTER, at=MONDAY, key=key) for _ in "12"]
    assert (made[0], Absence.objects.count()) == (made[1], 1)


def test_the_list_holds_changes_of_hours_only_while_something_is_to_decide(desk: Desk) -> None:
    clinic = desk.team.clinic
    hours.change_opening(desk.admin, clinic, {**WEEKDAYS, 5: SHORT}, at=MONDAY)
    assert absences(desk.admin, clinic, at=MONDAY) == []
    booked_series(desk, "Ana", NEXT, start=900)
    made = hours.change_opening(desk.admin, clinic, SHORTER, at=MONDAY)
    assert absences(desk.admin, clinic, at=MONDAY) == [made]
    disruptions.accept(desk.admin, made, everybody(made), at=LATER)
    assert absences(desk.admin, clinic, at=LATER) == []


def test_a_time_taken_meanwhile_asks_again_although_the_hours_have_changed(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, start=900)
    made = hours.change_opening(desk.admin, desk.team.clinic, SHORTER, at=MONDAY)
    slot = made.decisions.get().after[0]
    booked_consultation(desk, "Cem", NEXT, start=slot[2])
    assert disruptions.accept(desk.admin, made, everybody(made), at=LATER) == Settled(0, 1)
    row = made.decisions.get()
    assert (row.clashed, row.choice, row.outcome in ("time", "practitioner", "day")) == (True, "", True)
    assert disruptions.accept(desk.admin, made, everybody(made), at=LATER) == Settled(1, 0)
    assert when(ana)[1] + 60 <= 900


def test_what_cannot_be_is_refused_and_changes_nothing(desk: Desk) -> None:
    who, clinic, me = desk.admin, desk.team.clinic, desk.team.practitioner
    next_door = a_team("harbour")
    cases: list[tuple[Callable[[], object], tuple[str, str | None]]] = [
        (lambda: hours.change_opening(who, clinic, {}, at=MONDAY), ("no_hours", "hours")),
        (lambda: hours.change_opening(who, clinic, {0: [(600, 540)]}, at=MONDAY), ("hours", "hours")),
        (lambda: hours.change_opening(who, clinic, {0: [(540, 1500)]}, at=MONDAY), ("hours", "hours")),
        (
            lambda: hours.change_opening(who, clinic, {0: [(540, 720), (700, 800)]}, at=MONDAY),
            ("hours_overlap", "hours"),
        ),
        (lambda: hours.change_opening(who, clinic, {7: LONG}, at=MONDAY), ("weekday", None)),
        (lambda: hours.change_day(who, clinic, NEXT, [], at=MONDAY), ("no_hours", "hours")),
        (lambda: hours.change_day(who, clinic, TODAY - DAY, LONG, at=MONDAY), ("past", "first")),
        (lambda: hours.change_shifts(who, me, TODAY - DAY, {0: LONG}, at=MONDAY), ("past", "first")),
        (lambda: hours.change_shifts(who, me, NEXT, {}, then={}, at=MONDAY), ("no_hours", "hours")),
        (
            lambda: hours.change_shifts(who, me, datetime.date(9998, 1, 1), {0: LONG}, at=MONDAY),
            ("far", "first"),
        ),
        (lambda: hours.change_shifts(who, desk.team.desk, NEXT, {0: LONG}, at=MONDAY), ("nobody", "who")),
        (
            lambda: hours.change_shifts(who, next_door.practitioner, NEXT, {0: LONG}, at=MONDAY),
            ("not_allowed", None),
        ),
        (lambda: hours.change_opening(desk.actor, clinic, WEEKDAYS, at=MONDAY), ("not_allowed", None)),
    ]  # fmt: skip
    before = opening(desk)
    for act, answer in cases:
        with pytest.raises(Refused) as refusal:
            act()
        assert (refusal.value.code, refusal.value.field) == answer
    assert (opening(desk), Absence.objects.count(), SpecialOpening.objects.count()) == (before, 0, 0)
    assert Shift.objects.filter(since=NEXT).count() == 0


def test_hours_written_past_this_page_are_no_draft(desk: Desk) -> None:
    people.set_shifts(desk.admin, desk.team.practitioner, TODAY, {0: LONG}, at=MONDAY)
    assert Absence.objects.count() == 0
