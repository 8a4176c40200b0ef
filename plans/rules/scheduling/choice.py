"""What a request leaves to choose from: the sessions of each day, and the days of each session."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from clinic.rules.timegrid import CELL_MINUTES
from plans.rules.scheduling.masks import Starts
from plans.rules.scheduling.model import Days, Id, Request, Weights
from plans.rules.scheduling.supply import DAY, Supply, Wishes

QUARTER = 15


class Node(NamedTuple):
    """A session in a search: day, start minute, and the practitioner's place in the clinic's order."""

    day: date
    start: int
    person: int


class First(NamedTuple):
    """The first session of a series, and what the best series from it costs."""

    cost: int
    node: Node


class Choice:
    """The sessions that the hard wishes of a request allow."""

    def __init__(self, supply: Supply, request: Request, people: Sequence[Id] | None = None) -> None:
        """All practitioners who may treat, or only some of them."""
        self.supply, self.request = supply, request
        self._wishes = Wishes.of(request)
        self.people = self._wishes.practitioners(supply) if people is None else people
        self._persons = {one: index for index, one in enumerate(self.people)}
        self._days: dict[date, list[tuple[int, Starts]]] = {}
        self.preferred = self.person(request.preferred)

    def on(self, day: date) -> list[tuple[int, Starts]]:
        """Who is free on that day, in the clinic's order, and when."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = list(self._work_out(day)) if self._wishes.allow(day) else []
        return known

    def count(self, windows: list[Days]) -> int:
        """How many sessions there are in all windows together."""
        days = ((first + k * DAY) for first, last in windows for k in range((last - first).days + 1))
        return sum(starts.open.bit_count() for day in days for _, starts in self.on(day))

    def person(self, practitioner: Id) -> int | None:
        """The practitioner's place in the order; None for one who may not treat."""
        return self._persons.get(practitioner)

    def nodes(self, day: date) -> Iterator[tuple[Node, int]]:
        """The sessions of a day, each with what it costs by itself."""
        for person, starts in self.on(day):
            yield from self.nodes_of(day, person, starts)

    def nodes_of(self, day: date, person: int, starts: Starts) -> Iterator[tuple[Node, int]]:
        """As `nodes`, for one practitioner who is free at those starts."""
        weights, (free, before, after) = self.request.weights, starts
        base, pref = self.base_price(day, person), self.request.daytime_pref
        for cell in ones(free):
            start, short = cell * CELL_MINUTES, (before >> cell & 1) + (after >> cell & 1)
            late = weights.daytime if pref and not pref[0] <= start < pref[1] else 0
            yield Node(day, start, person), base + late + short * weights.frag

    def base_price(self, day: date, person: int) -> int:
        """What a session costs for its day and its practitioner by themselves."""
        request, weights = self.request, self.request.weights
        liked_day = request.weekdays_pref is None or day.weekday() in request.weekdays_pref
        liked = request.preferred is None or person == self.preferred
        return (0 if liked_day else weights.weekday) + (0 if liked else weights.not_preferred)

    def day_price(self, day: date) -> int:
        """What the first session costs for its day: for being late, or for the gap after the last session done."""
        request, anchor = self.request, self.request.anchor
        if not anchor:
            return request.weights.delay_day * (day - request.earliest).days
        return request.weights.gap_day * abs((day - anchor.day).days - request.steps[0].target)

    def change_price(self, person: int) -> int:
        """What the first session costs if another practitioner did the last one."""
        anchor = self.request.anchor
        same = anchor is None or self.person(anchor.practitioner) == person
        return 0 if same else self.request.weights.change

    def before_first(self, node: Node) -> int:
        """What the first session costs for being late, or for the last session done."""
        anchor = self.request.anchor
        aside = time_price(self.request.weights, node.start - anchor.start) if anchor else 0
        return self.day_price(node.day) + self.change_price(node.person) + aside

    def _work_out(self, day: date) -> Iterator[tuple[int, Starts]]:
        daytime = self._wishes.daytime
        for practitioner, (free, before, after) in self.supply.on(day, self.people):
            if free & daytime:
                person = self._persons[practitioner]
                yield person, Starts(free & daytime, before & daytime, after & daytime)


def time_price(weights: Weights, minutes: int) -> int:
    """What it costs to come so many minutes earlier or later in the day than the time before."""
    return weights.tod * min(abs(minutes) // QUARTER, weights.tod_cap)


def ones(mask: int) -> Iterator[int]:
    """The positions of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
