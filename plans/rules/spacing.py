"""How far apart sessions are: the window of the next one, what lies outside it, and who may book there.

Days are clinic-local calendar days, counted from the date on which the last session really happened.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from patients.rules.conditions import Facts, matches
from patients.rules.terms import Text
from plans.rules.protocol import Protocol
from plans.rules.terms import BookingState


@dataclass(frozen=True, slots=True)
class Window:
    """First, best and last day of the next session, in days after the last one."""

    earliest: int
    target: int
    latest: int

    def after(self, last_session: date) -> tuple[date, date, date]:
        """Earliest, target and latest as dates, counted from the day of the last session."""
        earliest, target, latest = (
            last_session + timedelta(days=days) for days in (self.earliest, self.target, self.latest)
        )
        return earliest, target, latest


@dataclass(frozen=True, slots=True)
class StateSpan:
    """The days of one booking state, both included; `last_day` None is open-ended."""

    state: BookingState
    first_day: int
    last_day: int | None
    front_desk_may_book: bool
    label: Text
    staff_note: str | None


class BookedBy(StrEnum):
    """Who may book on a day, and what it takes."""

    FRONT_DESK = "front_desk"
    FRONT_DESK_WITH_REASON = "front_desk_with_reason"
    PRACTITIONER_WITH_REASON = "practitioner_with_reason"
    NEW_CONSULTATION = "new_consultation"
    NOBODY = "nobody"


class Tone(StrEnum):
    """How a badge looks."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"
    GREY = "grey"


@dataclass(frozen=True, slots=True)
class GapBadge:
    """A gap between two sessions, as data: `days_off` counts the days before earliest or after latest.

    `state` is None for the first session and for a gap that is not known; `tone` tells the two apart.
    """

    days: int | None
    state: BookingState | None
    days_off: int
    tone: Tone


_TONES = {
    BookingState.TOO_EARLY: Tone.BAD,
    BookingState.ON_PLAN: Tone.OK,
    BookingState.LATE: Tone.WARN,
    BookingState.LATE_REVIEW: Tone.WARN,
    BookingState.LAPSED: Tone.BAD,
}

FIRST_SESSION = GapBadge(days=None, state=None, days_off=0, tone=Tone.INFO)
GAP_NOT_KNOWN = GapBadge(days=None, state=None, days_off=0, tone=Tone.GREY)


def window(protocol: Protocol, interval_days: int) -> Window:
    """The window for an agreed interval, proposed or overridden (`booking` in protocol.json; house rule).

    Earliest is the interval, latest a week more but not before day 42, target the midpoint rounded down.
    """
    booking = protocol.course.booking
    latest = max(booking.latest_at_least_day, interval_days + booking.grace_days_after_window)
    return Window(interval_days, (interval_days + latest) // 2, latest)


def longer_window(protocol: Protocol, agreed_days: int, planned: Facts, done: Facts) -> Window | None:
    """The window after a session in which more was done than was planned; None where the agreed one stands.

    Both hold facts as conditions read them, such as `depth_mm` and `aggressive`. Of `interval_rules` in
    protocol.json those count that hold for what was done and did not for the plan: the others were weighed
    when the interval of `agreed_days` was signed.
    """
    asked = [
        rule.days
        for rule in protocol.course.interval_rules
        if matches(rule.when, done) and not matches(rule.when, planned)
    ]
    longest = max(asked, default=0)
    return window(protocol, longest) if longest > agreed_days else None


def booking_states(protocol: Protocol, interval_days: int) -> tuple[StateSpan, ...]:
    """Every booking state with its days for that interval, from too early to lapsed."""
    plan = window(protocol, interval_days)
    marks = {"earliest": plan.earliest, "latest": plan.latest}
    spans, first = [], 0
    for rule in protocol.course.booking.states:
        last = None
        if rule.last_day is not None:
            last = max(marks[rule.last_day.from_] + rule.last_day.plus_days, rule.last_day.at_least_day or 0)
            marks[rule.state] = last
        spans.append(
            StateSpan(rule.state, first, last, rule.front_desk_may_book, rule.label, rule.staff_note)
        )
        first = first if last is None else last + 1
    return tuple(spans)


def booking_state(protocol: Protocol, interval_days: int, days_since_last: int) -> StateSpan:
    """The booking state of a day, so many days after the last session; the first that reaches so far."""
    spans = booking_states(protocol, interval_days)
    return next(span for span in spans if span.last_day is None or days_since_last <= span.last_day)


def booked_by(protocol: Protocol, interval_days: int, days_since_last: int) -> BookedBy:
    """Who may book that day. Too early is a practitioner's signed decision, and never before day 21."""
    state = booking_state(protocol, interval_days, days_since_last).state
    if state is BookingState.TOO_EARLY:
        allowed = days_since_last >= protocol.course.override_bounds.interval_days.min
        return BookedBy.PRACTITIONER_WITH_REASON if allowed else BookedBy.NOBODY
    return {
        BookingState.ON_PLAN: BookedBy.FRONT_DESK,
        BookingState.LATE: BookedBy.FRONT_DESK_WITH_REASON,
        BookingState.LATE_REVIEW: BookedBy.PRACTITIONER_WITH_REASON,
        BookingState.LAPSED: BookedBy.NEW_CONSULTATION,
    }[state]


def gap_badge(protocol: Protocol, interval_days: int, gap_days: int) -> GapBadge:
    """How a gap of so many days stands to the window; see FIRST_SESSION and GAP_NOT_KNOWN for the others."""
    plan = window(protocol, interval_days)
    state = booking_state(protocol, interval_days, gap_days).state
    days_off = max(plan.earliest - gap_days, gap_days - plan.latest, 0)
    return GapBadge(gap_days, state, days_off, _TONES[state])
