import datetime
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from clinic.actions import site
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Closure, Leave, Message, Outage
from clinic.rules.roles import Actor
from plans.actions import disruptions, placing, series, visits
from plans.actions.disruptions import Settled
from plans.actions.drafting import Wanted
from plans.actions.withdrawing import withdraw
from plans.models import Absence, Decision, Occupancy, SeriesChange, Visit
from plans.queries.disruptions import to_call
from plans.queries.standing import standing
from plans.rules.plan import Session
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.clinic import DeviceFactory, RoomFactory
from tests.factories.disruptions import (
    DAY,
    NEXT,
    TEN,
    blocked,
    booked_consultation,
    booked_series,
    leave,
    slot,
    when,
)
from tests.people import a_team

pytestmark = pytest.mark.django_db
LATER = MONDAY + datetime.timedelta(hours=1)


@pytest.fixture
def desk() -> Desk:
    return a_desk()


def admin(desk: Desk) -> Actor:
    return desk.team.admin.actor


def names(desk: Desk) -> tuple[str, str]:
    return desk.team.practitioner.user.name, desk.team.lead.user.name


def all_(absence: Absence, choice: str = "move") -> dict[int, str]:
    return {row.pk: choice for row in absence.decisions.filter(settled_at=None)}


def refused(desk: Desk, wanted: Wanted) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refusal:
        disruptions.draft(admin(desk), desk.team.clinic, wanted, at=MONDAY)
    assert (Absence.objects.count(), Leave.objects.count(), Closure.objects.count()) == (0, 0, 0)
    return refusal.value.code, refusal.value.field


def test_leave_that_touches_nobody_is_saved_at_once(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT + 7 * DAY)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk, reason="Course"), at=MONDAY)
    assert (absence.state, absence.decisions.count()) == ("effective", 0)
    saved = Leave.objects.get()
    assert (saved.membership, saved.first, saved.last, saved.reason) == (
        desk.team.practitioner, NEXT, NEXT, "Course",
    )  # fmt: skip


def test_leave_over_a_booking_changes_nothing_before_it_is_decided(desk: Desk) -> None:
    booked = booked_series(desk, "Ana", NEXT)
    me, _other = names(desk)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    assert (absence.state, Leave.objects.count(), when(booked)) == ("draft", 0, (NEXT, TEN, me))


def test_a_colleague_who_is_free_at_that_hour_takes_over(desk: Desk) -> None:
    booked = booked_series(desk, "Ana", NEXT, NEXT + 35 * DAY)
    me, other = names(desk)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    row = absence.decisions.get()
    assert (row.outcome, row.cost, row.choice) == ("practitioner", 40, "")
    settled = disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    assert settled == Settled(done=1, again=0)
    assert (when(booked), when(booked, 2)) == ((NEXT, TEN, other), (NEXT + 35 * DAY, TEN, me))
    assert (Leave.objects.count(), Absence.objects.get().state) == (1, "effective")
    change = SeriesChange.objects.get(series=booked, verb="replan")
    assert ([one[:3] for one in change.before], [one[:3] for one in change.after], change.cost) == (
        [[1, "2026-02-09", TEN]], [[1, "2026-02-09", TEN]], 40,
    )  # fmt: skip
    told = Message.objects.get(kind="plans/moved")
    assert (told.patient_id, told.to) == (booked.patient_id, booked.patient.email)
    assert set(AuditEntry.objects.filter(at=LATER).values_list("verb", flat=True)) == {
        "give_leave", "replan", "settle",
    }  # fmt: skip


def test_two_series_with_two_holes_get_the_joint_best(desk: Desk) -> None:
    """As in the worked cases: one way round both find a place, first come first served only one would."""
    ana = booked_series(desk, "Ana", NEXT)
    bea = booked_series(desk, "Bea", NEXT, start=TEN + 75)
    closed = Wanted("closure", NEXT, NEXT, hours=(TEN - 15, TEN + 180))
    absence = disruptions.draft(admin(desk), desk.team.clinic, closed, at=MONDAY)
    assert disruptions.accept(admin(desk), absence, all_(absence), at=LATER) == Settled(2, 0)
    starts = [when(series)[1] for series in (ana, bea)]
    assert [when(series)[0] for series in (ana, bea)] == [NEXT, NEXT]
    assert all(not TEN - 75 < start < TEN + 180 for start in starts)
    assert abs(starts[0] - starts[1]) >= 75


