"""What of a choice is enough for every series that costs no more than a limit: fewer days, fewer practitioners."""

from collections.abc import Iterator
from dataclasses import dataclass

from plans.rules.scheduling.choice import Choice
from plans.rules.scheduling.model import Days, Request
from plans.rules.scheduling.supply import DAY, gaps, windows

BOUNDS = (20, 60, 240)
"""Costs above what every series of the request must pay for its practitioners."""


@dataclass(frozen=True)
class Part:
    """A choice and the days of each session; no series beyond them costs `limit` or less. None: there is none."""

    choice: Choice
    windows: list[Days]
    limit: int | None


def parts(choice: Choice) -> Iterator[Part]:
    """Ever larger parts of a choice, and at last all of it."""
    request, whole = choice.request, windows(choice.request)
    least = {person: _least(choice, person) for person in range(len(choice.people))}
    paid = min(least.values(), default=0)
    for bound in BOUNDS if request.n > 1 else ():
        people = [
            one
            for person, one in enumerate(choice.people)
            if least[person] - paid <= bound or person == choice.preferred
        ]
        days = [_narrow(request, window, index, bound) for index, window in enumerate(whole)]
        if days == whole and len(people) == len(choice.people):
            break
        yield Part(Choice(choice.supply, request, people), days, paid + bound)
    yield Part(choice, whole, None)


def _least(choice: Choice, person: int) -> int:
    """What a series costs at least for its practitioners if this one does any session of it."""
    request, weights = choice.request, choice.request.weights
    wished = request.preferred is not None
    every = weights.not_preferred if wished and choice.preferred is None else 0
    more = weights.not_preferred if wished and person != choice.preferred else 0
    alone = request.n * more + choice.change_price(person)
    if request.n == 1 or request.same_practitioner:
        return alone
    return min(alone, more + (request.n - 1) * every + weights.change)


def _narrow(request: Request, hard: Days, index: int, bound: int) -> Days:
    """The days of a session that a series can use which costs at most so much for its dates."""
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
