"""Where a visit of one request may start on a given day, and when each session of a series may take place."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from clinic.rules.timegrid import CELL_MINUTES, CELLS, cells_up, outward_cells
from plans.rules.scheduling.masks import Masks, Starts, VisitMasks, cells
from plans.rules.scheduling.model import Days, Id, Request, Step

DAY = timedelta(days=1)


class Supply:
    """Free starts of every able practitioner on every day, for a patient; wishes and allowed lists aside."""

    def __init__(self, masks: Masks, request: Request) -> None:
        self.masks = masks
        self.visits = VisitMasks(masks, request.treatment)
        self.patient = request.patient
        self._busy: dict[date, int] = {}
        for day, start, end in request.patient_busy:
            self._busy[day] = self._busy.get(day, 0) | cells(*outward_cells(start, end))
        self._days: dict[date, dict[Id, Starts | None]] = {}
        self._place_starts = cache(self.visits.place_starts)

    def patient_starts(self, day: date) -> int:
        """Starts at which the patient has no other visit."""
        busy = self._busy.get(day, 0)
        if self.patient is not None:
            busy |= self.masks.booked(self.patient, day)
        return self.visits.patient_starts(busy)

    def on(self, day: date, people: Sequence[Id]) -> list[tuple[Id, Starts]]:
        """Those of the people who can take the visit on that day, with their starts."""
        known = self._days.setdefault(day, {})
        unknown = [one for one in people if one not in known]
        if unknown:
            known.update(dict.fromkeys(unknown))
            known.update(self._free(day, unknown, self._place_starts))
        return [(one, starts) for one in people if (starts := known[one])]

    def look(self, day: date, people: Sequence[Id]) -> Iterator[tuple[Id, Starts]]:
        """As `on`, but worked out anew: for masks in which bookings come and go."""
        return self._free(day, people, self.visits.place_starts)

    def _free(
        self, day: date, people: Sequence[Id], place_starts: Callable[[date], int]
    ) -> Iterator[tuple[Id, Starts]]:
        wanted = self.visits.opening_starts(day)
        if wanted:
            wanted &= self.patient_starts(day)
        found = [(one, self.visits.practitioner_starts(one, day)) for one in people] if wanted else []
        found = [(one, starts) for one, starts in found if starts.open & wanted]
        # Rooms and devices are looked at last: on most days of a full calendar nobody is free to use one.
        wanted &= place_starts(day) if found else 0
        for one, (starts, before, after) in found:
            if starts & wanted:
                yield one, Starts(starts & wanted, before & wanted, after & wanted)


@dataclass(frozen=True, slots=True)
class Wishes:
    """The hard wishes of a request, ready to be asked day by day."""

    request: Request
    daytime: int

    @classmethod
    def of(cls, request: Request) -> "Wishes":
        """Work out which starts the wished time of day allows."""
        if request.daytime is None:
            return cls(request, cells(0, CELLS))
        first, until = request.daytime
        last = (until - request.treatment.minutes) // CELL_MINUTES
        return cls(request, cells(cells_up(first), last + 1))

    def allow(self, day: date) -> bool:
        """True when the patient can come on that day."""
        weekdays = self.request.weekdays
        return (weekdays is None or day.weekday() in weekdays) and not self.black(day)

    def black(self, day: date) -> bool:
        """True when the patient is away on that day."""
        return any(first <= day <= last for first, last in self.request.blackout)

    def practitioners(self, supply: Supply) -> list[Id]:
        """Who may treat, in the clinic's order: skilled and allowed, and only the anchor's if it must stay so."""
        request = self.request
        chosen = supply.visits.practitioners
        if request.practitioners is not None:
            chosen = [one for one in chosen if one in request.practitioners]
        if request.same_practitioner and request.anchor:
            chosen = [one for one in chosen if one == request.anchor.practitioner]
        return chosen


def gaps(request: Request) -> Sequence[Step]:
    """The steps between the sessions to place: without the one from the anchor."""
    return request.steps[1:] if request.anchor else request.steps


def windows(request: Request) -> list[Days]:
    """For each session the first and last day on which the plain calendar allows it; last < first: none."""
    first, last = request.earliest, request.latest_first
    if request.anchor:
        step = request.steps[0]
        first = max(first, request.anchor.day + step.minimum * DAY)
        last = min(last, request.anchor.day + step.maximum * DAY)
    found = [(first, last)]
    for step in gaps(request):
        first, last = first + step.minimum * DAY, last + step.maximum * DAY
        found.append((first, last))
    if request.finish is None:
        return found
    latest = request.finish
    for index in reversed(range(request.n)):
        found[index] = found[index][0], min(found[index][1], latest)
        if index:
            latest -= gaps(request)[index - 1].minimum * DAY
    return found
