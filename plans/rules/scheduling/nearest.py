"""Other times for one session while the rest of its series stays, and free times for a single visit."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from clinic.rules.timegrid import CELL_MINUTES
from plans.rules.scheduling.choice import ones
from plans.rules.scheduling.diff import ReplanCosts
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Calendar, Days, Id, Request, Slot, Step, require
from plans.rules.scheduling.reseat import move_cost
from plans.rules.scheduling.supply import DAY, Supply, Wishes, windows

Start = tuple[date, int, Id]
"""A possible visit, before a room and a device are chosen for it: day, minute, practitioner."""
Neighbour = tuple[date, Step, bool]
"""The day of the session just before (True) or after (False), and the step in between."""


def nearest(
    calendar: Calendar,
    request: Request,
    slots: Sequence[Slot],
    index: int,
    wanted: int = 5,
    per_day: int | None = None,
) -> tuple[Slot, ...]:
    """The least disturbing other times for the session at `index` (from 0) while the other slots stay.

    Every hard rule of the request holds, gaps included. Ranked by the costs of re-planning, at most `per_day` on
    one day. The calendar must not hold that session any more; the slot as it was is not among the answers.
    """
    whole = len(slots) == request.n and 0 <= index < request.n
    require(whole, "slots", "count", "one slot for each session is needed")
    supply, old = Supply(Masks(calendar), request), slots[index]
    beside = _beside(request, slots, index)
    people = {one.practitioner for one in [*slots[:index], *slots[index + 1 :]] if request.same_practitioner}
    others = [
        start
        for start in _starts(supply, request, _window(request, beside, index))
        if start != (old.day, old.start, old.practitioner) and (not people or start[2] in people)
    ]
    ranked = sorted(others, key=lambda start: _disruption(old, beside, start))
    chosen = islice(_thinned(ranked, per_day), wanted)
    return tuple(supply.visits.place(day, who, minute, old) for day, minute, who in chosen)


def free_visits(calendar: Calendar, request: Request, most: int = 500) -> tuple[Slot, ...]:
    """The free times for a request of a single visit, in order of day, start and practitioner; at most so many."""
    require(request.n == 1, "n", "single", "free times are listed for one visit")
    supply = Supply(Masks(calendar), request)
    starts = islice(_starts(supply, request, windows(request)[0]), most)
    return tuple(supply.visits.place(day, who, minute) for day, minute, who in starts)


def _beside(request: Request, slots: Sequence[Slot], index: int) -> list[Neighbour]:
    days = [slot.day for slot in slots]
    if request.anchor:
        days, index = [request.anchor.day, *days], index + 1
    before = [(days[index - 1], request.steps[index - 1], True)] if index else []
    return [*before, *((days[index + 1], step, False) for step in request.steps[index : index + 1])]


def _window(request: Request, beside: Iterable[Neighbour], index: int) -> Days:
    """The days on which the session keeps the dates of the request and both gaps."""
    first, last = windows(request)[index]
    for day, step, is_before in beside:
        near, far = (step.minimum, step.maximum) if is_before else (-step.maximum, -step.minimum)
        first, last = max(first, day + near * DAY), min(last, day + far * DAY)
    return first, last


def _starts(supply: Supply, request: Request, window: Days) -> Iterator[Start]:
    """Every visit that the hard wishes allow in the window, in order of day, start and practitioner."""
    wishes = Wishes.of(request)
    people = wishes.practitioners(supply)
    for offset in range((window[1] - window[0]).days + 1):
        day = window[0] + offset * DAY
        if not wishes.allow(day):
            continue
        found = [
            (cell, order, practitioner)
            for order, (practitioner, starts) in enumerate(supply.look(day, people))
            for cell in ones(starts.open & wishes.daytime)
        ]
        yield from (
            (day, cell * CELL_MINUTES, who) for cell, _, who in sorted(found, key=lambda one: one[:2])
        )


def _disruption(old: Slot, beside: Iterable[Neighbour], start: Start) -> int:
    costs, (day, minute, practitioner) = ReplanCosts(), start
    off = sum(abs(abs((day - other).days) - step.target) for other, step, _ in beside)
    return move_cost(costs, old, day, minute, practitioner) + costs.gap_per_day_off_target * off


def _thinned(starts: Iterable[Start], per_day: int | None) -> Iterator[Start]:
    """Leave out what comes after so many of one day."""
    seen: Counter[date] = Counter()
    for start in starts:
        seen[start[0]] += 1
        if per_day is None or seen[start[0]] <= per_day:
            yield start
