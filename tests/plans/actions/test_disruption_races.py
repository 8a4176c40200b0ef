"""A plan that is accepted at the instant at which a desk books what it wants, as processes of their own."""

import datetime
from dataclasses import replace
from uuid import uuid4

import pytest

from plans.actions import booking, disruptions
from plans.models import Absence, Occupancy, Series
from plans.queries.disruptions import away_of, touched, with_names
from plans.queries.replanning import cases_of, other_times
from plans.rules.plan import Session, numbered
from tests.factories.booking import MONDAY, TEN, Desk, a_desk, another_series, overlaps, slot
from tests.factories.clinic import DeviceFactory, RoomFactory
from tests.factories.disruptions import NEXT, booked_series, drafted, leave, when
from tests.processes import ask, processes

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4
LATER = 0.002  # seconds
WEEK = datetime.timedelta(days=7)


def test_who_loses_the_time_of_a_plan_is_asked_again_with_the_nearest_times(database_url: str) -> None:
    """The plan and a desk both want the colleague at ten; there are two rooms and pens, and one colleague."""
    desk = a_desk()
    room = RoomFactory.create(clinic=desk.team.clinic, kind="treatment", position=9)
    pen = DeviceFactory.create(clinic=desk.team.clinic, position=9)
    days = [NEXT + number * WEEK for number in range(ROUNDS)]
    moved = [booked_series(desk, f"Person {number}", day) for number, day in enumerate(days)]
    absences = [drafted(desk, leave(desk, day)) for day in days]
    offers = []
    for day in days:
        series = another_series(desk)
        wanted = replace(slot(desk, day, TEN, desk.team.lead), room=room.pk, device=pen.pk)
        plan = numbered([1], [wanted])
        offers.append(f"book {series.pk} {booking.offer(series, plan)}")
    with processes(database_url, 2) as started:
        answers = [
            # The plan waits a little longer each round: now the one is first, now the other.
            tuple(ask(started, [f"accept {absence.pk} {LATER * number}", offer]))
            for number, (absence, offer) in enumerate(zip(absences, offers, strict=True))
        ]
    won, lost = ("done=1 again=0", "slot_taken"), ("done=0 again=1", "booked")
    assert set(answers) <= {won, lost}
    assert overlaps() == ()
    for series, absence, day, answer in zip(moved, absences, days, answers, strict=True):
        row = absence.decisions.get()
        assert Absence.objects.get(pk=absence.pk).state == "effective"
        if answer == won:
            assert when(series) == (day, TEN, desk.team.lead.user.name)
        else:
            assert when(series) == (day, TEN, desk.team.practitioner.user.name)
            assert (row.clashed, row.choice, row.settled_at, row.may_move) == (True, "", None, True)
            assert len(nearest(desk, absence)) == 8


def nearest(desk: Desk, absence: Absence) -> tuple[object, ...]:
    absence = with_names(Absence.objects.all()).get(pk=absence.pk)
    inside = touched(desk.team.clinic, away_of(absence), at=MONDAY)
    cases = cases_of(desk.team.clinic, inside, at=MONDAY)
    return other_times(desk.team.clinic, away_of(absence), cases, cases[0].subject, at=MONDAY)


def exchanging(desk: Desk) -> tuple[Absence, Series, Series]:
    """Ana and Bea are to take each other's times."""
    ana, bea = booked_series(desk, "Ana", NEXT), booked_series(desk, "Bea", NEXT, start=TEN + 75)
    absence = drafted(desk)
    lead = desk.team.lead
    pins = {
        ana.pk: [Session(1, slot(desk, NEXT, TEN + 75, lead))],
        bea.pk: [Session(1, slot(desk, NEXT, TEN, lead))],
    }
    return disruptions.run_again(desk.admin, absence, at=MONDAY, pins=pins), ana, bea


def test_two_who_have_decided_and_exchange_at_once_free_nothing_twice(database_url: str) -> None:
    absence, ana, bea = exchanging(a_desk())
    with processes(database_url, 2) as started:
        assert [ask([one], [f"decide {absence.pk}"]) for one in started] == [["2"], ["2"]]
        answers = ask(started, ["exchange"] * 2)
    assert answers == ["done=2 failed=0"] * 2
    assert (when(ana)[1], when(bea)[1], Occupancy.objects.count()) == (TEN + 75, TEN, 8)
    assert [series.changes.filter(verb="replan").count() for series in (ana, bea)] == [1, 1]


def test_two_who_accept_one_exchange_do_it_once(database_url: str) -> None:
    """Two administrators press the button at once."""
    absence, ana, bea = exchanging(a_desk())
    with processes(database_url, 2) as started:
        answers = ask(started, [f"accept {absence.pk} 0"] * 2)
    assert all(answer.startswith("done=") for answer in answers), answers
    assert (when(ana)[1], when(bea)[1], Occupancy.objects.count()) == (TEN + 75, TEN, 8)
    assert overlaps() == ()
    assert [series.changes.filter(verb="replan").count() for series in (ana, bea)] == [1, 1]


def test_two_posts_of_one_form_at_one_instant_make_one_draft(database_url: str) -> None:
    desk = a_desk()
    booked_series(desk, "Ana", NEXT)
    lines = [f"leave {uuid4()} {desk.team.practitioner.pk} {NEXT}" for _ in range(ROUNDS)]
    with processes(database_url, 2) as started:
        answers = [ask(started, [line] * 2) for line in lines]
    assert answers == [[line.split()[1]] * 2 for line in lines]
    assert Absence.objects.count() == ROUNDS
