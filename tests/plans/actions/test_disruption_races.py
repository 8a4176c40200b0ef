"""A plan that is accepted at the instant at which a desk books what it wants, as processes of their own."""

import datetime
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
from django.conf import settings

from plans.actions import booking, disruptions
from plans.actions.drafting import Wanted
from plans.models import Absence, Occupancy, Series
from plans.queries.disruptions import away_of, touched, with_names
from plans.queries.replanning import cases_of, other_times
from plans.rules.plan import Session, numbered
from plans.rules.scheduling.check import double_bookings
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.clinic import DeviceFactory, RoomFactory
from tests.factories.disruptions import NEXT, TEN, booked_series, slot, when
from tests.plans.actions.test_booking import a_desk_in

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4
LATER = 0.002  # seconds
WEEK = datetime.timedelta(days=7)


@contextmanager
def started(database_url: str, *modules: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Start a process for each module, ready to go; end them afterwards."""
    env = {**os.environ, "DATABASE_URL": database_url, "INTERVAL_TESTING": "1"}
    made = [
        subprocess.Popen(
            [sys.executable, "-m", module],
            env=env,
            cwd=settings.BASE_DIR,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for module in modules
    ]
    try:
        for one in made:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        yield made
    finally:
        for one in made:
            one.communicate(timeout=30)


def ask(processes: list[subprocess.Popen[str]], lines: list[str]) -> list[str]:
    """Give every process its line before any has answered, then read the answers."""
    for one, line in zip(processes, lines, strict=True):
        assert one.stdin is not None
        one.stdin.write(line + "\n")
        one.stdin.flush()
    return [one.stdout.readline().strip() for one in processes if one.stdout is not None]


def away(desk: Desk, day: datetime.date) -> Absence:
    wanted = Wanted("leave", day, day, membership=desk.team.practitioner)
    return disruptions.draft(desk.team.admin.actor, desk.team.clinic, wanted, at=MONDAY)


def overlaps() -> tuple[object, ...]:
    held = Occupancy.objects.values_list("resource_id", "day", "cell_from", "cell_to")
    return double_bookings(list(held))


def test_who_loses_the_time_of_a_plan_is_asked_again_with_the_nearest_times(database_url: str) -> None:
    """The plan and a desk both want the colleague at ten; there are two rooms and pens, and one colleague."""
    desk = a_desk()
    room = RoomFactory.create(clinic=desk.team.clinic, kind="treatment", position=9)
    pen = DeviceFactory.create(clinic=desk.team.clinic, position=9)
    days = [NEXT + number * WEEK for number in range(ROUNDS)]
    moved = [booked_series(desk, f"Person {number}", day) for number, day in enumerate(days)]
    absences = [away(desk, day) for day in days]
    offers = []
    for day in days:
        series = a_desk_in(desk)
        wanted = replace(slot(desk, day, TEN, desk.team.lead), room=room.pk, device=pen.pk)
        plan = numbered([1], [wanted])
        offers.append(f"{series.pk} {booking.offer(series, plan)}")
    with started(database_url, "tests.settler", "tests.booker") as processes:
        answers = [
            # The plan waits a little longer each round: now the one is first, now the other.
            tuple(ask(processes, [f"accept {absence.pk} {LATER * number}", offer]))
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
    absence = away(desk, NEXT)
    lead = desk.team.lead
    pins = {
        ana.pk: [Session(1, slot(desk, NEXT, TEN + 75, lead))],
        bea.pk: [Session(1, slot(desk, NEXT, TEN, lead))],
    }
    return disruptions.run_again(desk.team.admin.actor, absence, at=MONDAY, pins=pins), ana, bea


def test_two_who_have_decided_and_exchange_at_once_free_nothing_twice(database_url: str) -> None:
    absence, ana, bea = exchanging(a_desk())
    with started(database_url, "tests.settler", "tests.settler") as processes:
        assert [ask([one], [f"decide {absence.pk}"]) for one in processes] == [["2"], ["2"]]
        answers = ask(processes, ["exchange"] * 2)
    assert answers == ["done=2 failed=0"] * 2
    assert (when(ana)[1], when(bea)[1], Occupancy.objects.count()) == (TEN + 75, TEN, 8)
    assert [series.changes.filter(verb="replan").count() for series in (ana, bea)] == [1, 1]


def test_two_who_accept_one_exchange_do_it_once(database_url: str) -> None:
    """Two administrators press the button at once."""
    absence, ana, bea = exchanging(a_desk())
    with started(database_url, "tests.settler", "tests.settler") as processes:
        answers = ask(processes, [f"accept {absence.pk} 0"] * 2)
    assert all(answer.startswith("done=") for answer in answers), answers
    assert (when(ana)[1], when(bea)[1], Occupancy.objects.count()) == (TEN + 75, TEN, 8)
    assert overlaps() == ()
    assert [series.changes.filter(verb="replan").count() for series in (ana, bea)] == [1, 1]


def test_two_posts_of_one_form_at_one_instant_make_one_draft(database_url: str) -> None:
    desk = a_desk()
    booked_series(desk, "Ana", NEXT)
    lines = [f"leave {uuid4()} {desk.team.practitioner.pk} {NEXT}" for _ in range(ROUNDS)]
    with started(database_url, "tests.settler", "tests.settler") as processes:
        answers = [ask(processes, [line] * 2) for line in lines]
    assert answers == [[line.split()[1]] * 2 for line in lines]
    assert Absence.objects.count() == ROUNDS