def test_a_closure_of_some_hours_moves_within_the_day(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    bea = booked_series(desk, "Bea", NEXT, start=TEN + 180)
    closed = Wanted("closure", NEXT, NEXT, hours=(TEN - 15, TEN + 60))
    absence = disruptions.draft(admin(desk), desk.team.clinic, closed, at=MONDAY)
    assert [row.series for row in absence.decisions.all()] == [ana]
    disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    me, _other = names(desk)
    assert (when(ana), when(bea)) == ((NEXT, TEN + 75, me), (NEXT, TEN + 180, me))


def test_a_closure_moves_to_another_day_inside_the_window_and_the_rest_keeps_its_gap(desk: Desk) -> None:
    booked = booked_series(desk, "Ana", NEXT, NEXT + 28 * DAY)
    absence = disruptions.draft(admin(desk), desk.team.clinic, Wanted("closure", NEXT, NEXT), at=MONDAY)
    assert absence.decisions.get().outcome == "day"
    disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    (first, _a, _b), (second, _c, _d) = when(booked), when(booked, 2)
    assert first != NEXT
    assert 28 <= (second - first).days <= 42
    assert Closure.objects.get().first == NEXT


def test_nobody_is_stranded_by_a_decision_that_is_missing(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    booked_series(desk, "Bea", NEXT, start=TEN + 120)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    one, other = absence.decisions.all()
    with pytest.raises(Refused) as refusal:
        disruptions.accept(admin(desk), absence, {one.pk: "move"}, at=LATER)
    assert (refusal.value.code, refusal.value.field) == ("undecided", f"choice-{other.pk}")
    assert (Leave.objects.count(), Absence.objects.get().state) == (0, "draft")
    assert set(Decision.objects.values_list("choice", "settled_at")) == {("", None)}


def test_somebody_booked_into_the_time_since_needs_a_decision_too(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    late = booked_series(desk, "Bea", NEXT, start=TEN + 120)
    with pytest.raises(Refused) as refusal:
        disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    assert (refusal.value.code, Leave.objects.count()) == ("new_visits", 0)
    before = absence.decisions.get().after
    disruptions.run_again(admin(desk), absence, at=LATER)
    first, second = absence.decisions.all()
    assert (first.after, second.series) == (before, late)
    disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    assert (when(late)[2], Leave.objects.count()) == (names(desk)[1], 1)


def test_some_accepted_some_kept_some_cancelled(desk: Desk) -> None:
    ana, bea, cem = (
        booked_series(desk, name, NEXT, start=540 + 120 * hour)
        for hour, name in enumerate(("Ana", "Bea", "Cem"))
    )
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    by_series = {row.series_id: row.pk for row in absence.decisions.all()}
    choices = {by_series[ana.pk]: "move", by_series[bea.pk]: "keep", by_series[cem.pk]: "cancel"}
    assert disruptions.accept(admin(desk), absence, choices, at=LATER) == Settled(3, 0)
    me, other = names(desk)
    assert (when(ana), when(bea)) == ((NEXT, 540, other), (NEXT, 660, me))
    assert cem.visits.get().state == "cancelled"
    assert [(one.visit.patient, one.absence.name) for one in to_call(desk.team.clinic, at=LATER)] == [
        (bea.patient, me)
    ]
    told = Message.objects.filter(kind__in=("plans/moved", "plans/cancelled")).order_by("kind")
    assert [(one.kind, one.patient_id) for one in told] == [
        ("plans/cancelled", cem.patient_id),
        ("plans/moved", ana.patient_id),
    ]


def test_a_time_taken_meanwhile_asks_about_that_patient_alone(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    bea = booked_series(desk, "Bea", NEXT, start=TEN + 120)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    # The colleague's ten o'clock goes to a consultation while the plan is being looked at.
    booked_consultation(desk, "Cem", NEXT, who=desk.team.lead)
    assert disruptions.accept(admin(desk), absence, all_(absence), at=LATER) == Settled(done=1, again=1)
    me, other = names(desk)
    assert (when(ana), when(bea)) == ((NEXT, TEN, me), (NEXT, TEN + 120, other))
    again = absence.decisions.get(settled_at=None)
    assert (again.series, again.clashed, again.choice, again.outcome) == (ana, True, "", "time")
    assert disruptions.accept(admin(desk), absence, all_(absence), at=LATER) == Settled(1, 0)
    assert when(ana)[2] == other
    assert (Leave.objects.count(), to_call(desk.team.clinic, at=LATER)) == (1, [])


def test_a_series_that_changed_meanwhile_is_asked_about_again(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    me, _other = names(desk)
    placing.place(standing(ana), [Session(1, slot(desk, NEXT, TEN + 180))], at=MONDAY)
    assert disruptions.accept(admin(desk), absence, all_(absence), at=LATER) == Settled(0, 1)
    assert when(ana) == (NEXT, TEN + 180, me)
    assert absence.decisions.get().before[0][2] == TEN + 180


def test_who_was_moved_away_by_hand_meanwhile_needs_no_decision(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    placing.place(standing(ana), [Session(1, slot(desk, NEXT + DAY))], at=MONDAY)
    assert disruptions.accept(admin(desk), absence, {}, at=LATER) == Settled(0, 0)
    assert (Leave.objects.count(), absence.decisions.count()) == (1, 0)


def test_the_same_form_twice_makes_one(desk: Desk) -> None:
    key, wanted = uuid4(), leave(desk, reason=" Course ")
    made = [disruptions.draft(admin(desk), desk.team.clinic, wanted, at=MONDAY, key=key) for _ in "12"]
    assert (made[0], Leave.objects.count()) == (made[1], 1)


@pytest.mark.parametrize(
    "other",
    [
        {"first": NEXT + DAY, "last": NEXT + DAY},
        {"last": NEXT + DAY},
        {"reason": "Ill"},
        {"hours": (TEN, TEN + 60)},
        {"kind": "closure", "membership": None},
    ],
)
def test_a_key_that_was_used_saves_nothing_else(desk: Desk, other: dict[str, Any]) -> None:
    key, wanted = uuid4(), leave(desk, reason="Course")
    made = disruptions.draft(admin(desk), desk.team.clinic, wanted, at=MONDAY, key=key)
    with pytest.raises(Refused) as refusal:
        disruptions.draft(admin(desk), desk.team.clinic, replace(wanted, **other), at=MONDAY, key=key)
    assert (refusal.value.code, list(Absence.objects.all())) == ("key_used", [made])


def test_what_was_withdrawn_is_not_said_to_be_saved(desk: Desk) -> None:
    key = uuid4()
    made = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY, key=key)
    withdraw(admin(desk), made, NEXT, at=MONDAY)
    with pytest.raises(Refused) as refusal:
        disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY, key=key)
    assert (refusal.value.code, Leave.objects.count()) == ("key_used", 0)


def test_accepting_twice_does_it_once(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    choices = all_(absence)
    disruptions.accept(admin(desk), absence, choices, at=LATER)
    assert disruptions.accept(admin(desk), absence, choices, at=LATER) == Settled(0, 0)
    assert (Leave.objects.count(), SeriesChange.objects.filter(series=ana, verb="replan").count()) == (1, 1)


def test_a_pin_holds_and_the_rest_is_planned_around_it(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    bea = booked_series(desk, "Bea", NEXT, start=TEN + 120)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    _me, other = names(desk)
    wanted = Session(1, slot(desk, NEXT, TEN + 120, desk.team.lead))  # where Bea was to go
    disruptions.run_again(admin(desk), absence, at=LATER, pins={ana.pk: [wanted]})
    rows = {row.series_id: row for row in absence.decisions.all()}
    assert rows[ana.pk].after[0][1:3] == ["2026-02-09", TEN + 120]
    assert rows[bea.pk].after[0][2] != TEN + 120
    disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    assert when(ana) == (NEXT, TEN + 120, other)
    assert not overlapping(desk)


def overlapping(desk: Desk) -> bool:
    rows = list(Occupancy.objects.values_list("resource_id", "starts_at", "ends_at"))
    return any(
        one is not two and one[0] == two[0] and one[1] < two[2] and two[1] < one[2]
        for one in rows
        for two in rows
    )


def test_a_decision_to_keep_stays_when_the_rest_is_planned_again(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    booked_series(desk, "Bea", NEXT, start=TEN + 120)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    row = absence.decisions.get(series=ana)
    disruptions.run_again(admin(desk), absence, at=LATER, pins={}, choices={row.pk: "keep"})
    assert list(absence.decisions.values_list("choice", flat=True)) == ["keep", ""]


def test_no_place_is_an_answer(desk: Desk) -> None:
    done = booked_series(desk, "Ana", NEXT - 7 * DAY, NEXT + 28 * DAY)
    visit = done.visits.get(session_number=1)
    Visit.objects.filter(pk=visit.pk).update(state="done")
    first, last = NEXT + 7 * DAY, NEXT + 60 * DAY
    absence = disruptions.draft(admin(desk), desk.team.clinic, Wanted("closure", first, last), at=MONDAY)
    row = absence.decisions.get()
    assert (row.outcome, row.after, row.may_move) == ("none", [], False)
    with pytest.raises(Refused) as refusal:
        disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    assert (refusal.value.code, Closure.objects.count()) == ("undecided", 0)
    disruptions.accept(admin(desk), absence, all_(absence, "keep"), at=LATER)
    assert [one.visit.session_number for one in to_call(desk.team.clinic, at=LATER)] == [2]


def test_a_room_that_is_out_is_exchanged_and_the_patient_hears_nothing(desk: Desk) -> None:
    other = RoomFactory.create(clinic=desk.team.clinic, kind="treatment", position=9)
    ana = booked_series(desk, "Ana", NEXT)
    Visit.objects.filter(series=ana).update(state="confirmed")
    room = desk.team.clinic.rooms.filter(kind="treatment").earliest("pk")
    absence = disruptions.draft(
        admin(desk), desk.team.clinic, Wanted("room", NEXT, NEXT, place=room), at=MONDAY
    )
    assert absence.decisions.get().outcome == "room"
    disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    visit = ana.visits.get()
    assert (visit.room, visit.start_minute, visit.day, visit.state) == (other, TEN, NEXT, "confirmed")
    assert (Outage.objects.get().resource_id, Message.objects.filter(kind="plans/moved").count()) == (
        room.pk,
        0,
    )


def test_a_device_that_is_out_is_exchanged(desk: Desk) -> None:
    spare = DeviceFactory.create(clinic=desk.team.clinic, position=9)
    ana = booked_series(desk, "Ana", NEXT)
    pen = desk.team.clinic.devices.earliest("pk")
    absence = disruptions.draft(
        admin(desk), desk.team.clinic, Wanted("device", NEXT, NEXT, place=pen), at=MONDAY
    )
    disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    assert ana.visits.get().device == spare


def test_a_consultation_goes_to_the_nearest_free_time(desk: Desk) -> None:
    visit = booked_consultation(desk, "Ana", NEXT)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    assert (absence.decisions.get().visit, absence.decisions.get().outcome) == (visit, "practitioner")
    disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    visit.refresh_from_db()
    assert (visit.practitioner, visit.day, visit.start_minute) == (desk.team.lead, NEXT, TEN)


def test_what_is_done_or_under_way_and_who_is_not_touched_stays(desk: Desk) -> None:
    today = MONDAY.date()
    ana = booked_series(desk, "Ana", today, today + 35 * DAY)
    untouched = booked_series(desk, "Bea", today, start=TEN + 120, who=desk.team.lead)
    Visit.objects.filter(series=ana, session_number=1).update(state="in_treatment")
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk, today, today + 5 * DAY), at=MONDAY)
    assert (absence.state, when(ana)[:2], when(untouched)[:2]) == (
        "effective",
        (today, TEN),
        (today, TEN + 120),
    )


def test_who_is_here_already_is_decided_by_hand(desk: Desk) -> None:
    today = MONDAY.date()
    ana = booked_series(desk, "Ana", today)
    visits.mark(desk.actor, ana.visits.get(), "arrived", at=MONDAY)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk, today), at=MONDAY)
    row = absence.decisions.get()
    assert (row.outcome, row.may_move) == ("fixed", False)
    disruptions.accept(admin(desk), absence, all_(absence, "cancel"), at=LATER)
    assert ana.visits.get().state == "cancelled"


def test_a_paused_series_is_decided_by_hand(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    series.pause(desk.practitioner, ana, reason="To be looked at first, please.", at=MONDAY)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    assert absence.decisions.get().outcome == "fixed"


def test_minimum_gaps_are_never_relaxed(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, NEXT + 28 * DAY, NEXT + 56 * DAY)
    absence = disruptions.draft(
        admin(desk), desk.team.clinic, Wanted("closure", NEXT, NEXT + 4 * DAY), at=MONDAY
    )
    disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    days = [when(ana, number)[0] for number in (1, 2, 3)]
    assert min((after - before).days for before, after in pairwise(days)) >= 28


def test_a_session_without_a_date_in_between_counts_its_days_too(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, NEXT + 28 * DAY, NEXT + 63 * DAY)
    visits.mark(desk.actor, ana.visits.get(session_number=2), "cancelled", at=MONDAY)
    absence = disruptions.draft(
        admin(desk), desk.team.clinic, Wanted("closure", NEXT + 63 * DAY, NEXT + 63 * DAY), at=MONDAY
    )
    assert absence.decisions.get().outcome == "day"
    disruptions.accept(admin(desk), absence, all_(absence), at=LATER)
    assert 56 <= (when(ana, 3)[0] - when(ana)[0]).days <= 84


def test_blocked_time_is_nobodys_appointment(desk: Desk) -> None:
    blocked(desk, NEXT)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    assert absence.state == "effective"


def test_what_cannot_be_is_refused(desk: Desk) -> None:
    next_door = a_team("harbour")
    cases = [
        (leave(desk, NEXT, NEXT - DAY), ("days", "last")),
        (leave(desk, NEXT, NEXT + 3653 * DAY), ("days", "last")),
        (leave(desk, NEXT - 30 * DAY, NEXT - 20 * DAY), ("past", "last")),
        (leave(desk, hours=(700, 600)), ("hours", "hours")),
        (Wanted("leave", NEXT, NEXT), ("nobody", "who")),
        (Wanted("leave", NEXT, NEXT, membership=next_door.practitioner), ("nobody", "who")),
        (Wanted("leave", NEXT, NEXT, membership=desk.team.desk), ("nobody", "who")),
        (Wanted("room", NEXT, NEXT, place=next_door.clinic.rooms.earliest("pk")), ("nobody", "room")),
        (Wanted("device", NEXT, NEXT, place=desk.team.clinic.rooms.earliest("pk")), ("nobody", "device")),
    ]  # fmt: skip
    for wanted, answer in cases:
        assert refused(desk, wanted) == answer


def test_only_who_runs_the_clinic_may(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    for actor in (desk.actor, desk.practitioner, a_team("harbour").admin.actor):
        for act in (
            lambda who: disruptions.draft(who, desk.team.clinic, leave(desk), at=MONDAY),
            lambda who: disruptions.run_again(who, absence, at=MONDAY),
            lambda who: disruptions.accept(who, absence, all_(absence), at=MONDAY),
            lambda who: disruptions.discard(who, absence, at=MONDAY),
        ):
            with pytest.raises(Refused) as refusal:
                act(actor)
            assert refusal.value.code == "not_allowed"


def test_a_choice_that_is_none_is_refused(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    with pytest.raises(Refused) as refusal:
        disruptions.accept(admin(desk), absence, all_(absence, "forget"), at=MONDAY)
    assert refusal.value.code == "choice"


def test_a_draft_can_be_thrown_away_and_what_is_in_effect_cannot(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    absence = disruptions.draft(admin(desk), desk.team.clinic, leave(desk), at=MONDAY)
    disruptions.discard(admin(desk), absence, at=MONDAY)
    assert (Absence.objects.count(), Decision.objects.count(), when(ana)[0]) == (0, 0, NEXT)
    free = disruptions.draft(admin(desk), desk.team.clinic, leave(desk, NEXT + DAY), at=MONDAY)
    with pytest.raises(Refused) as refusal:
        disruptions.discard(admin(desk), free, at=MONDAY)
    assert refusal.value.code == "effective"


def test_a_closure_of_another_way_is_on_the_list_too(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    site.close(admin(desk), desk.team.clinic, NEXT, NEXT, at=MONDAY)
    assert [one.visit for one in to_call(desk.team.clinic, at=MONDAY)] == [ana.visits.get()]
