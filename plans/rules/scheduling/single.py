"""One session: its visits in order of cost. Days and practitioners are looked at only when their turn may have come."""

from collections.abc import Iterator
from datetime import date
from heapq import heappop, heappush
from typing import NamedTuple

from plans.rules.scheduling.choice import Choice, First, Node
from plans.rules.scheduling.masks import Starts
from plans.rules.scheduling.model import Days
from plans.rules.scheduling.supply import DAY

BEYOND = 10**9
"""More than any visit costs."""


class Lot(NamedTuple):
    """All visits of a practitioner on a day, none of which costs less than `least`."""

    least: int
    day: date
    person: int
    starts: Starts


class Single:
    """The visits of a request for one session within a window."""

    def __init__(self, choice: Choice, window: Days) -> None:
        self._choice = choice
        self._days = [window[0] + offset * DAY for offset in range((window[1] - window[0]).days + 1)]

    def firsts(self) -> Iterator[First]:
        """Every possible visit, by cost, then date, start and practitioner."""
        choice = self._choice
        lots: list[Lot] = []
        found: list[First] = []
        for least, day in sorted((choice.day_price(day), day) for day in self._days):
            yield from self._below(least, lots, found)
            for person, starts in choice.on(day):
                aside = choice.base_price(day, person) + choice.change_price(person)
                heappush(lots, Lot(least + aside, day, person, starts))
        yield from self._below(BEYOND, lots, found)

    def begins_with(self, person: int) -> bool:
        """True when that practitioner can take the visit."""
        return any(person == free for day in self._days for free, _ in self._choice.on(day))

    def series(self, first: First) -> list[Node]:
        """The visit itself."""
        return [first.node]

    def _below(self, limit: int, lots: list[Lot], found: list[First]) -> Iterator[First]:
        """Every visit that costs less than the limit, in order; a lot is opened when none found is cheaper for sure."""
        while True:
            least = lots[0].least if lots else BEYOND
            if found and found[0].cost < min(least, limit):
                yield heappop(found)
            elif least < limit:
                for node, price in self._choice.nodes_of(*heappop(lots)[1:]):
                    heappush(found, First(price + self._choice.before_first(node), node))
            else:
                return
