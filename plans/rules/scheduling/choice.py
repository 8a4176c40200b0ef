"""What a request leaves to choose from: the sessions of each day, and the days of each session."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from clinic.rules.timegrid import CELL_MINUTES
from plans.rules.scheduling.masks import Starts
from plans.rules.scheduling.model import Days, Id, Request, Weights
from plans.rules.scheduling.supply import DAY, Supply, Wishes, gaps, windows

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

    def __init__(self, supply: Supply, request: Request) -> None:
        self.supply, self.request = supply, request
        self.people = (wishes := Wishes.of(request)).practitioners(supply)
        self._wishes = wishes
        self._persons = {one: index for index, one in enumerate(self.people)}
        self._days: dict[date, list[tuple[int, Starts]]] = {}
        self.preferred = self.person(request.preferred)

    @property
    def least(self) -> int:
        """What any session costs at least by itself."""
        lacking = self.request.preferred is not None and self.preferred is None
        return self.request.weights.not_preferred if lacking else 0

    def on(self, day: date) -> list[tuple[int, Starts]]:
        """Who is free on that day, in the clinic's order, and when."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = list(self._work_out(day)) if self._wishes.allow(day) else []
        return known

    def windows(self, bound: int | None) -> list[Days]:
        """The days of each session, cut to those that a series can use which costs at most `bound` above the least."""
        hard = windows(self.request)
        if bound is None:
            return hard
        return [_narrow(self.request, window, index, bound) for index, window in enumerate(hard)]

    def count(self, windows: list[Days]) -> int:
        """How many sessions there are in all windows together."""
        days = ((first + k * DAY) for first, last in windows for k in range((last - first).days + 1))
        return sum(starts.open.bit_count() for day in days for _, starts in self.on(day))

    def person(self, practitioner: Id) -> int | None:
        """The practitioner's place in the order; None for one who may not treat."""
        return self._persons.get(practitioner)

    def nodes(self, day: date) -> Iterator[tuple[Node, int]]:
        """The sessions of a day, each with what it costs by itself."""
        request, weights = self.request, self.request.weights
        liked_day = request.weekdays_pref is None or day.weekday() in request.weekdays_pref
        for person, (free, before, after) in self.on(day):
            liked = request.preferred is None or person == self.preferred
            base = (0 if liked_day else weights.weekday) + (0 if liked else weights.not_preferred)
            for cell in ones(free):
                start, short = cell * CELL_MINUTES, (before >> cell & 1) + (after >> cell & 1)
                pref = request.daytime_pref
                late = weights.daytime if pref and not pref[0] <= start < pref[1] else 0
                yield Node(day, start, person), base + late + short * weights.frag

    def before_first(self, node: Node) -> int:
        """What the first session costs for being late, or for the last session done."""
        request, anchor = self.request, self.request.anchor
        if not anchor:
            return request.weights.delay_day * (node.day - request.earliest).days
        off = abs((node.day - anchor.day).days - request.steps[0].target)
        change = 0 if self.person(anchor.practitioner) == node.person else request.weights.change
        return off * request.weights.gap_day + change + time_price(request.weights, node.start - anchor.start)

    def _work_out(self, day: date) -> Iterator[tuple[int, Starts]]:
        daytime = self._wishes.daytime
        for practitioner, (free, before, after) in self.supply.on(day):
            person = self._persons.get(practitioner)
            if person is not None and free & daytime:
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


def _narrow(request: Request, hard: Days, index: int, bound: int) -> Days:
    weights, targets = request.weights, [step.target for step in gaps(request)[:index]]
    first, last = request.earliest, request.latest_first
    if request.anchor:
        first = last = request.anchor.day
        targets.append(request.steps[0].target)
    elif weights.delay_day:
        last = min(last, first + bound // weights.delay_day * DAY)
    if targets and not weights.gap_day:
        return hard
    slack = bound // weights.gap_day if targets else 0
    return max(hard[0], first + (sum(targets) - slack) * DAY), min(
        hard[1], last + (sum(targets) + slack) * DAY
    )
