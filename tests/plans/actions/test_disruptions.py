"""Absences are drafted, decided upon and put into effect: once, whole, and by who runs the clinic."""

import datetime
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from clinic.actions import site
from clinic.actions.refusal import Refused
from clinic.models import Closure, Leave, Message
from plans.actions import disruptions, placing
from plans.actions.disruptions import Settled
from plans.actions.drafting import Wanted
from plans.actions.withdrawing import withdraw
from plans.models import Absence, Decision, SeriesChange
from plans.queries.disruptions import to_call
from plans.queries.standing import standing
from plans.rules.plan import Session
from tests.factories.booking import MONDAY, TEN, Desk, slot
from tests.factories.disruptions import (
    DAY,
    NEXT,
    booked_consultation,
    booked_series,
    drafted,
    everybody,
    leave,
    names,
    when,
)
from tests.people import a_team

pytestmark = pytest.mark.django_db
LATER = MONDAY + datetime.timedelta(hours=1)


def refused(desk: Desk, wanted: Wanted) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refusal:
        drafted(desk, wanted)
    assert (Absence.objects.count(), Leave.objects.count(), Closure.objects.count()) == (0, 0, 0)
    return refusal.value.code, refusal.value.field


def test_leave_that_touches_nobody_is_saved_at_once(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT + 7 * DAY)
    absence = drafted(desk, leave(desk, reason="Course"))
    assert (absence.state, absence.decisions.count()) == ("effective", 0)
    saved = Leave.objects.get()
    assert (saved.membership, saved.first, saved.last, saved.reason) == (
        desk.team.practitioner, NEXT, NEXT, "Course",
    )  # fmt: skip


def test_leave_over_a_booking_changes_nothing_before_it_is_decided(desk: Desk) -> None:
    booked = booked_series(desk, "Ana", NEXT)
    me, _other = names(desk)
    absence = drafted(desk)
    assert (absence.state, Leave.objects.count(), when(booked)) == ("draft", 0, (NEXT, TEN, me))


