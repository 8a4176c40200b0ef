"""Where an absence moves those whose time it takes: the nearest place, never too early, and sometimes none."""

import datetime
from itertools import pairwise

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Closure, Leave, Message, Outage
from plans.actions import disruptions, series, visits
from plans.actions.disruptions import Settled
from plans.actions.drafting import Wanted
from plans.models import Absence, SeriesChange, Visit
from plans.queries.disruptions import to_call
from plans.rules.plan import Session
from tests.factories.booking import MONDAY, TEN, Desk, overlaps, slot
from tests.factories.clinic import DeviceFactory, RoomFactory
from tests.factories.disruptions import (
    DAY,
    NEXT,
    blocked,
    booked_consultation,
    booked_series,
    drafted,
    everybody,
    leave,
    names,
    when,
)

pytestmark = pytest.mark.django_db
LATER = MONDAY + datetime.timedelta(hours=1)


def test_a_colleague_who_is_free_at_that_hour_takes_over(desk: Desk) -> None:
    booked = booked_series(desk, "Ana", NEXT, NEXT + 35 * DAY)
    me, other = names(desk)
    absence = drafted(desk)
    row = absence.decisions.get()
    assert (row.outcome, row.cost, row.choice) == ("practitioner", 40, "")
    settled = disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
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
    absence = drafted(desk, closed)
    assert disruptions.accept(desk.admin, absence, everybody(absence), at=LATER) == Settled(2, 0)
    starts = [when(series)[1] for series in (ana, bea)]
    assert [when(series)[0] for series in (ana, bea)] == [NEXT, NEXT]
    assert all(not TEN - 75 < start < TEN + 180 for start in starts)
    assert abs(starts[0] - starts[1]) >= 75


