"""Says why no series fits, and which single wish would have to give way. The minimum gap never does."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from plans.rules.scheduling.feasible import Feasible
from plans.rules.scheduling.masks import runs
from plans.rules.scheduling.model import Days, Refusal, Relaxation, Request, RequestError, Step
from plans.rules.scheduling.search import counted, find
from plans.rules.scheduling.supply import DAY, Supply, Wishes, gaps, windows

MAX_RELAXED_DAYS = 28
BLOCKERS = (
    "closed",
    "blackout",
    "weekday",
    "practitioner away",
    "time of day",
    "practitioner full",
    "no room",
    "no device",
    "ok",
)


def explain(supply: Supply, request: Request, count: bool = False) -> Refusal:
    """Why the request, for which there is no series, has none. `count` also counts the best series of each way out."""
    ways_out = tuple(relaxations(supply, request, count))
    soonest = windows(request)[0][0] + sum(step.minimum for step in gaps(request)) * DAY
    if request.finish and soonest > request.finish:
        late = (soonest - request.finish).days
        return Refusal("too short", soonest, late, relaxations=ways_out)
    placed = Feasible(supply, request).sessions(request)
    blocked = len(placed)
    window = _window(request, placed)
    blockers = _blockers(supply, request, window) if window else {}
    return Refusal(
        "blocked", blocked_session=blocked + 1, window=window, blockers=blockers, relaxations=ways_out
    )


def relaxations(supply: Supply, request: Request, count: bool = False) -> Iterator[Relaxation]:
    """Each wish that by itself makes a series possible when it is given up, with the best series then."""
    for name, relaxed in _without(request):
        if Feasible(supply, relaxed).holds(relaxed):
            yield _relaxation(supply, relaxed, name, None, count)
    feasible = Feasible(supply, request)
    for name in ("max_gap", "finish", "first"):
        for days in range(1, MAX_RELAXED_DAYS + 1):
            longer = _longer(request, name, days)
            if longer is None:
                break
            if feasible.holds(longer):
                yield _relaxation(supply, longer, name, days, count)
                break


def _window(request: Request, placed: list[list[int]]) -> Days | None:
    """The days on which the first session that cannot be placed would have to be."""
    first, last = windows(request)[len(placed)]
    if placed:
        days = 0
        for lane in placed[-1]:
            days |= lane
        step = gaps(request)[len(placed) - 1]
        first = request.earliest + ((days & -days).bit_length() - 1 + step.minimum) * DAY
        last = min(last, request.earliest + (days.bit_length() - 1 + step.maximum) * DAY)
    return (first, last) if first <= last else None


def _blockers(supply: Supply, request: Request, window: Days) -> dict[str, int]:
    """How many days of the window each thing rules out first."""
    first, last = window
    alone = replace(request, same_practitioner=False)
    days = (first + offset * DAY for offset in range((last - first).days + 1))
    found = Counter(blocker(supply, alone, day) for day in days)
    return {name: found[name] for name in BLOCKERS if found[name]}


def blocker(supply: Supply, request: Request, day: date) -> str:
    """The first thing that rules out a visit on that day by itself; "ok" if nothing does."""
    wishes = Wishes.of(request)
    usable = supply.visits.usable(day) & supply.masks.hours(day)[0]
    if not usable:
        return "closed"
    if wishes.black(day):
        return "blackout"
    if not wishes.allow(day):
        return "weekday"
    return next(_wanting(supply, wishes, day, usable), "ok")


def _wanting(supply: Supply, wishes: Wishes, day: date, usable: int) -> Iterator[str]:
    """What is wanting on a day that is open and wished for; the first answer counts."""
    visits = supply.visits
    people = wishes.practitioners(supply)
    present = [supply.masks.presence(one, day) & usable for one in people]
    if not any(present):
        yield "practitioner away"
    starts = 0
    for mask in present:
        starts |= runs(mask, visits.length)
    starts &= visits.grid & wishes.daytime & supply.patient_starts(day)
    if not starts:
        yield "time of day"
    free = 0
    for one in people:
        free |= visits.practitioner_starts(one, day).open & starts
    if not free:
        yield "practitioner full"
    free &= visits.room_starts(day)
    if not free:
        yield "no room"
    if not free & visits.device_starts(day):
        yield "no device"


def _without(request: Request) -> Iterator[tuple[str, Request]]:
    """The request less one wish each."""
    if request.weekdays is not None:
        yield "weekdays", replace(request, weekdays=None)
    if request.daytime is not None:
        yield "daytime", replace(request, daytime=None)
    if request.same_practitioner:
        yield "same_practitioner", replace(request, same_practitioner=False)
    if request.practitioners is not None:
        yield "practitioner", replace(request, practitioners=None)
    if request.blackout:
        yield "blackout", replace(request, blackout=())


def _longer(request: Request, name: str, days: int) -> Request | None:
    """The request with that many days more; None if there is nothing to lengthen or it grows past all bounds."""
    later = request.latest_first + days * DAY
    try:
        if name == "first":
            return replace(request, latest_first=later)
        if name == "finish":
            return replace(request, finish=request.finish + days * DAY) if request.finish else None
        steps = tuple(Step(step.minimum, step.target, step.maximum + days) for step in request.steps)
        return replace(request, steps=steps, latest_first=later if request.anchor else request.latest_first)
    except RequestError:
        return None


def _relaxation(supply: Supply, relaxed: Request, name: str, days: int | None, count: bool) -> Relaxation:
    best = find(supply, relaxed, 1)[0]
    return Relaxation(name, days, best, counted(supply, relaxed, 1)[1] if count else None)
