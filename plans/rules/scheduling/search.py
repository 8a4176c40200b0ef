"""Finds the best series and the best others that begin differently.

The bound on cost is raised step by step: under a low one only few days near the targets have to be looked at.
"""

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Protocol

from plans.rules.scheduling.chain import Chain
from plans.rules.scheduling.choice import Choice, First, Node
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Calendar, Option, Request
from plans.rules.scheduling.price import price_series
from plans.rules.scheduling.supply import Supply
from plans.rules.scheduling.sweep import Sweep

BOUNDS = (60, None)
"""Costs above what every series of the request must pay; None is no bound."""
FEW = 3000
"""Up to so many sessions in all windows they are linked one by one, beyond they are swept as sets."""
FAR = 10**9
NOON = 13 * 60


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
    choice = Choice(supply, request)
    whole = choice.windows(None)
    for bound in BOUNDS:
        windows = choice.windows(bound)
        complete = windows == whole
        solver: Solver = Chain(choice, windows) if choice.count(windows) <= FEW else Sweep(choice, windows)
        limit = None if bound is None or complete else bound + choice.least * request.n
        firsts, enough = _distinct(solver, choice.preferred, wanted, limit)
        if enough:
            chosen = _with_preferred(firsts, choice.preferred, wanted)
            return [_option(choice, first.cost, solver.series(first)) for first in chosen]
    return []


def cheapest(calendar: Calendar, request: Request, wanted: int = 3) -> tuple[list[int], int]:
    """The costs of the strictly cheapest series, near-duplicates included, and how many cost the least.

    Counts the series that tie one by one, so it is meant for checking, not for serving.
    """
    return counted(Supply(Masks(calendar), request), request, wanted)


def counted(supply: Supply, request: Request, wanted: int) -> tuple[list[int], int]:
    """As `cheapest`, on free time that is known."""
    choice = Choice(supply, request)
    sweep = Sweep(choice, choice.windows(None))
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


def _distinct(
    solver: Solver, preferred: int | None, wanted: int, limit: int | None
) -> tuple[list[First], bool]:
    """The best series of each distinct first appointment: so many, and one with the preferred practitioner.

    Distinct are date, practitioner and half-day. Says also whether all that was looked for was found.
    """
    found: dict[tuple[date, int, bool], First] = {}
    missing = preferred is not None and (limit is not None or solver.begins_with(preferred))
    for first in solver.firsts():
        if limit is not None and first.cost > limit:
            break
        day, start, person = first.node
        found.setdefault((day, person, start < NOON), first)
        missing = missing and person != preferred
        if len(found) >= wanted and not missing:
            return list(found.values()), True
    return list(found.values()), limit is None


def _with_preferred(firsts: list[First], preferred: int | None, wanted: int) -> list[First]:
    """As many as are wanted, the last one giving way to the preferred practitioner's first if that came later."""
    chosen = firsts[:wanted]
    begins = [first for first in firsts if first.node.person == preferred]
    if wanted > 1 and begins and begins[0] not in chosen:
        chosen[-1] = begins[0]
    return chosen


def _option(choice: Choice, cost: int, series: list[Node]) -> Option:
    visits = choice.supply.visits
    slots = tuple(visits.place(node.day, choice.people[node.person], node.start) for node in series)
    return Option(slots, cost, price_series(visits, choice.request, slots))
