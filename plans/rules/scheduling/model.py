"""What the scheduling engine is asked and what it answers.

Days are clinic-local dates. Hours are minutes of the local day (0..1440), lengths are minutes, gaps are days.
Ids of practitioners, rooms, devices and patients are opaque, and unique across the four.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from clinic.rules.hours import Absence, Opening, Shift
from clinic.rules.timegrid import CELL_MINUTES, DAY_MINUTES, Span

Id = Hashable
Booking = tuple[Id, date, int, int]
"""Resource, local day, first cell and cell after the last: buffers included, cells of 5 minutes (0..288)."""
Days = tuple[date, date]
"""First and last day, both included."""

MAX_SESSIONS = 12
MAX_GAP_DAYS = 400
MAX_SERIES_DAYS = 3660
MAX_LEEWAY_DAYS = 750
MAX_STRETCHES = 366
MAX_WEIGHT = 1000
MAX_BUFFER = 240
FIRST_YEAR, LAST_YEAR = 1900, 2999
NO_BUFFER = (0, 0)


class RequestError(ValueError):
    """The request makes no sense. `field` names the part, `code` the rule that it breaks."""

    def __init__(self, field: str, code: str, message: str) -> None:
        self.field, self.code, self.message = field, code, message
        super().__init__(f"{field}: {message}")


def require(holds: bool, field: str, code: str, message: str) -> None:
    """Raise RequestError unless `holds`."""
    if not holds:
        raise RequestError(field, code, message)


def require_years(field: str, *days: date | None) -> None:
    """Raise RequestError for a day with which nobody can reckon."""
    known = all(FIRST_YEAR <= day.year <= LAST_YEAR for day in days if day)
    require(known, field, "year", f"years are {FIRST_YEAR} to {LAST_YEAR}")


@dataclass(frozen=True, slots=True)
class Practitioner:
    """One who treats: weekly shifts and leave. Their order in the calendar breaks ties."""

    id: Id
    shifts: tuple[Shift, ...]
    leave: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A room or a device of a kind, usable in staff hours unless it is out."""

    id: Id
    kind: str
    out: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything that is fixed: when the clinic is open, who and what is there, and what is booked already.

    `bookings` may hold any resource, patients included, in any order; those of unknown resources are ignored.
    They are known up to and including the day `until` (None: for ever); after it nothing is offered.
    """

    opening: Opening
    practitioners: tuple[Practitioner, ...]
    rooms: tuple[Place, ...] = ()
    devices: tuple[Place, ...] = ()
    bookings: Sequence[Booking] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Treatment:
    """What one visit needs. Buffers are (before, after) minutes of set-up and clean-up, rounded up to 5.

    `able` holds the practitioners with the skill; None means all. No wish and no relaxation goes beyond it.
    `room_kind` None means that no room is needed.
    """

    minutes: int
    room_kind: str | None
    device_kind: str | None = None
    practitioner_buffer: tuple[int, int] = NO_BUFFER
    room_buffer: tuple[int, int] = NO_BUFFER
    device_buffer: tuple[int, int] = NO_BUFFER
    grid: int = 15
    able: frozenset[Id] | None = None

    def __post_init__(self) -> None:
        require(0 < self.minutes <= DAY_MINUTES, "treatment", "minutes", "a visit lasts 1 to 1440 minutes")
        buffers = (*self.practitioner_buffer, *self.room_buffer, *self.device_buffer)
        bounded = min(buffers) >= 0 and max(buffers) <= MAX_BUFFER
        require(bounded, "treatment", "buffer", f"a buffer lasts 0 to {MAX_BUFFER} minutes")
        on_grid = 0 < self.grid <= DAY_MINUTES and self.grid % CELL_MINUTES == 0
        require(on_grid, "treatment", "grid", "the start grid is a multiple of 5 minutes")


@dataclass(frozen=True, slots=True)
class Step:
    """Days from one session to the next: never fewer than `minimum`, best `target`, at most `maximum`."""

    minimum: int
    target: int
    maximum: int

    def __post_init__(self) -> None:
        require(self.minimum >= 1, "steps", "minimum", "two sessions never share a day")
        ordered = self.minimum <= self.target <= self.maximum
        require(ordered, "steps", "order", "minimum, target and maximum must be in this order")
        require(self.maximum <= MAX_GAP_DAYS, "steps", "too long", f"at most {MAX_GAP_DAYS} days")


@dataclass(frozen=True, slots=True)
class Anchor:
    """The last session done. `start` is its local minute of day."""

    day: date
    practitioner: Id
    start: int


@dataclass(frozen=True, slots=True)
class Weights:
    """What each departure from the ideal costs.

    Per day off the best gap, change of practitioner, session not as preferred (practitioner, weekday, time), full
    15 minutes from the time of day before (`tod_cap` at most), day of delay, and short leftover (`frag`).
    """

    gap_day: int = 10
    change: int = 200
    not_preferred: int = 60
    weekday: int = 50
    daytime: int = 50
    tod: int = 1
    tod_cap: int = 12
    delay_day: int = 2
    frag: int = 8

    def __post_init__(self) -> None:
        for name in self.__slots__:
            require(0 <= getattr(self, name) <= MAX_WEIGHT, "weights", name, f"0 to {MAX_WEIGHT}")


@dataclass(frozen=True, slots=True)
class Request:
    """One series to place: `n` sessions, the first on earliest..latest_first, none after `finish`.

    `steps` has n - 1 entries, or n with an anchor (the first then counts from the anchor).
    Hard: `weekdays` (0 = Monday), `daytime` (start >= a, end without buffers <= b), `practitioners` (None:
    all), `same_practitioner`, `blackout`. Soft: `weekdays_pref`, `daytime_pref` (a <= start < b), `preferred`.
    `patient` names the patient's own bookings in the calendar; `patient_busy` adds (day, from, until) in
    minutes, where the hours of today that are over belong too.
    """

    n: int
    earliest: date
    latest_first: date
    steps: tuple[Step, ...]
    treatment: Treatment
    finish: date | None = None
    weekdays: frozenset[int] | None = None
    daytime: Span | None = None
    weekdays_pref: frozenset[int] | None = None
    daytime_pref: Span | None = None
    practitioners: tuple[Id, ...] | None = None
    preferred: Id | None = None
    same_practitioner: bool = False
    blackout: tuple[Days, ...] = ()
    patient: Id | None = None
    patient_busy: tuple[tuple[date, int, int], ...] = ()
    anchor: Anchor | None = None
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        require(1 <= self.n <= MAX_SESSIONS, "n", "range", f"1 to {MAX_SESSIONS} sessions")
        wanted = self.n if self.anchor else self.n - 1
        require(len(self.steps) == wanted, "steps", "count", f"{wanted} steps are needed")
        self._check_dates()
        self._check_wishes()

    def _check_dates(self) -> None:
        require(self.earliest <= self.latest_first, "latest_first", "order", "before the earliest date")
        require_years("earliest", self.earliest, self.latest_first)
        require_years("anchor", self.anchor.day if self.anchor else None)
        require_years("finish", self.finish)
        span = (self.latest_first - self.earliest).days + sum(step.maximum for step in self.steps)
        require(span <= MAX_SERIES_DAYS, "steps", "too long", f"at most {MAX_SERIES_DAYS} days in all")
        leeway = span - sum(step.minimum for step in self.steps)
        wide = f"at most {MAX_LEEWAY_DAYS} days of leeway"
        require(leeway <= MAX_LEEWAY_DAYS, "latest_first", "too wide", wide)
        in_order = self.finish is None or self.finish >= self.earliest
        require(in_order, "finish", "order", "before the earliest date")

    def _check_wishes(self) -> None:
        for name, hours in (("daytime", self.daytime), ("daytime_pref", self.daytime_pref)):
            in_order = hours is None or 0 <= hours[0] < hours[1] <= DAY_MINUTES
            require(in_order, name, "order", "hours from and until are in order and inside one day")
        inside = all(0 <= start <= end <= DAY_MINUTES for _, start, end in self.patient_busy)
        require(inside, "patient_busy", "order", "hours from and until are in order and inside one day")
        require(all(a <= b for a, b in self.blackout), "blackout", "order", "first and last day are in order")
        few = len(self.blackout) <= MAX_STRETCHES
        require(few, "blackout", "too many", f"at most {MAX_STRETCHES} stretches of days")
        for chosen in (self.weekdays, self.weekdays_pref):
            require(chosen is None or chosen <= set(range(7)), "weekdays", "range", "weekdays are 0 to 6")
        require(self.weekdays is None or bool(self.weekdays), "weekdays", "none", "at least one weekday")
        someone = self.practitioners is None or bool(self.practitioners)
        require(someone, "practitioners", "none", "at least one practitioner")


@dataclass(frozen=True, slots=True)
class Slot:
    """One session: day, practitioner, local start minute, and the room and device that are free for it."""

    day: date
    practitioner: Id
    start: int
    room: Id | None = None
    device: Id | None = None


@dataclass(frozen=True, slots=True)
class CostPart:
    """One reason for cost; `session` counts from 1.

    `amount` is its measure: days early (-) or late (+) for `gap`, full quarter hours for `tod`, days for
    `delay`, minutes left over for `frag before` and `frag after`, else 1.
    """

    code: str
    session: int
    cost: int
    amount: int = 1


@dataclass(frozen=True, slots=True)
class Option:
    """A whole series that fits, its cost, and every part of the cost that is not zero."""

    slots: tuple[Slot, ...]
    cost: int
    parts: tuple[CostPart, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The best series, then others that differ in date, practitioner or half-day of the first visit."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A wish that, given up alone (or by `days`), makes a series possible: the best one.

    `n_optimal` counts the series of that cost when it was asked for.
    """

    relax: str
    days: int | None
    option: Option
    n_optimal: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no series: "too short" (the first two fields follow) or "blocked" (the next three).

    `blocked_session` counts within the request; `blockers` counts the window's days by what rules them out.
    """

    reason: str
    earliest_possible_finish: date | None = None
    days_too_late: int | None = None
    blocked_session: int | None = None
    window: Days | None = None
    blockers: Mapping[str, int] = field(default_factory=dict)
    relaxations: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a plan breaks. `session` counts from 1; `resource` is set when one is at fault."""

    code: str
    session: int
    resource: Id | None = None
