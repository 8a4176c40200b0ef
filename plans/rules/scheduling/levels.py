"""Sets of sessions by cost: how a whole series is searched without looking at single starts.

A set is one integer. Its bits stand for (day, practitioner, start column), from the lowest bit on, over the window
of one session. `levels[c]` is the set from which the rest of the series costs at most c. Each kind of cost is one
layer: it builds its level c from the levels up to c of the layer behind it, which belongs to the session after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from plans.rules.scheduling.model import Step, Weights

QUARTER = 15


@dataclass(frozen=True, slots=True)
class Grid:
    """How sets are laid out: `unit` minutes a column, `width` columns a practitioner, `people` a day."""

    unit: int
    width: int
    people: int

    @property
    def day_bits(self) -> int:
        """Bits of one day."""
        return self.width * self.people

    def per_person(self, columns: int, days: int) -> int:
        """A pattern of columns, for every practitioner on every day."""
        return repeat(columns, self.width, self.people * days)

    def per_day(self, pattern: int, days: int) -> int:
        """A pattern of one day, on every day."""
        return repeat(pattern, self.day_bits, days)

    def whole(self, days: int) -> int:
        """Every bit."""
        return (1 << self.day_bits * days) - 1


def repeat(pattern: int, bits: int, times: int) -> int:
    """The pattern of so many bits, so many times."""
    return pattern * (((1 << bits * times) - 1) // ((1 << bits) - 1))


class Layer(Protocol):
    """Sets by cost, grown one level at a time."""

    levels: list[int]
    most: int
    """The greatest cost that the layer can add."""

    def grow(self) -> None:
        """Build the next level."""


class Stage:
    """Adds what a session costs by itself: each class is a cost and the set of those that have to pay it."""

    def __init__(self, behind: Layer | None, classes: Sequence[tuple[int, int]]) -> None:
        self.behind, self.classes = behind, classes
        self.most = max((price for price, _ in classes), default=0)
        self.levels: list[int] = []

    def grow(self) -> None:
        """Build the next level."""
        cost = len(self.levels)
        found = before = self.levels[-1] if cost else 0
        for price, members in self.classes:
            if price > cost:
                continue
            if self.behind is None:
                found |= members
            elif changed(self.behind.levels, cost - price):
                found |= members & self.behind.levels[cost - price]
        self.levels.append(before if found == before else found)

    def price(self, bit: int) -> int:
        """What the session at that bit pays here."""
        return next(price for price, members in self.classes if members >> bit & 1)


class Near:
    """Adds the cost of another time of day: which starts of a day are how near to those behind."""

    def __init__(self, behind: Stage, grid: Grid, weights: Weights, days: int) -> None:
        self.behind, self.grid = behind, grid
        self.levels: list[int] = []
        self._price, self.most = weights.tod, weights.tod * weights.tod_cap
        self._quarter = QUARTER // grid.unit
        self._top = grid.per_person(1 << grid.width - 1, days)
        self._low = grid.per_person((1 << grid.width - 1) - 1, days)
        columns = (1 << grid.width) - 1
        self._inside = {
            by: (grid.per_person(columns >> by << by, days), grid.per_person(columns >> by, days))
            for by in range(1, self._quarter + 1)
        }

    def grow(self) -> None:
        """Build the next level."""
        cost, sets = len(self.levels), self.behind.levels
        found = before = self.levels[-1] if cost else 0
        if self.most and changed(sets, cost):
            found |= sets[cost]
            for by in range(1, self._quarter):
                found |= self._aside(sets[cost], by)
        if self.most and cost >= self._price and changed(self.levels, cost - self._price):
            found |= self._aside(self.levels[cost - self._price], self._quarter)
        if cost >= self.most and changed(sets, cost - self.most):
            found |= self.fill(sets[cost - self.most])
        self.levels.append(before if found == before else found)

    def fill(self, found: int) -> int:
        """All starts of every practitioner and day that has any."""
        some = (((found & self._low) + self._low | found) & self._top) >> self.grid.width - 1
        return (some << self.grid.width) - some

    def _aside(self, found: int, by: int) -> int:
        above, below = self._inside[by]
        return found << by & above | found >> by & below


class Reach:
    """Goes back over a gap, adding the cost of its length and of a change of practitioner."""

    def __init__(self, behind: Near, step: Step, shift: int, days: int, weights: Weights, same: bool) -> None:
        """`shift` is by how many days the window of the session behind begins after this one's."""
        self.behind, self.grid = behind, behind.grid
        self.levels: list[int] = []
        self._gaps = [
            (weights.gap_day * abs(gap - step.target), (shift - gap) * self.grid.day_bits)
            for gap in range(step.minimum, step.maximum + 1)
        ]
        self._whole = self.grid.whole(days)
        self._first = self.grid.per_day((1 << self.grid.width) - 1, days)
        self._change = weights.change
        self.most = self._change + max(price for price, _ in self._gaps)
        self._alone = same or self.grid.people == 1
        self._kept: list[int] = []

    def grow(self) -> None:
        """Build the next level."""
        cost = len(self.levels)
        kept = before = self._kept[-1] if cost else 0
        for price, shift in self._gaps:
            if price <= cost and changed(self.behind.levels, cost - price):
                kept |= _shifted(self.behind.levels[cost - price], shift)
        kept &= self._whole
        self._kept.append(before if kept == before else kept)
        if self._alone:
            self.levels.append(self._kept[-1])
            return
        found = (self.levels[-1] if cost else 0) | kept
        if cost >= self._change and changed(self._kept, cost - self._change):
            found |= self.spread(self._kept[cost - self._change])
        self.levels.append(self.levels[-1] if cost and found == self.levels[-1] else found)

    def all(self, behind: int) -> int:
        """Everything that reaches a set behind at any cost."""
        found = 0
        for _, shift in self._gaps:
            found |= _shifted(self.behind.fill(behind), shift)
        found &= self._whole
        return found if self._alone else self.spread(found)

    def spread(self, found: int) -> int:
        """The same starts for every practitioner of the day."""
        width, people = self.grid.width, self.grid.people
        have = 1
        while have < people:
            step = min(have, people - have)
            found |= found >> step * width
            have += step
        found &= self._first
        have = 1
        while have < people:
            step = min(have, people - have)
            found |= found << step * width
            have += step
        return found


def changed(levels: Sequence[int], cost: int) -> bool:
    """True when that level holds more than the one before it."""
    return cost == 0 or levels[cost] is not levels[cost - 1]


def _shifted(found: int, by: int) -> int:
    return found << by if by >= 0 else found >> -by
