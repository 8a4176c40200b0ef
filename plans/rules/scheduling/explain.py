"""Says why no series fits, and which single wish would have to give way. The minimum gap never does."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

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
    placed = Placeable(supply, request).sessions()
    blocked = len(placed)
    window = _window(request, placed)
    blockers = _blockers(supply, request, window) if window else {}
    return Refusal(
        "blocked", blocked_session=blocked + 1, window=window, blockers=blockers, relaxations=ways_out
    )


def relaxations(supply: Supply, request: Request, count: bool = False) -> Iterator[Relaxation]:
    """Each wish that by itself makes a series possible when it is given up, with the best series then."""
    for name, relaxed in _without(request):
        if feasible(supply, relaxed):
            yield _relaxation(supply, relaxed, name, None, count)
    for name in _lengths(request):
        longer = list(_ever_longer(request, name))
        # What is possible stays possible with more days, so the least number is found by halving.
        enough = bisect_left(longer, True, key=partial(feasible, supply))
        if enough < len(longer):
            yield _relaxation(supply, longer[enough], name, enough + 1, count)


def furthest(request: Request) -> date:
    """The last day on which any way out may put a session: what is booked must be known until then."""
    longest = [longer for name in _lengths(request) for longer in _ever_longer(request, name)]
    return max(windows(one)[-1][1] for one in [request, *longest])


def feasible(supply: Supply, request: Request) -> bool:
    """True when any series fits the request."""
    return len(Placeable(supply, request).sessions()) == request.n


class Placeable:
    """The days on which sessions can be placed, as sets of bits counted from the earliest date.

    One set for each practitioner if all sessions must have the same one, else one for all of them.
    """

    def __init__(self, supply: Supply, request: Request) -> None:
        self.supply, self.request = supply, request
        self.wishes = Wishes.of(request)
        self._people = self.wishes.practitioners(supply)
        self._lane = {
            one: index if request.same_practitioner else 0 for index, one in enumerate(self._people)
        }
        self._lanes = range(max(self._lane.values(), default=-1) + 1)

    def sessions(self) -> list[list[int]]:
        """For each session, up to the first that cannot be placed, its days after all before it fitted."""
        placed: list[list[int]] = []
        for index, window in enumerate(windows(self.request)):
            reached = self._reached(placed[-1], gaps(self.request)[index - 1]) if placed else None
            open_days = self._open_days(window)
            days = [open_days[lane] & reached[lane] if reached else open_days[lane] for lane in self._lanes]
            if not any(days):
                break
            placed.append(days)
        return placed

    def _reached(self, days: list[int], step: Step) -> list[int]:
        return [_any_shift(lane, step.minimum, step.maximum) for lane in days]

    def _open_days(self, window: Days) -> list[int]:
        found = [0 for _ in self._lanes]
        for offset in range((window[1] - window[0]).days + 1):
            day = window[0] + offset * DAY
            for lane in self._open_lanes(day):
                found[lane] |= 1 << (day - self.request.earliest).days
        return found

    def _open_lanes(self, day: date) -> set[int]:
        if not self.wishes.allow(day):
            return set()
        return {
            self._lane[practitioner]
            for practitioner, starts in self.supply.on(day, self._people)
            if starts.open & self.wishes.daytime
        }


def _any_shift(days: int, least: int, most: int) -> int:
    found = 0
    for gap in range(least, most + 1):
        found |= days << gap
    return found


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


def _lengths(request: Request) -> tuple[str, ...]:
    """What may be lengthened by days."""
    return ("max_gap", "finish", "first") if request.finish else ("max_gap", "first")


def _ever_longer(request: Request, name: str) -> Iterator[Request]:
    """The request with one day more, with two, and so on until it grows past all bounds."""
    try:
        for days in range(1, MAX_RELAXED_DAYS + 1):
            yield _longer(request, name, days)
    except RequestError:
        return


def _longer(request: Request, name: str, days: int) -> Request:
    later = request.latest_first + days * DAY
    if name == "first":
        return replace(request, latest_first=later)
    if name == "finish":
        return replace(request, finish=request.finish and request.finish + days * DAY)
    steps = tuple(Step(step.minimum, step.target, step.maximum + days) for step in request.steps)
    return replace(request, steps=steps, latest_first=later if request.anchor else request.latest_first)


def _relaxation(supply: Supply, relaxed: Request, name: str, days: int | None, count: bool) -> Relaxation:
    best = find(supply, relaxed, 1)[0]
    return Relaxation(name, days, best, counted(supply, relaxed, 1)[1] if count else None)
