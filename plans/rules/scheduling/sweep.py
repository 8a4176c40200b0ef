"""A backward dynamic programme over sets of sessions: from which first sessions a series is how cheap."""

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import NamedTuple, TypeVar

from plans.rules.scheduling.levels import Change, Fill, Layer, Near, Reach, Spread, Stage
from plans.rules.scheduling.model import Anchor, Days, Request
from plans.rules.scheduling.space import Classes, Node, Space
from plans.rules.scheduling.supply import DAY, gaps, windows

NOON = 13 * 60
AnyLayer = TypeVar("AnyLayer", bound=Layer)


class First(NamedTuple):
    """The best series with one first appointment: its cost above the base, and its first session."""

    cost: int
    node: Node


class Sweep:
    """The sets of one request. A `bound` narrows the windows to what a series of that cost can use."""

    def __init__(self, space: Space, bound: int | None = None) -> None:
        self.space, self.request = space, space.request
        hard = windows(self.request)
        self.windows = hard if bound is None else [_narrow(self.request, hard, i, bound) for i in range(len(hard))]
        self.complete = self.windows == hard
        self.base = self.possible = 0
        self.stages: list[Stage] = []
        self.before_first: list[Stage] = []
        self._layers: list[Layer] = []
        self._ways: list[tuple[Reach, Spread, Fill]] = []
        if all(first <= last for first, last in self.windows):
            self._build()
        least = space.least * self.request.n
        self._limit = None if self.complete or bound is None else bound + least - self.base

    def firsts(self, wanted: int) -> tuple[list[First], bool]:
        """The best series of each distinct first appointment, cheapest first; and whether these are enough.

        Distinct are date, practitioner and half-day. One with the preferred practitioner is always looked for.
        """
        enough, found = False, dict[tuple[date, int, bool], First]()
        noon, preferred = self.space.before(NOON), self._preferred()
        for cost, new in self._new_sets():
            for node in self.space.nodes(self.windows[0], new):
                early = bool(noon >> node.column & 1)
                found.setdefault((node.day, node.person, early), First(cost, node))
            enough = len(found) >= wanted and (preferred is None or any(group[1] == preferred for group in found))
            if enough:
                break
        return sorted(found.values()), enough or self.complete

    def costs(self) -> Iterator[int]:
        """Costs above the base, in order, each when it is settled; ends at the limit or when all is settled."""
        for cost in count():
            if not any(layer.waiting for layer in self._layers) or (self._limit is not None and cost > self._limit):
                return
            for layer in self._layers:
                layer.settle(cost)
            yield cost

    def within(self, cost: int) -> int:
        """The first sessions from which the whole series costs at most so much above the base."""
        return self._layers[-1].at(cost)

    def _new_sets(self) -> Iterator[tuple[int, int]]:
        """For each cost above the base, in order, the first sessions whose best series costs just that."""
        seen = 0
        for cost in self.costs():
            now = self.within(cost)
            if now != seen:
                yield cost, now & ~seen
            seen = now
            if seen == self.possible:
                return

    def _preferred(self) -> int | None:
        """The preferred practitioner's place in the order, unless it is certain that no series begins there."""
        if self.request.preferred not in self.space.people or not self.possible:
            return None
        days = _length(self.windows[0])
        beginning = self.possible & self.space.person_everywhere(self.request.preferred, days)
        place = self.space.people.index(self.request.preferred)
        return place if beginning or not self.complete else None

    def _build(self) -> None:
        """Make the layers, from the first session on, and let everything into the last session."""
        first = self._anchor_classes(self.request.anchor) if self.request.anchor else [self._delay_classes()]
        onward: Layer | None = None
        for classes in first:
            onward = self._add(Stage(classes, onward))
            self.before_first.append(onward)
        for index, window in enumerate(self.windows):
            if index:
                onward = self._between(index)
            stage = self._add(Stage(self._above_base(self.space.classes(window)), onward))
            self.stages.append(stage)
        self._layers.reverse()
        self.possible = self._possible()
        if self.possible:
            self.stages[-1].receive(0, self.space.grid.whole(_length(self.windows[-1])))

    def _between(self, index: int) -> Layer:
        """The layers that lead from the session at the index to the one before it."""
        weights, grid, before = self.request.weights, self.space.grid, self.windows[index - 1]
        fill, spread = Fill(grid, _length(before)), Spread(grid, _length(before))
        useful = fill(self.stages[-1].members)
        onward: Layer = self._add(Near(grid, weights, _length(before), self.stages[-1]))
        if not self.request.same_practitioner:
            useful = spread(useful)
            onward = self._add(Change(weights.change, spread, onward))
        shift = (self.windows[index][0] - before[0]).days
        reach = Reach(gaps(self.request)[index - 1], weights.gap_day, shift, useful, grid, onward)
        self._ways.append((reach, spread, fill))
        return self._add(reach)

    def _possible(self) -> int:
        """The first sessions from which any whole series can be had."""
        found = self.stages[-1].members
        for stage, (reach, spread, fill) in zip(self.stages[-2::-1], reversed(self._ways), strict=True):
            reached = reach.all(found)
            found = stage.members & fill(reached if self.request.same_practitioner else spread(reached))
        return found

    def _add(self, layer: AnyLayer) -> AnyLayer:
        self._layers.append(layer)
        return layer

    def _above_base(self, classes: Classes) -> Classes:
        least = classes[0][0] if classes else 0
        self.base += least
        return [(price - least, members) for price, members in classes]

    def _delay_classes(self) -> Classes:
        """Days that the first session starts after the earliest date."""
        first, last = self.windows[0]
        late = (first - self.request.earliest).days
        return self._day_classes(
            [(late + i) * self.request.weights.delay_day for i in range(_length((first, last)))]
        )

    def _anchor_classes(self, anchor: Anchor) -> list[Classes]:
        """Gap, practitioner and time of day against the last session done."""
        weights, step, space = self.request.weights, self.request.steps[0], self.space
        first, days = self.windows[0][0], _length(self.windows[0])
        ago = (first - anchor.day).days
        by_gap = [weights.gap_day * abs(ago + i - step.target) for i in range(days)]
        by_time: dict[int, int] = {}
        for column in range(space.grid.width):
            apart = abs(space.minute(column) - anchor.start) // 15
            price = weights.tod * min(apart, weights.tod_cap)
            by_time[price] = by_time.get(price, 0) | 1 << column
        same = space.person_everywhere(anchor.practitioner, days)
        return [
            self._day_classes(by_gap),
            [(price, space.grid.per_person(columns, days)) for price, columns in by_time.items()],
            [(0, same), (weights.change, space.grid.whole(days) & ~same)],
        ]

    def _day_classes(self, prices: list[int]) -> Classes:
        return [(p, self.space.days_where(price == p for price in prices)) for p in sorted(set(prices))]


def _narrow(request: Request, hard: list[Days], index: int, bound: int) -> Days:
    """The part of the window that a series within the bound can use."""
    weights, (first, last) = request.weights, hard[index]
    lo, hi = request.earliest, request.latest_first
    targets = [step.target for step in gaps(request)[:index]]
    if request.anchor:
        lo = hi = request.anchor.day
        targets.append(request.steps[0].target)
    elif weights.delay_day:
        hi = min(hi, lo + bound // weights.delay_day * DAY)
    if not weights.gap_day and targets:
        return first, last
    slack = bound // weights.gap_day if targets else 0
    shift = sum(targets)
    return max(first, lo + (shift - slack) * DAY), min(last, hi + (shift + slack) * DAY)


def _length(window: Days) -> int:
    return (window[1] - window[0]).days + 1
