"""What re-planning is asked and what it answers: every series with what happens to each of its open sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from clinic.rules.timegrid import Span
from plans.rules.scheduling.model import (
    MAX_SESSIONS,
    Days,
    Id,
    Slot,
    Step,
    Treatment,
    require,
    require_years,
)

MAX_RADIUS = 90


@dataclass(frozen=True, slots=True)
class ReplanCosts:
    """What it costs to disturb one session: where it goes to, how far from there, and gaps off their best length."""

    stay: int = 0
    other_practitioner: int = 40
    per_15min: int = 2
    per_15min_cap: int = 24
    same_day_move: int = 100
    other_day_move: int = 200
    per_day: int = 10
    per_day_cap: int = 15
    gap_per_day_off_target: int = 2
    unplaced: int = 100_000


@dataclass(frozen=True, slots=True)
class Series:
    """A booked series. `slots` holds all sessions in order, the first `done` of them done; `steps` lies between.

    Weekdays, times of day, blackouts and practitioners hold as in a Request. `pins` maps the index of an open
    session in `slots` to the slot that it must take.
    """

    id: Id
    treatment: Treatment
    slots: tuple[Slot, ...]
    steps: tuple[Step, ...]
    done: int = 0
    weekdays: frozenset[int] | None = None
    daytime: Span | None = None
    practitioners: tuple[Id, ...] | None = None
    same_practitioner: bool = False
    blackout: tuple[Days, ...] = ()
    patient: Id | None = None
    patient_busy: tuple[tuple[date, int, int], ...] = ()
    pins: Mapping[int, Slot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require(
            1 <= len(self.slots) <= 2 * MAX_SESSIONS, "slots", "range", "a series has sessions, not too many"
        )
        require(len(self.steps) == len(self.slots) - 1, "steps", "count", "one step between two sessions")
        require(0 <= self.done < len(self.slots), "done", "range", "at least one session is still to come")
        require_years("slots", *(slot.day for slot in self.slots))


@dataclass(frozen=True, slots=True)
class Disruption:
    """Series to place anew. Their open sessions must not be among the calendar's bookings.

    No session moves by more than `radius` days, nor to before `today`.
    """

    today: date
    series: tuple[Series, ...]
    radius: int = 14
    costs: ReplanCosts = field(default_factory=ReplanCosts)

    def __post_init__(self) -> None:
        require(0 <= self.radius <= MAX_RADIUS, "radius", "range", f"0 to {MAX_RADIUS} days")
        require_years("today", self.today)


@dataclass(frozen=True, slots=True)
class Move:
    """One open session: `kind` is "kept", "practitioner", "time", "day" or "none" (no place, `after` is None).

    `session` counts from 1 through the whole series.
    """

    session: int
    kind: str
    before: Slot
    after: Slot | None


@dataclass(frozen=True, slots=True)
class SeriesDiff:
    """What happens to one series: `kind` is the most disturbing kind among its moves.

    Why there is no place is asked of `propose`, for the one that somebody looks at: it takes much longer.
    """

    series: Id
    kind: str
    moves: tuple[Move, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A valid plan for every series, in the order asked. No plan can cost less than `lower_bound`."""

    diffs: tuple[SeriesDiff, ...]
    cost: int
    lower_bound: int

    @property
    def unplaced(self) -> tuple[Id, ...]:
        """The series that have no place."""
        return tuple(diff.series for diff in self.diffs if diff.kind == "none")

    @property
    def kept(self) -> int:
        """How many open sessions keep day, start and practitioner."""
        return sum(move.kind == "kept" for diff in self.diffs for move in diff.moves)
