"""Repairs many series at once: a valid plan by inserting one after the other, then improved by taking some out again.

Each insertion is exact for its series. Improving accepts a slightly worse plan now and then, less and less often.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random

from plans.rules.scheduling.diff import Disruption, Move, Plan, SeriesDiff
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import NO_BUFFER, Calendar, Id, Proposal, Refusal, Slot
from plans.rules.scheduling.propose import answer
from plans.rules.scheduling.reseat import Reseat, Reseated, as_request
from plans.rules.scheduling.supply import Supply

KINDS = ("kept", "practitioner", "time", "day", "none")
"""What may happen to a session, the least disturbing first."""
WARMTH = 60
"""About how much worse a plan may be and still be accepted, in the beginning."""
NEAR_DAYS = 3
MOST_RIVALS = 3
WAYS_OUT = 3


def always() -> bool:
    """Go on until the iterations are used up."""
    return True


def replan(
    calendar: Calendar,
    disruption: Disruption,
    iterations: int = 200,
    seed: int = 0,
    go_on: Callable[[], bool] = always,
) -> Plan:
    """The best plan found for all series of a disruption; for a single one it is the best there is.

    Stops after so many `iterations`, when the plan is proven best, or as soon as `go_on` says no.
    """
    board = Board(calendar, disruption)
    board.insert(sorted(range(len(board.tasks)), key=board.bounds.__getitem__))
    improve(board, iterations, Random(seed), go_on)  # noqa: S311 (nothing secret is drawn)
    return board.plan()


def why_no_place(calendar: Calendar, disruption: Disruption, series: Id) -> Proposal | Refusal:
    """What a fresh request is told for one series while the others of the disruption stand as they are pinned.

    A Proposal is a place beyond the radius.
    """
    board = Board(calendar, disruption)
    one = next(index for index, task in enumerate(board.tasks) if task.series.id == series)
    board.insert(index for index in range(len(board.tasks)) if index != one)
    request = as_request(board.tasks[one].series, disruption)
    return answer(Supply(board.masks, request), request, WAYS_OUT)


class Board:
    """The calendar, and the series that have been given a place on it."""

    def __init__(self, calendar: Calendar, disruption: Disruption) -> None:
        self.disruption = disruption
        self.masks = Masks(calendar)
        self.tasks = [Reseat(self.masks, disruption, series) for series in disruption.series]
        self.seats: list[Reseated | None] = [None] * len(self.tasks)
        self.bounds = [self._cost(task.best()) for task in self.tasks]

    @property
    def cost(self) -> int:
        """What the whole plan costs."""
        return sum(self._cost(seat) for seat in self.seats)

    @property
    def lower_bound(self) -> int:
        """What all series cost if none stood in the way of another: no plan costs less."""
        return sum(self.bounds)

    def insert(self, indices: Iterable[int]) -> None:
        """Give each of those series, in this order, the best place that is left."""
        for index in indices:
            self.put(index, self.tasks[index].best())

    def put(self, index: int, seat: Reseated | None) -> None:
        """Put a series, which holds nothing, where it is told."""
        self.seats[index] = seat
        for slot, resource, mask in self._held(index):
            self.masks.take(resource, slot.day, mask)

    def take_out(self, index: int) -> None:
        """Free what a series holds."""
        for slot, resource, mask in self._held(index):
            self.masks.give_back(resource, slot.day, mask)
        self.seats[index] = None

    def sore(self) -> list[int]:
        """The series that could be better off if others were elsewhere."""
        return [index for index, seat in enumerate(self.seats) if self._cost(seat) > self.bounds[index]]

    def rivals(self, index: int) -> list[int]:
        """The other series with a session near one of this one's days."""
        wanted = {slot.day.toordinal() for slot in self.tasks[index].open}
        near = {day + offset for day in wanted for offset in range(-NEAR_DAYS, NEAR_DAYS + 1)}
        return [
            other
            for other, seat in enumerate(self.seats)
            if other != index and seat and any(slot.day.toordinal() in near for slot in seat.slots)
        ]

    def plan(self) -> Plan:
        """What the board holds, told series by series."""
        diffs = tuple(self._diff(index) for index in range(len(self.tasks)))
        return Plan(diffs, self.cost, self.lower_bound)

    def _cost(self, seat: Reseated | None) -> int:
        return seat.cost if seat else self.disruption.costs.unplaced

    def _held(self, index: int) -> Iterator[tuple[Slot, Id, int]]:
        task, seat = self.tasks[index], self.seats[index]
        for slot in seat.slots if seat else ():
            for resource, mask in task.supply.visits.bookings(slot):
                yield slot, resource, mask
            if task.series.patient is not None:
                yield slot, task.series.patient, task.supply.visits.needed(slot.start, NO_BUFFER)

    def _diff(self, index: int) -> SeriesDiff:
        series, seat = self.tasks[index].series, self.seats[index]
        after = seat.slots if seat else (None,) * len(self.tasks[index].open)
        moves = tuple(
            Move(number, kind_of(before, now), before, now)
            for number, (before, now) in enumerate(
                zip(self.tasks[index].open, after, strict=True), series.done + 1
            )
        )
        kind = max((move.kind for move in moves), key=KINDS.index)
        return SeriesDiff(series.id, kind, moves, self._cost(seat))


def kind_of(before: Slot, after: Slot | None) -> str:
    """What a move does to one session: one of KINDS."""
    if after is None:
        return "none"
    if after.day != before.day:
        return "day"
    if after.start != before.start:
        return "time"
    return "kept" if after.practitioner == before.practitioner else "practitioner"


def improve(board: Board, iterations: int, random: Random, go_on: Callable[[], bool]) -> None:
    """Take a few series out and put them back in another order, again and again; keep the best plan seen."""
    best, least = list(board.seats), board.cost
    for done in range(iterations):
        sore = board.sore()
        if not sore or not go_on():
            break
        before, cost = list(board.seats), board.cost
        chosen = _choose(board, sore, random)
        _replace(board, chosen)
        warmth = WARMTH * (1 - done / iterations)
        if board.cost - cost > -warmth * math.log(1 - random.random()):
            _restore(board, chosen, before)
        elif board.cost < least:
            best, least = list(board.seats), board.cost
    _restore(board, range(len(best)), best)


def _choose(board: Board, sore: Sequence[int], random: Random) -> list[int]:
    """A series that could be better off, and some that may stand in its way, in any order."""
    index = random.choice(sore)
    rivals = board.rivals(index)
    chosen = [index, *random.sample(rivals, min(len(rivals), random.randint(1, MOST_RIVALS)))]
    random.shuffle(chosen)
    return chosen


def _replace(board: Board, chosen: Sequence[int]) -> None:
    for index in chosen:
        board.take_out(index)
    board.insert(chosen)


def _restore(board: Board, chosen: Sequence[int], seats: Sequence[Reseated | None]) -> None:
    for index in chosen:
        board.take_out(index)
    for index in chosen:
        board.put(index, seats[index])