def test_a_closure_of_some_hours_moves_within_the_day(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    bea = booked_series(desk, "Bea", NEXT, start=TEN + 180)
    closed = Wanted("closure", NEXT, NEXT, hours=(TEN - 15, TEN + 60))
    absence = drafted(desk, closed)
    assert [row.series for row in absence.decisions.all()] == [ana]
    disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
    me, _other = names(desk)
    assert (when(ana), when(bea)) == ((NEXT, TEN + 75, me), (NEXT, TEN + 180, me))


def test_a_closure_moves_to_another_day_inside_the_window_and_the_rest_keeps_its_gap(desk: Desk) -> None:
    booked = booked_series(desk, "Ana", NEXT, NEXT + 28 * DAY)
    absence = drafted(desk, Wanted("closure", NEXT, NEXT))
    assert absence.decisions.get().outcome == "day"
    disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
    (first, _a, _b), (second, _c, _d) = when(booked), when(booked, 2)
    assert first != NEXT
    assert 28 <= (second - first).days <= 42
    assert Closure.objects.get().first == NEXT


def test_a_pin_holds_and_the_rest_is_planned_around_it(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    bea = booked_series(desk, "Bea", NEXT, start=TEN + 120)
    absence = drafted(desk)
    _me, other = names(desk)
    wanted = Session(1, slot(desk, NEXT, TEN + 120, desk.team.lead))  # where Bea was to go
    disruptions.run_again(desk.admin, absence, at=LATER, pins={ana.pk: [wanted]})
    rows = {row.series_id: row for row in absence.decisions.all()}
    assert rows[ana.pk].after[0][1:3] == ["2026-02-09", TEN + 120]
    assert rows[bea.pk].after[0][2] != TEN + 120
    disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
    assert when(ana) == (NEXT, TEN + 120, other)
    assert overlaps() == ()


def test_no_place_is_an_answer(desk: Desk) -> None:
    done = booked_series(desk, "Ana", NEXT - 7 * DAY, NEXT + 28 * DAY)
    visit = done.visits.get(session_number=1)
    Visit.objects.filter(pk=visit.pk).update(state="done")
    first, last = NEXT + 7 * DAY, NEXT + 60 * DAY
    absence = drafted(desk, Wanted("closure", first, last))
    row = absence.decisions.get()
    assert (row.outcome, row.after, row.may_move) == ("none", [], False)
    with pytest.raises(Refused) as refusal:
        disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
    assert (refusal.value.code, Closure.objects.count()) == ("undecided", 0)
    disruptions.accept(desk.admin, absence, everybody(absence, "keep"), at=LATER)
    assert [one.visit.session_number for one in to_call(desk.team.clinic, at=LATER)] == [2]


def test_a_room_that_is_out_is_exchanged_and_the_patient_hears_nothing(desk: Desk) -> None:
    other = RoomFactory.create(clinic=desk.team.clinic, kind="treatment", position=9)
    ana = booked_series(desk, "Ana", NEXT)
    Visit.objects.filter(series=ana).update(state="confirmed")
    room = desk.team.clinic.rooms.filter(kind="treatment").earliest("pk")
    absence = drafted(desk, Wanted("room", NEXT, NEXT, place=room))
    assert absence.decisions.get().outcome == "room"
    disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
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
    absence = drafted(desk, Wanted("device", NEXT, NEXT, place=pen))
    disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
    assert ana.visits.get().device == spare


def test_a_consultation_goes_to_the_nearest_free_time(desk: Desk) -> None:
    visit = booked_consultation(desk, "Ana", NEXT)
    absence = drafted(desk)
    assert (absence.decisions.get().visit, absence.decisions.get().outcome) == (visit, "practitioner")
    disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
    visit.refresh_from_db()
    assert (visit.practitioner, visit.day, visit.start_minute) == (desk.team.lead, NEXT, TEN)


def test_what_is_done_or_under_way_and_who_is_not_touched_stays(desk: Desk) -> None:
    today = MONDAY.date()
    ana = booked_series(desk, "Ana", today, today + 35 * DAY)
    untouched = booked_series(desk, "Bea", today, start=TEN + 120, who=desk.team.lead)
    Visit.objects.filter(series=ana, session_number=1).update(state="in_treatment")
    absence = drafted(desk, leave(desk, today, today + 5 * DAY))
    assert (absence.state, when(ana)[:2], when(untouched)[:2]) == (
        "effective",
        (today, TEN),
        (today, TEN + 120),
    )


def test_who_is_here_already_is_decided_by_hand(desk: Desk) -> None:
    today = MONDAY.date()
    ana = booked_series(desk, "Ana", today)
    visits.mark(desk.actor, ana.visits.get(), "arrived", at=MONDAY)
    absence = drafted(desk, leave(desk, today))
    row = absence.decisions.get()
    assert (row.outcome, row.may_move) == ("fixed", False)
    disruptions.accept(desk.admin, absence, everybody(absence, "cancel"), at=LATER)
    assert ana.visits.get().state == "cancelled"


def test_a_paused_series_is_decided_by_hand(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    series.pause(desk.practitioner, ana, reason="To be looked at first, please.", at=MONDAY)
    absence = drafted(desk)
    assert absence.decisions.get().outcome == "fixed"


def test_minimum_gaps_are_never_relaxed(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, NEXT + 28 * DAY, NEXT + 56 * DAY)
    absence = drafted(desk, Wanted("closure", NEXT, NEXT + 4 * DAY))
    disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
    days = [when(ana, number)[0] for number in (1, 2, 3)]
    assert min((after - before).days for before, after in pairwise(days)) >= 28


def test_a_session_without_a_date_in_between_counts_its_days_too(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, NEXT + 28 * DAY, NEXT + 63 * DAY)
    visits.mark(desk.actor, ana.visits.get(session_number=2), "cancelled", at=MONDAY)
    absence = drafted(desk, Wanted("closure", NEXT + 63 * DAY, NEXT + 63 * DAY))
    assert absence.decisions.get().outcome == "day"
    disruptions.accept(desk.admin, absence, everybody(absence), at=LATER)
    assert 56 <= (when(ana, 3)[0] - when(ana)[0]).days <= 84


def test_blocked_time_is_nobodys_appointment(desk: Desk) -> None:
    blocked(desk, NEXT)
    absence = drafted(desk)
    assert absence.state == "effective"
