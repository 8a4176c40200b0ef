"""The player: every story says when it goes on; the earliest of all goes next, up to the planted instant."""

import heapq
from collections.abc import Generator, Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import TypeAlias, TypeVar

from clinic.rules.roles import Actor
from clinic.rules.timegrid import to_utc
from plans.demo.places import Place, closed_weekday

Told = TypeVar("Told")
Story: TypeAlias = Generator[datetime, datetime, Told]
"""Yields the instant at which it goes on, is sent the instant that it is, and returns what came of it."""


class Stage:
    """One clinic while the story is told in it: its place, its dice, its calendar."""

    def __init__(self, place: Place, seed: int) -> None:
        self.place = place
        self.clinic = place.clinic
        self.day = place.planted_day
        self._phones = count(1)
        self.dice = Random(f"{seed} {place.clinic.slug}")  # noqa: S311 (a story, not a secret)

    @property
    def desk(self) -> Actor:
        """Whoever is at the front desk."""
        return self.place.staff["desk"].actor

    def open_day(self, days_before: int) -> date:
        """Return the open day so many days before the planted one, or the day before that."""
        day = self.day - timedelta(days=days_before)
        return day - timedelta(days=day.weekday() == closed_weekday(self.day))

    def in_hours(self, day: date) -> datetime:
        """Return some minute of a working day at the desk."""
        return to_utc(day, self.dice.randrange(8 * 60 + 30, 17 * 60 + 30), self.clinic.zone)

    def next_phone(self) -> str:
        """Return a phone number that nobody else has, of a range that is never given out."""
        number = next(self._phones)
        return f"(212) 555-01{number:02d}" if self.clinic.slug == "harbour" else f"07700 900{number:03d}"

    def minutes(self, least: int, most: int) -> timedelta:
        """Return some minutes, from least to most."""
        return timedelta(minutes=self.dice.randint(least, most))


def play(stories: Iterable[Story[None]], until: datetime) -> None:
    """Tell all stories at once, in order of time; what would come after `until` is not told.

    Time never goes back: a story that names an instant that is past goes on at once.
    """
    told = list(stories)
    waiting = [(next(story).astimezone(UTC), number) for number, story in enumerate(told)]
    heapq.heapify(waiting)
    now = datetime.min.replace(tzinfo=UTC)
    while waiting and waiting[0][0] <= until:
        when, number = heapq.heappop(waiting)
        now = max(now, when)
        try:
            when = told[number].send(now)
        except StopIteration:
            continue
        heapq.heappush(waiting, (when.astimezone(UTC), number))
