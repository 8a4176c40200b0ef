"""Where a series stands: which sessions happened, which are booked, what is still to book, and the request."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from clinic.models import Membership
from clinic.rules.timegrid import to_local
from plans.models import Series, Visit
from plans.queries.protocols import parsed
from plans.rules.scheduling.model import Anchor, Request, Step, Treatment
from plans.rules.spacing import BookedBy, Window, booked_by, booking_states
from plans.rules.terms import BookingState
from plans.rules.visiting import HELD, STANDING, State
from plans.rules.wishes import Wishes, busy_hours, hours

FIRST_WITHIN = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Standing:
    """A series with the visits that stand, by session number."""

    series: Series
    visits: dict[int, Visit]

    @property
    def done(self) -> int:
        """How many sessions happened."""
        return sum(visit.state == State.DONE for visit in self.visits.values())

    @property
    def to_book(self) -> list[int]:
        """The numbers of the sessions that have no date."""
        return [number for number in range(1, self.series.sessions + 1) if number not in self.visits]

    @property
    def anchor(self) -> Visit | None:
        """The last session that stands before the first one to book: its date is what the next counts from."""
        missing = self.to_book
        before = [number for number in self.visits if not missing or number < missing[0]]
        return self.visits[max(before)] if before else None

    @property
    def window(self) -> Window:
        """The window of the first session to book, in days after the anchor."""
        return self.series.window_after(self.anchor.session_number or 0 if self.anchor else 0)

    @property
    def holes(self) -> list[int]:
        """The numbers of the sessions without a date that have a later one booked: the rest may have to follow."""
        last = max(self.visits, default=0)
        return [number for number in self.to_book if number < last]

    @property
    def is_tail(self) -> bool:
        """Whether the sessions to book are the last ones, so that they can be placed in one go."""
        return bool(self.to_book) and not self.holes


def standing(series: Series, members: Iterable[Membership] | None = None) -> Standing:
    """Return where a series stands; one query, a lighter one with `members`, everybody with a diary, read before."""
    visits = Visit.objects.filter(series=series, state__in=STANDING).order_by("session_number")
    people = {one.pk: one for one in members or ()}
    if members is None:
        visits = visits.select_related("practitioner__user", "room", "device")
    for visit in visits:
        visit.series, visit.clinic, visit.patient = series, series.clinic, series.patient
        if members is not None:
            visit.practitioner = people.get(visit.practitioner_id) or visit.practitioner
    return Standing(series, {visit.session_number or 0: visit for visit in visits})


def state_from_visits(series: Series) -> str:
    """Return the state that its visits give a series that goes on; one query."""
    states = set(series.visits.values_list("state", flat=True))
    if State.DONE in states:
        return Series.State.ACTIVE
    return Series.State.BOOKED if states & HELD else Series.State.TO_BOOK


def first_day(stand: Standing, wishes: Wishes, at: datetime) -> date:
    """Return the first day on which the next session may be: today, the patient's wish, a hold, the gap."""
    series = stand.series
    today, _ = to_local(at, series.clinic.zone)
    days = [today, wishes.first_from or today, series.not_before or today]
    if stand.anchor is not None:
        days.append(stand.anchor.day + timedelta(days=stand.window.earliest))
    return max(days)


def who_may_book(stand: Standing, day: date) -> BookedBy:
    """Say who may book the next session on a day, by how long the last one is past."""
    if stand.anchor is None:
        return BookedBy.FRONT_DESK
    protocol = parsed(stand.series.protocol_version)
    return booked_by(protocol, stand.window.earliest, (day - stand.anchor.day).days)