def test_nobody_is_stranded_by_a_decision_that_is_missing(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    booked_series(desk, "Bea", NEXT, start=TEN + 120)
    absence = drafted(desk)
    one, other = absence.decisions.all()
    with pytest.raises(Refused) as refusal:
        disruptions.accept(desk.admin, absence, {one.pk: "move"}, at=LATER)
    assert (refusal.value.code, refusal.value.field) == ("undecided", f"choice-{other.pk}")
    assert (Leave.objects.count(), Absence.objects.get().state) == (0, "draft")
    assert set(Decision.objects.values_list("choice", "settled_at")) == {("", None)}


def test_somebody_booked_into_the_time_since_needs_a_decision_too(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    absence = drafted(desk)
    late = booked_series(desk, "Bea", NEXT, start=TEN + 120)
    with pytest.raises(Refused) as refusal:
        disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
    assert (refusal.value.code, Leave.objects.count()) == ("new_visits", 0)
    before = absence.decisions.get().after
    disruptions.run_again(desk.admin, absence, at=LATER)
    first, second = absence.decisions.all()
    assert (first.after, second.series) == (before, late)
    disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
    assert (when(late)[2], Leave.objects.count()) == (names(desk)[1], 1)


def test_some_accepted_some_kept_some_cancelled(desk: Desk) -> None:
    ana, bea, cem = (
        booked_series(desk, name, NEXT, start=540 + 120 * hour)
        for hour, name in enumerate(("Ana", "Bea", "Cem"))
    )
    absence = drafted(desk)
    by_series = {row.series_id: row.pk for row in absence.decisions.all()}
    choices = {by_series[ana.pk]: "move", by_series[bea.pk]: "keep", by_series[cem.pk]: "cancel"}
    assert disruptions.accept(desk.admin, absence, choices, at=LATER) == Settled(3, 0)
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
    absence = drafted(desk)
    # The colleague's ten o'clock goes to a consultation while the plan is being looked at.
    booked_consultation(desk, "Cem", NEXT, who=desk.team.lead)
    assert disruptions.accept(desk.admin, absence, everybody(absence), at=LATER) == Settled(done=1, again=1)
    me, other = names(desk)
    assert (when(ana), when(bea)) == ((NEXT, TEN, me), (NEXT, TEN + 120, other))
    again = absence.decisions.get(settled_at=None)
    assert (again.series, again.clashed, again.choice, again.outcome) == (ana, True, "", "time")
    assert disruptions.accept(desk.admin, absence, everybody(absence), at=LATER) == Settled(1, 0)
    assert when(ana)[2] == other
    assert (Leave.objects.count(), to_call(desk.team.clinic, at=LATER)) == (1, [])


def test_a_series_that_changed_meanwhile_is_asked_about_again(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    absence = drafted(desk)
    me, _other = names(desk)
    placing.place(standing(ana), [Session(1, slot(desk, NEXT, TEN + 180))], at=MONDAY)
    assert disruptions.accept(desk.admin, absence, everybody(absence), at=LATER) == Settled(0, 1)
    assert when(ana) == (NEXT, TEN + 180, me)
    assert absence.decisions.get().before[0][2] == TEN + 180


def test_who_was_moved_away_by_hand_meanwhile_needs_no_decision(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    absence = drafted(desk)
    placing.place(standing(ana), [Session(1, slot(desk, NEXT + DAY))], at=MONDAY)
    assert disruptions.accept(desk.admin, absence, {}, at=LATER) == Settled(0, 0)
    assert (Leave.objects.count(), absence.decisions.count()) == (1, 0)


def test_the_same_form_twice_makes_one(desk: Desk) -> None:
    key, wanted = uuid4(), leave(desk, reason=" Course ")
    made = [drafted(desk, wanted, key=key) for _ in "12"]
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
    made = drafted(desk, wanted, key=key)
    with pytest.raises(Refused) as refusal:
        drafted(desk, replace(wanted, **other), key=key)
    assert (refusal.value.code, list(Absence.objects.all())) == ("key_used", [made])


def test_what_was_withdrawn_is_not_said_to_be_saved(desk: Desk) -> None:
    key = uuid4()
    made = drafted(desk, key=key)
    withdraw(desk.admin, made, NEXT, at=MONDAY)
    with pytest.raises(Refused) as refusal:
        drafted(desk, key=key)
    assert (refusal.value.code, Leave.objects.count()) == ("key_used", 0)


def test_accepting_twice_does_it_once(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    absence = drafted(desk)
    choices = everybody(absence)
    disruptions.accept(desk.admin, absence, choices, at=LATER)
    assert disruptions.accept(desk.admin, absence, choices, at=LATER) == Settled(0, 0)
    assert (Leave.objects.count(), SeriesChange.objects.filter(series=ana, verb="replan").count()) == (1, 1)


def test_a_decision_to_keep_stays_when_the_rest_is_planned_again(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    booked_series(desk, "Bea", NEXT, start=TEN + 120)
    absence = drafted(desk)
    row = absence.decisions.get(series=ana)
    disruptions.run_again(desk.admin, absence, at=LATER, pins={}, choices={row.pk: "keep"})
    assert list(absence.decisions.values_list("choice", flat=True)) == ["keep", ""]


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
    absence = drafted(desk)
    for actor in (desk.actor, desk.practitioner, a_team("harbour").admin.actor):
        for act in (
            lambda who: disruptions.draft(who, desk.team.clinic, leave(desk), at=MONDAY),
            lambda who: disruptions.run_again(who, absence, at=MONDAY),
            lambda who: disruptions.accept(who, absence, everybody(absence), at=MONDAY),
            lambda who: disruptions.discard(who, absence, at=MONDAY),
        ):
            with pytest.raises(Refused) as refusal:
                act(actor)
            assert refusal.value.code == "not_allowed"


def test_a_choice_that_is_none_is_refused(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT)
    absence = drafted(desk)
    with pytest.raises(Refused) as refusal:
        disruptions.accept(desk.admin, absence, everybody(absence, "forget"), at=MONDAY)
    assert refusal.value.code == "choice"


def test_a_draft_can_be_thrown_away_and_what_is_in_effect_cannot(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    absence = drafted(desk)
    disruptions.discard(desk.admin, absence, at=MONDAY)
    assert (Absence.objects.count(), Decision.objects.count(), when(ana)[0]) == (0, 0, NEXT)
    free = drafted(desk, leave(desk, NEXT + DAY))
    with pytest.raises(Refused) as refusal:
        disruptions.discard(desk.admin, free, at=MONDAY)
    assert refusal.value.code == "effective"


def test_a_closure_of_another_way_is_on_the_list_too(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    site.close(desk.admin, desk.team.clinic, NEXT, NEXT, at=MONDAY)
    assert [one.visit for one in to_call(desk.team.clinic, at=MONDAY)] == [ana.visits.get()]
