"""One series as a line: every session with its date, gap, window and state."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext

from clinic.rules.timegrid import local_day
from plans.models import Series, Visit
from plans.queries.gaps import Gap, gap_between
from plans.rules.terms import BookingState
from plans.rules.visiting import STANDING, State


@dataclass(frozen=True, slots=True)
class Dot:
    """One session. Without a visit it is still to book; `window` is first and last day, where known."""

    number: int
    visit: Visit | None
    gap: Gap | None
    window: tuple[date, date] | None
    missed: int = 0

    @property
    def day(self) -> date | None:
        """The clinic-local day."""
        return self.visit.day if self.visit else None

    @property
    def gap_days(self) -> int | None:
        """Days after the session before."""
        return self.gap.days if self.gap else None

    @property
    def state(self) -> str:
        """How the timeline draws it."""
        if self.visit is not None and self.visit.state == State.DONE:
            return "done"
        inside = self.gap is None or self.gap.state in ("first", BookingState.ON_PLAN)
        return "open" if inside else "outside"


@dataclass(frozen=True, slots=True)
class Line:
    """A whole series; `dots` are the sessions that have a date, `sessions` all of them."""

    sessions: tuple[Dot, ...]
    zones: tuple[dict[str, object], ...]
    today: date

    @property
    def dots(self) -> tuple[Dot, ...]:
        """What can be drawn."""
        return tuple(dot for dot in self.sessions if dot.visit is not None)

    @property
    def done(self) -> int:
        """How many sessions happened."""
        return sum(dot.state == "done" for dot in self.dots)

    @property
    def to_book(self) -> int:
        """How many sessions have no date."""
        return len(self.sessions) - len(self.dots)


def timeline_of(series: Series, *, at: datetime, named: bool = False) -> Line:
    """Return a series as a line; one query. `named` says what the patient's event is: only clinicians read that."""
    every = list(
        Visit.objects.filter(series=series)
        .select_related("practitioner__user", "room", "clinic")
        .order_by("session_number", "starts_at")
    )
    return line_of(series, every, local_day(at, series.clinic.zone), named=named)


def line_of(series: Series, visits: list[Visit], today: date, *, named: bool = False) -> Line:
    """Return a series as a line, from visits that are loaded already."""
    standing = {visit.session_number: visit for visit in visits if visit.state in STANDING}
    missed = [visit.session_number for visit in visits if visit.state == State.NO_SHOW]
    dots = []
    for number in range(1, series.sessions + 1):
        visit, before = standing.get(number), standing.get(number - 1)
        window = None
        if before is not None:
            earliest, _best, latest = series.window_after(number - 1).after(before.day)
            window = (earliest, latest)
        gap = gap_between(series, number, before.day if before else None, visit.day) if visit else None
        dots.append(Dot(number, visit, gap, window, missed.count(number)))
    return Line(tuple(dots), _zones(series, named), today)


def _zones(series: Series, named: bool) -> tuple[dict[str, object], ...]:
    if series.event_on is None:
        return ()
    first = series.event_on - timedelta(days=series.keep_clear_days)
    return ({"first": first, "last": series.event_on, "label": event_words(series, named=named)},)


def event_words(series: Series, *, named: bool) -> str:
    """Return the event that keeps days clear, empty without one.

    What it is called is free text of a consultation, so the front desk reads the day and nothing else.
    """
    if series.event_on is None:
        return ""
    what = series.event_name if named and series.event_name else gettext("Event")
    return gettext("%(what)s on %(day)s") % {"what": what, "day": date_format(series.event_on, "j M Y")}