def request(stand: Standing, treatment: Treatment, wishes: Wishes, at: datetime) -> Request:
    """Return what the engine is asked for: the sessions still to book, inside their windows.

    Where the window of the next session is past, it is widened to the end of the booking state that its first
    possible day lies in, as the protocol has it. Raises RequestError where wishes contradict themselves.
    """
    series = stand.series
    earliest = first_day(stand, wishes, at)
    steps = [step_of(series)] * (len(stand.to_book) - 1)
    latest_first = earliest + FIRST_WITHIN
    anchor = None
    if stand.anchor is not None:
        first = step_of(series, (earliest - stand.anchor.day).days, after=stand.anchor.session_number or 0)
        steps = [first, *steps]
        latest_first = max(earliest, stand.anchor.day + timedelta(days=first.maximum))
        anchor = anchor_of(stand.anchor)
    asked = Request(
        n=len(stand.to_book),
        earliest=earliest,
        latest_first=latest_first,
        steps=tuple(steps),
        treatment=treatment,
        patient=series.patient.resource_id,
        blackout=blackout(series),
        anchor=anchor,
    )
    return with_wishes(asked, wishes, at, series)


def request_for_one(
    stand: Standing, number: int, treatment: Treatment, *, near: date, at: datetime
) -> Request | None:
    """Return what the engine is asked for one session by itself, counted from the one before it.

    `near` is about when it should be: past the window, the end of the booking state it lies in counts. None where
    a new consultation comes first.
    """
    series, before = stand.series, stand.visits.get(number - 1)
    today, minute = to_local(at, series.clinic.zone)
    earliest = max(today, series.not_before or today)
    latest = max(near, earliest) + FIRST_WITHIN
    steps: tuple[Step, ...] = ()
    if before is not None:
        least = series.window_after(number - 1).earliest
        earliest = max(earliest, before.day + timedelta(days=least))
        gap = (max(near, earliest) - before.day).days
        if booked_by(parsed(series.protocol_version), least, gap) is BookedBy.NEW_CONSULTATION:
            return None
        steps = (step_of(series, gap, after=number - 1),)
        latest = before.day + timedelta(days=steps[0].maximum)
    return Request(
        n=1,
        earliest=earliest,
        latest_first=latest,
        steps=steps,
        treatment=treatment,
        blackout=blackout(series),
        patient=series.patient.resource_id,
        patient_busy=over(today, minute),
        anchor=anchor_of(before) if before else None,
    )


def with_wishes(asked: Request, wishes: Wishes, at: datetime, series: Series) -> Request:
    """Add what suits the patient, and the hours of today that are over."""
    hull, holes = hours(wishes.times)
    today, minute = to_local(at, series.clinic.zone)
    prefer = wishes.practitioner if wishes.practitioner is not None else series.practitioner.user.resource_id
    return replace(
        asked,
        weekdays=wishes.weekdays or None,
        daytime=hull,
        practitioners=(wishes.practitioner,) if wishes.only and wishes.practitioner is not None else None,
        preferred=prefer,
        finish=wishes.finish,
        blackout=(*asked.blackout, *wishes.away),
        patient_busy=(*over(today, minute), *busy_hours(holes, asked.earliest, last_day(asked))),
    )


def over(today: date, minute: int) -> tuple[tuple[date, int, int], ...]:
    """Return the hours of today that are past, as time in which nothing can be booked."""
    return ((today, 0, minute),) if minute else ()


def last_day(asked: Request) -> date:
    """Return the last day that any session of the request could have."""
    return asked.latest_first + timedelta(days=sum(step.maximum for step in asked.steps))


def step_of(series: Series, gap: int = 0, *, after: int = 0) -> Step:
    """Return the days between two sessions; where `gap` is past the window, up to the end of its booking state."""
    window = series.window_after(after)
    step = Step(window.earliest, window.target, window.latest)
    if gap <= step.maximum:
        return step
    spans = booking_states(parsed(series.protocol_version), window.earliest)
    late = next(span for span in spans if span.last_day is None or gap <= span.last_day)
    last = late.last_day if late.state is not BookingState.LAPSED else None
    return replace(step, maximum=last or gap)


def anchor_of(visit: Visit) -> Anchor:
    """Return a session that stands as what the next one counts from."""
    return Anchor(visit.day, visit.practitioner.user.resource_id, visit.start_minute)


def blackout(series: Series) -> tuple[tuple[date, date], ...]:
    """Return the days that the patient's event keeps clear, the day itself included."""
    if series.event_on is None:
        return ()
    return ((series.event_on - timedelta(days=series.keep_clear_days), series.event_on),)
