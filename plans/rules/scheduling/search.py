"""Finds the best series and the best others that begin differently.

A limit on cost is raised step by step: below a low one only few days and practitioners have to be looked at.
"""

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Protocol

from plans.rules.scheduling.chain import Chain
from plans.rules.scheduling.choice import Choice, First, Node
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Calendar, Days, Option, Request
from plans.rules.scheduling.narrow import parts
from plans.rules.scheduling.price import price_series
from plans.rules.scheduling.single import Single
from plans.rules.scheduling.supply import Supply, windows
from plans.rules.scheduling.sweep import Sweep

FEW = 600
"""Up to so many sessions in all windows they are linked one by one."""
SPARSE = 2
"""They are linked, too, where a practitioner has one in so many days or fewer; else they are swept as sets."""
FAR = 10**9
NOON = 13 * 60
Appointment = tuple[date, int, bool]


class Solver(Protocol):
    """Knows the best series from every first session within some windows."""

    def firsts(self) -> Iterator[First]:
        """Every possible first session with its best series, by cost, then date, start and practitioner."""

    def begins_with(self, person: int) -> bool:
        """True when a series can begin with that practitioner."""

    def series(self, first: First) -> list[Node]:
        """The sessions of the best series from a first one; of equals the first by date, start, practitioner."""


def find(supply: Supply, request: Request, wanted: int) -> list[Option]:
    """The best series and the best others that differ in their first appointment, cheapest first.

    At most `wanted`. From two on, one of them begins with the preferred practitioner if any series can.
    """
    for part in parts(Choice(supply, request)):
        solver = _solver(part.choice, part.windows)
        firsts, enough = distinct(solver, part.choice.preferred, wanted, part.limit)
        if enough:
            return [_option(part.choice, first.cost, solver.series(first)) for first in firsts]
    return []


def cheapest(calendar: Calendar, request: Request, wanted: int = 3) -> tuple[list[int], int]:
    """The costs of the strictly cheapest series, near-duplicates included, and how many cost the least.

    Counts the series that tie one by one, so it is meant for checking, not for serving.
    """
    return counted(Supply(Masks(calendar), request), request, wanted)


def counted(supply: Supply, request: Request, wanted: int) -> tuple[list[int], int]:
    """As `cheapest`, on free time that is known."""
    choice = Choice(supply, request)
    sweep = Sweep(choice, windows(request))
    costs: list[int] = []
    optimal = settled = 0
    for settled in sweep.costs():
        found = sweep.count(settled)
        costs += [sweep.base + settled] * (found - len(costs))
        optimal = optimal or found
        if found >= wanted:
            return costs[:wanted], optimal
    # The best from every first session is settled; what is left are dearer series from the same sessions.
    total = min(wanted, sweep.count(FAR))
    for cost in count(settled + 1):
        if len(costs) >= total:
            break
        costs += [sweep.base + cost] * (sweep.count(cost) - len(costs))
    return costs[:wanted], optimal


def _solver(choice: Choice, days: list[Days]) -> Solver:
    if choice.request.n == 1:
        return Single(choice, days[0])
    lone = sum((last - first).days + 1 for first, last in days) * len(choice.people) // SPARSE
    return Chain(choice, days) if choice.count(days) <= max(FEW, lone) else Sweep(choice, days)


def appointment(node: Node) -> Appointment:
    """What distinguishes a first session from others to whoever chooses: date, practitioner and half-day."""
    return node.day, node.person, node.start < NOON


def distinct(
    solver: Solver, preferred: int | None, wanted: int, limit: int | None = None
) -> tuple[list[First], bool]:
    """The best series of each distinct first appointment: so many, and one with the preferred practitioner.

    Says also whether all that was looked for was found.
    """
    found: dict[Appointment, First] = {}
    missing = wanted > 1 and preferred is not None and (limit is not None or solver.begins_with(preferred))
    for first in solver.firsts():
        if limit is not None and first.cost > limit:
            break
        found.setdefault(appointment(first.node), first)
        missing = missing and first.node.person != preferred
        if len(found) >= wanted and not missing:
            return _with_preferred(list(found.values()), preferred, wanted), True
    return _with_preferred(list(found.values()), preferred, wanted), limit is None


def _with_preferred(firsts: list[First], preferred: int | None, wanted: int) -> list[First]:
    """As many as are wanted, the last one giving way to the preferred practitioner's first if that came later."""
    chosen = firsts[:wanted]
    begins = [first for first in firsts if first.node.person == preferred]
    if begins and begins[0] not in chosen:
        chosen[-1] = begins[0]
    return chosen


def _option(choice: Choice, cost: int, series: list[Node]) -> Option:
    visits = choice.supply.visits
    slots = tuple(visits.place(node.day, choice.people[node.person], node.start) for node in series)
    return Option(slots, cost, price_series(visits, choice.request, slots))
