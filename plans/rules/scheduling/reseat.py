"""Places the open sessions of one booked series anew with the least disruption: exact, on the free time as it is.

What a session costs depends on itself and on the gap before it, so the best visit of a day stands for its day and a
walk over days decides. A day is looked at only when the walk wants it: one that may stay costs a single look.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from clinic.rules.timegrid import CELL_MINUTES
from plans.rules.scheduling.diff import Disruption, ReplanCosts, Series
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Anchor, Id, Request, Slot, Step
from plans.rules.scheduling.supply import DAY, Supply, Wishes

QUARTER = 15


Ways = dict[int, tuple[int, tuple[int, ...]]]


class Seat(NamedTuple):
    """The least disturbing visit of a day for one session."""

    cost: int
    start: int
    practitioner: Id


class Reseated(NamedTuple):
    """A place for every open session of a series, and what it costs to go there."""

    cost: int
    slots: tuple[Slot, ...]


def as_request(series: Series, disruption: Disruption) -> Request:
    """The open sessions of a series as a fresh request, the first within the radius of where it was."""
    first = series.slots[series.done].day
    earliest = max(disruption.today, first - disruption.radius * DAY)
    last = series.slots[series.done - 1] if series.done else None
    return Request(
        n=len(series.slots) - series.done,
        earliest=earliest,
        latest_first=max(earliest, first + disruption.radius * DAY),
        steps=series.steps[max(0, series.done - 1) :],
        treatment=series.treatment,
        weekdays=series.weekdays,
        daytime=series.daytime,
        practitioners=series.practitioners,
        same_practitioner=series.same_practitioner,
        blackout=series.blackout,
        patient=series.patient,
        patient_busy=series.patient_busy,
        anchor=Anchor(last.day, last.practitioner, last.start) if last else None,
    )


def move_cost(costs: ReplanCosts, before: Slot, day: date, start: int, practitioner: Id) -> int:
    """What it costs to move one session, gaps aside."""
    cost = costs.other_practitioner if practitioner != before.practitioner else 0
    if (day, start) == (before.day, before.start):
        return cost + costs.stay
    cost += costs.per_15min * min(abs(start - before.start) // QUARTER, costs.per_15min_cap)
    days = abs((day - before.day).days)
    if not days:
        return cost + costs.same_day_move
    return cost + costs.other_day_move + costs.per_day * min(days, costs.per_day_cap)


class Reseat:
    """One series on masks in which other bookings may come and go between calls of `best`."""

    def __init__(self, masks: Masks, disruption: Disruption, series: Series) -> None:
        request = as_request(series, disruption)
        self.series, self.disruption = series, disruption
        self.supply, self.wishes = Supply(masks, request), Wishes.of(request)
        self.people = self.wishes.practitioners(self.supply)
        self.open = series.slots[series.done :]
        self.steps, self.anchor = request.steps, request.anchor
        self.days = [self._days(index, slot) for index, slot in enumerate(self.open)]

    def best(self) -> Reseated | None:
        """The least disturbing place for all open sessions; None if there is none."""
        lanes = [[one] for one in self.people] if self.series.same_practitioner else [self.people]
        found = [walked for walked in (Walk(self, lane).best() for lane in lanes) if walked]
        return min(found, key=lambda walked: walked.cost, default=None)

    def seat(self, index: int, day: date, people: Sequence[Id]) -> Seat | None:
        """The least disturbing visit for an open session on that day with one of those practitioners."""
        if not self.wishes.allow(day):
            return None
        before, pin = self.open[index], self.series.pins.get(self.series.done + index)
        seats = [
            Seat(move_cost(self.disruption.costs, before, day, start, practitioner), start, practitioner)
            for practitioner, starts in self.supply.look(day, people)
            for start in _nearest(starts.open & self.wishes.daytime, pin.start if pin else before.start)
            if pin is None or (practitioner, start) == (pin.practitioner, pin.start)
        ]
        return min(seats, key=lambda seat: seat.cost, default=None)

    def _days(self, index: int, slot: Slot) -> list[date]:
        pin = self.series.pins.get(self.series.done + index)
        if pin:
            return [pin.day]
        radius = self.disruption.radius
        days = [slot.day + offset * DAY for offset in range(-radius, radius + 1)]
        return [day for day in days if day >= self.disruption.today]


class Walk:
    """The best choice of days, seats being looked at when a walk over what is known so far passes them.

    Days are counted as ordinals. `ways` maps a day to the cheapest way to it: its cost and its days.
    """

    def __init__(self, task: Reseat, people: Sequence[Id]) -> None:
        self.task, self.people = task, people
        costs = task.disruption.costs
        self._off_target = costs.gap_per_day_off_target
        self._seats: dict[tuple[int, int], Seat | None] = {}
        # Until it is looked at, a day counts as if the very best visit were free.
        self._known = [
            {day.toordinal(): move_cost(costs, slot, day, slot.start, slot.practitioner) for day in days}
            for slot, days in zip(task.open, task.days, strict=True)
        ]

    def best(self) -> Reseated | None:
        """Walk until the cheapest way is one on which every day has been looked at."""
        while way := self._way():
            # A list, so that every day of the way is looked at and not just those up to the first surprise.
            if all([self._look(index, day) for index, day in enumerate(way[1])]):  # noqa: C419
                return Reseated(way[0], tuple(self._slots(way[1])))
        return None

    def _look(self, index: int, day: int) -> bool:
        """True when the day is known to cost what it was thought to cost."""
        if (index, day) in self._seats:
            return True
        seat = self._seats[index, day] = self.task.seat(index, date.fromordinal(day), self.people)
        hoped = self._known[index].pop(day)
        if seat:
            self._known[index][day] = seat.cost
        return seat is not None and seat.cost == hoped

    def _way(self) -> tuple[int, tuple[int, ...]] | None:
        """The cheapest choice of days by what is known."""
        anchor = self.task.anchor
        if anchor:
            ways = self._onward(0, {anchor.day.toordinal(): (0, ())}, self.task.steps[0])
        else:
            ways = {day: (cost, (day,)) for day, cost in self._known[0].items()}
        for index, step in enumerate(self.task.steps[1 if anchor else 0 :], 1):
            ways = self._onward(index, ways, step)
        return min(ways.values(), default=None)

    def _onward(self, index: int, ways: Ways, step: Step) -> Ways:
        """The cheapest way to each day of a session from the ways to the one before."""
        reached: Ways = {}
        gaps = [
            (gap, self._off_target * abs(gap - step.target)) for gap in range(step.minimum, step.maximum + 1)
        ]
        for day, cost in self._known[index].items():
            before = [(ways[day - gap], price) for gap, price in gaps if day - gap in ways]
            if before:
                known, way = min((known + price, way) for (known, way), price in before)
                reached[day] = known + cost, (*way, day)
        return reached

    def _slots(self, way: Sequence[int]) -> Iterator[Slot]:
        for index, ordinal in enumerate(way):
            day, seat = date.fromordinal(ordinal), self._seats[index, ordinal]
            if seat:
                visits, before = self.task.supply.visits, self.task.open[index]
                yield visits.place(day, seat.practitioner, seat.start, before)


def _nearest(starts: int, minute: int) -> Iterator[int]:
    """The minutes of the last start not after that minute and of the first one after it."""
    cell = minute // CELL_MINUTES
    before, after = starts & (1 << cell + 1) - 1, starts >> cell + 1
    if before:
        yield (before.bit_length() - 1) * CELL_MINUTES
    if after:
        yield ((after & -after).bit_length() + cell) * CELL_MINUTES
