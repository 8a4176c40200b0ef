"""The scheduling rules alone: `python -m bench.engine`, and with `--database URL` against the bare reading of rows.

Clinics are drawn from a seed: a room and a pen for every practitioner, Monday to Saturday from 8 to 18, visits of an
hour on the quarter until so much of the time is taken, nine months long. Told are medians over clinics and rounds of
the milliseconds that this process worked.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

from bench.pairs import paired, table
from clinic.rules.hours import Absence, Opening, Shift
from plans.rules.scheduling.diff import Disruption, Series
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import (
    Booking,
    Calendar,
    Place,
    Practitioner,
    Proposal,
    Refusal,
    Request,
    Slot,
    Step,
    Treatment,
)
from plans.rules.scheduling.nearest import nearest
from plans.rules.scheduling.others import others
from plans.rules.scheduling.propose import propose
from plans.rules.scheduling.replan import replan
from plans.rules.scheduling.search import find
from plans.rules.scheduling.supply import DAY, Supply

TODAY, WINDOW_DAYS = date(2026, 3, 2), 270
SPREAD = timedelta(days=28)
OPENS, CLOSES, VISIT, QUARTER = 8 * 12, 18 * 12, 12, 3  # in cells
WEEK = dict.fromkeys(range(6), ((OPENS * 5, CLOSES * 5),))
TREATMENT = Treatment(60, "treatment", "pen")
STEP, SESSIONS, OPTIONS = Step(28, 35, 42), 6, 5
FULL = 0.85
CLINICS = 5
AWAY = timedelta(days=13)
MANY = 50
PLAIN = Request(SESSIONS, TODAY, TODAY + SPREAD, (STEP,) * (SESSIONS - 1), TREATMENT, preferred="who 0")
WISHES = {
    "as it comes": PLAIN,
    "the same practitioner": replace(PLAIN, same_practitioner=True),
    "mornings of two weekdays": replace(PLAIN, weekdays=frozenset({1, 3}), daytime=(480, 780)),
    "after three done": replace(PLAIN, n=3, steps=(STEP,) * 2),
}
LANE = ("who 0", "room 0", "pen 0")
Job = Callable[[], object]


def drawn(people: int, busy: float, seed: int) -> Calendar:
    """Draw a clinic of so many practitioners, each so busy."""
    bookings: list[Booking] = []
    for number in range(people if busy else 0):
        random = Random(f"{seed} {number}")
        for offset in range(WINDOW_DAYS):
            bookings += _taken(number, TODAY + offset * DAY, busy, random)
    shift = (Shift(WEEK),)
    return Calendar(
        opening=Opening(ZoneInfo("Europe/Berlin"), WEEK),
        practitioners=tuple(Practitioner(f"who {number}", shift) for number in range(people)),
        rooms=tuple(Place(f"room {number}", "treatment") for number in range(people)),
        devices=tuple(Place(f"pen {number}", "pen") for number in range(people)),
        bookings=bookings,
    )


def _taken(number: int, day: date, busy: float, random: Random) -> Iterator[Booking]:
    """Draw a day: at each quarter a visit begins, or none does, so that visits take the share that is asked for."""
    begins = QUARTER * busy / (VISIT - (VISIT - QUARTER) * busy)
    cell = OPENS
    while day.weekday() < 6 and cell + VISIT <= CLOSES:
        if random.random() < begins:
            for what in ("who", "room", "pen"):
                yield f"{what} {number}", day, cell, cell + VISIT
            cell += VISIT
        else:
            cell += QUARTER


def took(jobs: list[Job], rounds: int) -> list[object]:
    """Return the median and the worst median of the jobs, in milliseconds of this process alone."""
    times = [median(_worked(job) for _ in range(rounds)) for job in jobs]
    return [median(times), max(times)]


def _worked(job: Job) -> float:
    """Return how long this process worked on a job, whatever else the machine does."""
    began = time.process_time()
    job()
    return (time.process_time() - began) * 1000


def proposals(people: int, busy: float, rounds: int) -> Iterator[list[object]]:
    """Time five options for six sessions under different wishes."""
    calendars = [drawn(people, busy, seed) for seed in range(CLINICS if busy else 1)]
    for name, asked in WISHES.items():
        jobs: list[Job] = [partial(propose, calendar, asked, OPTIONS) for calendar in calendars]
        found = sum(isinstance(job(), Proposal) for job in jobs)
        yield [f"propose, {name}", people, busy, *took(jobs, rounds), f"{found} of {len(jobs)} found"]


def refusals(people: int, rounds: int) -> Iterator[list[object]]:
    """Time why there is none and every way out, in a crowded clinic and in an empty one."""
    strict = replace(
        PLAIN,
        weekdays=frozenset({0, 2}),
        same_practitioner=True,
        practitioners=("who 0", "who 1"),
        finish=PLAIN.earliest + 180 * DAY,
        blackout=((TODAY + 100 * DAY, TODAY + 114 * DAY),),
    )
    never = replace(PLAIN, weekdays=frozenset({6}), finish=PLAIN.earliest + 200 * DAY)
    for name, asked, busy in (("strict wishes", strict, FULL), ("a day that is closed", never, 0.0)):
        calendars = [drawn(people, busy, seed) for seed in range(CLINICS if busy else 1)]
        tried = [partial(propose, calendar, asked, OPTIONS) for calendar in calendars]
        refused = [(job, answer) for job in tried if isinstance(answer := job(), Refusal)]
        jobs: list[Job] = [job for job, _ in refused]
        ways = [len(answer.relaxations) for _, answer in refused]
        yield [f"why none, {name}", people, busy, *took(jobs, rounds), f"ways out: {ways}"]


def times(people: int, busy: float, rounds: int) -> Iterator[list[object]]:
    """Time other times for one session: on the free time of a search, and from the rows on."""
    calendar = drawn(people, busy, 0)
    supply = Supply(Masks(calendar), PLAIN)
    slots = find(supply, PLAIN, OPTIONS)[0].slots
    other: Job = partial(others, supply, PLAIN, slots, 2)
    one: Job = partial(nearest, calendar, PLAIN, slots, 2, per_day=2)
    yield ["other times for one session of an option", people, busy, *took([other], rounds), ""]
    yield ["nearest times for one session booked", people, busy, *took([one], rounds), ""]


def repairs(people: int, rounds: int) -> Iterator[list[object]]:
    """Time the first plan when the first practitioner is away for two weeks."""
    calendar = drawn(people, FULL, 0)
    for wanted in (1, MANY):
        facts, asked = _struck(calendar, wanted)
        job: Job = partial(replan, facts, asked, iterations=0)
        plan = replan(facts, asked, iterations=0)
        yield [
            f"first re-plan of {len(asked.series)} series",
            people,
            FULL,
            *took([job], rounds),
            f"{len(plan.unplaced)} without a place",
        ]


def _struck(calendar: Calendar, wanted: int) -> tuple[Calendar, Disruption]:
    """Return leave of two weeks and series of four with a session in them, taken out of what is booked."""
    start = TODAY + 2 * STEP.target * DAY
    held = [one for one in calendar.bookings if one[0] == "who 0" and start <= one[1] <= start + AWAY]
    series = tuple(_series(number, booking) for number, booking in enumerate(held[:wanted]))
    gone = {
        (slot.day, slot.start // 5 + cell) for one in series for slot in one.slots for cell in range(VISIT)
    }
    kept = [one for one in calendar.bookings if one[0] not in LANE or not gone & set(_cells(one))]
    first, *rest = calendar.practitioners
    away = replace(first, leave=(Absence(start, start + AWAY),))
    return replace(calendar, practitioners=(away, *rest), bookings=kept), Disruption(start, series)


def _cells(booking: Booking) -> Iterator[tuple[date, int]]:
    _, day, first, until = booking
    return ((day, cell) for cell in range(first, until))


def _series(number: int, booking: Booking) -> Series:
    """Return a series of six, two done, whose third session is the booking."""
    _, day, first, _ = booking
    days = [day + offset * STEP.target * DAY for offset in range(-2, 4)]
    slots = tuple(Slot(one, "who 0", first * 5, "room 0", "pen 0") for one in days)
    return Series(number, TREATMENT, slots, (STEP,) * 5, done=2, patient=f"patient {number}")


def against_rows(rounds: int) -> Iterator[list[object]]:
    """Time the rules on the real rows of nine full months of a history against the bare reading of those rows."""
    from django.db import connection

    from bench.floor import BOOKINGS
    from clinic.models import Clinic
    from plans.models import Kind
    from plans.queries.slots import calendar, treatment_of, visit_type

    clinic = Clinic.objects.get(slug="bench-1")
    last = date.today() - DAY  # noqa: DTZ011 (a history is full up to the present day)
    first = last - WINDOW_DAYS * DAY
    facts = calendar(clinic, first, last)
    treatment = treatment_of(visit_type(clinic, Kind.TREATMENT), clinic)
    asked = replace(
        PLAIN,
        earliest=first,
        latest_first=first + SPREAD,
        treatment=treatment,
        preferred=facts.practitioners[0].id,
    )
    ids = list({who for who, *_ in facts.bookings})

    def rows() -> object:
        with connection.cursor() as cursor:
            cursor.execute(BOOKINGS, [ids, first, last])
            return cursor.fetchall()

    pair = paired(partial(propose, facts, asked, OPTIONS), rows, rounds)
    yield [len(ids), len(facts.bookings), pair.product, pair.floor, pair.ratio, "<= 1.0"]


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--database", metavar="URL", help="a history of bench.history in PostgreSQL")
    asked = parser.parse_args()
    rows: list[list[object]] = []
    for people in (5, 20):
        for busy in (FULL, 0.0):
            rows += proposals(people, busy, asked.rounds)
            rows += times(people, busy, asked.rounds)
        rows += refusals(people, asked.rounds)
        rows += repairs(people, asked.rounds)
    head = ["what", "practitioners", "busy", "median ms", "slowest clinic ms", ""]
    table("The rules alone", head, rows)
    if asked.database:
        os.environ["DATABASE_URL"] = asked.database
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
        import django

        django.setup()
        head = ["resources", "rows", "rules ms", "reading ms", "ratio", "goal"]
        table("The rules against reading their rows", head, list(against_rows(asked.rounds)))


if __name__ == "__main__":
    main()
