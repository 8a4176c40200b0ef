"""On which days sessions can be placed at all, costs aside."""

from datetime import date

from plans.rules.scheduling.model import Days, Request, Step
from plans.rules.scheduling.supply import DAY, Supply, Wishes, gaps, windows


class Feasible:
    """Days as sets of bits, counted from the earliest date.

    There is one set for each practitioner if all sessions must have the same one, else one for all of them.
    Asked about requests that differ from the first in dates and steps only.
    """

    def __init__(self, supply: Supply, request: Request) -> None:
        self._supply, self._earliest = supply, request.earliest
        self._wishes = Wishes.of(request)
        people = self._wishes.practitioners(supply)
        self._lane = {one: index if request.same_practitioner else 0 for index, one in enumerate(people)}
        self._lanes = range(max(self._lane.values(), default=-1) + 1)
        self._known: dict[date, set[int]] = {}

    def holds(self, request: Request) -> bool:
        """True when any series fits the request."""
        return len(self.sessions(request)) == request.n

    def sessions(self, request: Request) -> list[list[int]]:
        """For each session, up to the first that cannot be placed, its days after all before it fitted."""
        placed: list[list[int]] = []
        for index, window in enumerate(windows(request)):
            days = self._open_days(window)
            if placed:
                reached = [_any_shift(lane, gaps(request)[index - 1]) for lane in placed[-1]]
                days = [days[lane] & reached[lane] for lane in self._lanes]
            if not any(days):
                break
            placed.append(days)
        return placed

    def _open_days(self, window: Days) -> list[int]:
        found = [0 for _ in self._lanes]
        for offset in range((window[1] - window[0]).days + 1):
            day = window[0] + offset * DAY
            for lane in self._open_lanes(day):
                found[lane] |= 1 << (day - self._earliest).days
        return found

    def _open_lanes(self, day: date) -> set[int]:
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = self._look(day) if self._wishes.allow(day) else set()
        return known

    def _look(self, day: date) -> set[int]:
        return {
            self._lane[practitioner]
            for practitioner, starts in self._supply.on(day)
            if practitioner in self._lane and starts.open & self._wishes.daytime
        }


def _any_shift(days: int, step: Step) -> int:
    found = 0
    for gap in range(step.minimum, step.maximum + 1):
        found |= days << gap
    return found
