"""A seeded history: `python -m bench.history --bookings 100000 --seed 1` fills the database at DATABASE_URL.

Each clinic has 5 practitioners, 3 rooms, 3 pens, opens Monday to Saturday from 8 to 18, and holds at most
100,000 bookings of 60 minutes: series of six, five weeks apart, one patient a series, about four slots of five
taken. The past is full; what is still to come thins out over half a year, as it does where series are booked whole.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

A_CLINIC = 100_000
PRACTITIONERS, ROOMS, SESSIONS, WEEKS_APART = 5, 3, 6, 5
OPENS, CLOSES, MINUTES = 8 * 60, 18 * 60, 60
TAKEN = 0.8
NEW_SERIES_WITHIN = 4  # weeks from today in which the last series begin
AT_ONCE = 20_000  # rows of a table, before they are written


@dataclass(frozen=True)
class Column:
    """One hour of one weekday in one room, in one week of five: six sessions after each other make a series."""

    weekday: int
    lane: int
    start: int
    phase: int


@dataclass(frozen=True)
class Built:
    """What stands in the database of one clinic."""

    slug: str
    bookings: int
    patients: int


def columns() -> list[Column]:
    """Return every column of a week. A lane works in one room all day, from the hour, 15 or 30 minutes past."""
    found = []
    for weekday in range(6):
        for lane in range(ROOMS):
            late = 15 * ((weekday + lane) % 3)
            starts = range(OPENS + late, CLOSES - MINUTES + 1, MINUTES)
            found += [Column(weekday, lane, start, phase) for start in starts for phase in range(WEEKS_APART)]
    return found


def series_of(random: Random, bookings: int) -> list[tuple[int, Column, int]]:
    """Return series as (first week, column, sessions) from the newest back, `bookings` sessions in all.

    Weeks count from the present one, which is 0.
    """
    length = SESSIONS * WEEKS_APART
    # Columns are shifted against each other, so that in any week some series begin, go on and end.
    shifts = [(column, random.randrange(SESSIONS) * WEEKS_APART + column.phase) for column in columns()]
    made: list[tuple[int, Column, int]] = []
    left = bookings
    for block in count():
        for column, shift in random.sample(shifts, len(shifts)):
            first = shift - block * length
            if first > NEW_SERIES_WITHIN or random.random() > TAKEN:
                continue
            sessions = min(SESSIONS, left)
            made.append((first, column, sessions))
            left -= sessions
            if not left:
                return made
    raise AssertionError("a count never ends")


class Builder:
    """One clinic and its history."""

    def __init__(self, slug: str, seed: int, today: date) -> None:
        from bench.place import Place

        self.random = Random(f"{seed} {slug}")
        self.today = today
        self.monday = today - timedelta(days=today.weekday())
        self.place = Place.make(slug)
        self.tables = self.place.tables()
        self.visits = self.patients = 0

    def rows(self, bookings: int) -> Iterator[None]:
        """Add series by series, oldest first; the caller may take turns between clinics."""
        for first, column, sessions in sorted(
            series_of(self.random, bookings),
            key=lambda one: (one[0], one[1].weekday, one[1].start, one[1].lane),
        ):
            self._series(first, column, sessions)
            if len(self.tables["occupancy"].waiting) >= AT_ONCE:
                self.write()
            yield
        self.write()

    def uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def _series(self, first: int, column: Column, sessions: int) -> None:
        began = self._day(first, column)
        signed = datetime.combine(began - timedelta(days=7), datetime.min.time(), UTC)
        patient, consultation, series = self.uuid(), self.uuid(), self.uuid()
        resource = self.place.next_resource()
        member = self.place.lane(column.weekday, column.lane)
        days = [self._day(first + WEEKS_APART * index, column) for index in range(sessions)]
        done = sum(day < self.today for day in days)
        state = "completed" if done == SESSIONS else "active" if done else "booked"
        if sessions < SESSIONS and done == sessions:
            state = "stopped"
        self.patients += 1
        name = f"Patient {self.patients}"
        add = self.tables
        add["resource"].add(resource, "patient")
        add["patient"].add(patient, resource, f"P{self.patients:06d}", name, name.casefold(), signed)
        add["consultation"].add(consultation, patient, member.pk, signed, signed, signed, member.user_id)
        add["series"].add(series, patient, consultation, member.pk, state, signed)
        for number, day in enumerate(days, 1):
            self._visit(series, patient, resource, number, day, column, signed)

    def _visit(
        self,
        series: UUID,
        patient: UUID,
        resource: int,
        number: int,
        day: date,
        column: Column,
        booked: datetime,
    ) -> None:
        from clinic.rules.timegrid import utc_range

        self.visits += 1
        visit, member = self.uuid(), self.place.lane(column.weekday, column.lane)
        room, device = self.place.rooms[column.lane], self.place.devices[column.lane]
        start, end = utc_range(day, column.start, column.start + MINUTES, self.place.zone)
        state = "done" if day < self.today else "booked"
        reference = f"{self.visits:07d}"
        self.tables["visit"].add(
            visit, patient, series, number, member.pk, room, device, day, column.start, start, end, state,
            booked, reference, booked,
        )  # fmt: skip
        cells = column.start // 5, (column.start + MINUTES) // 5
        for held in (member.user.resource_id, room, device, resource):
            self.tables["occupancy"].add(held, visit, start, end, day, *cells)

    def _day(self, week: int, column: Column) -> date:
        return self.monday + timedelta(days=7 * week + column.weekday)

    def write(self) -> None:
        """Write what has been gathered, in the order in which the rows refer to each other."""
        for table in self.tables.values():
            table.write()


def build(bookings: int, seed: int, today: date) -> list[Built]:
    """Fill the database with so many bookings, in as few clinics as hold them; their rows lie mixed by time."""
    from django.db import transaction

    from bench.bulk import settle, without_checks
    from clinic.models import Resource
    from plans.models import Occupancy

    sizes = [A_CLINIC] * (bookings // A_CLINIC) + ([bookings % A_CLINIC] if bookings % A_CLINIC else [])
    builders = [Builder(f"bench-{number}", seed, today) for number in range(1, len(sizes) + 1)]
    waiting: list[Any] = [builder.rows(size) for builder, size in zip(builders, sizes, strict=True)]
    with without_checks(Occupancy), transaction.atomic():
        while waiting:
            waiting = [rows for rows in waiting if next(rows, builders) is None]
    settle(Resource, Occupancy)
    return [Built(builder.place.clinic.slug, builder.visits, builder.patients) for builder in builders]


def main() -> None:
    """Migrate, build and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--today", type=date.fromisoformat, help="the day between past and future")
    asked = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    began = time.monotonic()
    call_command("migrate", verbosity=0)
    today = asked.today or timezone.now().date()
    for built in build(asked.bookings, asked.seed, today):
        sys.stdout.write(f"{built.slug}: {built.bookings} bookings, {built.patients} patients\n")
    sys.stdout.write(f"{asked.bookings} bookings in {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
