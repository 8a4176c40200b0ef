"""Whole series on the real free time, as options to choose from, or the exact reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from clinic.models import Clinic, Membership, Room
from clinic.rules.timegrid import to_utc
from plans.models import Kind, Series
from plans.queries.gaps import Gap, gap_between
from plans.queries.slots import Diary, diary, members_of, needs_of
from plans.queries.standing import Standing, last_day, request
from plans.rules import naming
from plans.rules.plan import Session, numbered
from plans.rules.scheduling.check import check_visit
from plans.rules.scheduling.explain import explain, furthest
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Anchor, Option, Refusal, Request, Slot, Step
from plans.rules.scheduling.nearest import nearest
from plans.rules.scheduling.others import others
from plans.rules.scheduling.search import find
from plans.rules.scheduling.supply import Supply
from plans.rules.wishes import Wishes

OPTIONS = 5
ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One session of an option, as the page shows it."""

    number: int
    slot: Slot
    starts_at: datetime
    practitioner: Membership
    place: str
    gap: Gap
    window: tuple[date, date] | None

    @property
    def day(self) -> date:
        """The clinic-local day."""
        return self.slot.day

    @property
    def before(self) -> int:
        """The number of the session before."""
        return self.number - 1

    @property
    def gap_days(self) -> int | None:
        """Days after the session before."""
        return self.gap.days

    @property
    def state(self) -> str:
        """How the timeline draws it."""
        return "proposed"


@dataclass(frozen=True, slots=True)
class Choice:
    """One option: its plan, its name, its rows."""

    plan: tuple[Session, ...]
    rows: tuple[Row, ...]
    name: naming.Name | None
    cost: int = 0
    is_nearest: bool = False  # to one whose time somebody else has taken

    @property
    def dots(self) -> tuple[Row, ...]:
        """What the timeline draws."""
        return self.rows


@dataclass(frozen=True, slots=True)
class Search:
    """A search that was made: where it looked, and what it found."""

    stand: Standing
    asked: Request
    supply: Supply
    cast: "Cast"
    choices: tuple[Choice, ...] = ()
    refusal: Refusal | None = None


class Cast:
    """Names for the ids in slots: two queries, however many slots; none where a diary was read."""

    def __init__(self, clinic: Clinic, known: Diary | None = None) -> None:
        members = known.members if known else members_of(clinic)
        self.practitioners: dict[Any, Membership] = {member.user.resource_id: member for member in members}
        self.rooms: dict[Any, str] = (
            {**known.rooms} if known else dict(Room.objects.filter(clinic=clinic).values_list("pk", "name"))
        )


def rows_of(stand: Standing, plan: Sequence[Session], cast: Cast) -> tuple[Row, ...]:
    """Return a plan's sessions with names, gaps and windows; sessions not in the plan stay where they stand."""
    days = {number: visit.day for number, visit in stand.visits.items()}
    days.update({session.number: session.slot.day for session in plan})
    return tuple(_row(stand.series, session, days.get(session.number - 1), cast) for session in plan)


def _row(series: Series, session: Session, before: date | None, cast: Cast) -> Row:
    slot = session.slot
    window = None
    if before is not None:
        earliest, _best, latest = series.window_after(session.number - 1).after(before)
        window = (earliest, latest)
    return Row(
        number=session.number,
        slot=slot,
        starts_at=to_utc(slot.day, slot.start, series.clinic.zone),
        practitioner=cast.practitioners[slot.practitioner],
        place=cast.rooms.get(slot.room, ""),
        gap=gap_between(series, session.number, before, slot.day),
        window=window,
    )


def look(
    stand: Standing,
    wishes: Wishes,
    *,
    at: datetime,
    members: Sequence[Membership] | None = None,
    further: bool = False,
) -> Search:
    """Read what a search needs and search for nothing yet; four queries, three with `members` read before.

    Reads up to the last day that a session may have; `further`, also what the ways out may use.
    Raises RequestError where wishes contradict, VisitType.DoesNotExist where the clinic gives no treatments.
    """
    clinic = stand.series.clinic
    asked = request(stand, needs_of(clinic, Kind.TREATMENT).treatment, wishes, at)
    days = (asked.earliest, furthest(asked) if further else last_day(asked))
    known = diary(clinic, days, patient_resource=stand.series.patient.resource_id, members=members)
    return Search(stand, asked, Supply(Masks(known.calendar), asked), Cast(clinic, known))


def search(
    stand: Standing, wishes: Wishes, *, at: datetime, members: Sequence[Membership] | None = None
) -> Search:
    """Propose whole series for the sessions still to book; reads and raises as `look`, twice where nothing fits."""
    made = look(stand, wishes, at=at, members=members)
    options = find(made.supply, made.asked, OPTIONS)
    if options:
        return replace(made, choices=_choices(stand, options, made.cast))
    made = look(stand, wishes, at=at, members=members, further=True)
    return replace(made, refusal=explain(made.supply, made.asked))


def _choices(stand: Standing, options: Sequence[Option], cast: Cast) -> tuple[Choice, ...]:
    plans = [numbered(stand.to_book, option.slots) for option in options]
    return tuple(
        Choice(plan, rows_of(stand, plan, cast), name, option.cost)
        for plan, name, option in zip(plans, naming.names(options), options, strict=True)
    )


def alternatives(made: Search, plan: Sequence[Session], number: int) -> list[Choice]:
    """Return other times for one session inside its window after the one before, in order of their days."""
    index = [session.number for session in plan].index(number)
    found = others(made.supply, made.asked, [session.slot for session in plan], index, ALTERNATIVES)
    chosen = []
    for other in sorted(found, key=lambda other: other.slot.day):
        one = (*plan[:index], Session(number, other.slot))
        chosen.append(Choice(one, rows_of(made.stand, one, made.cast)[-1:], None, other.cost))
    return chosen


def changed(made: Search, plan: Sequence[Session], chosen: Session) -> Choice | None:
    """Put one session elsewhere: later ones stay where their windows still hold, else they are placed anew.

    Returns None where the rest cannot follow.
    """
    index = [session.number for session in plan].index(chosen.number)
    kept, later = [*plan[:index], chosen], list(plan[index + 1 :])
    step = made.asked.steps[-1] if made.asked.steps else None
    if later and step is not None:
        gap = (later[0].slot.day - chosen.slot.day).days
        if not step.minimum <= gap <= step.maximum:
            found = find(made.supply, _after(made.asked, chosen, step, len(later)), 1)
            if not found:
                return None
            later = list(numbered([session.number for session in later], found[0].slots))
    whole = (*kept, *later)
    return Choice(whole, rows_of(made.stand, whole, made.cast), None)


def nearest_plan(made: Search, plan: Sequence[Session]) -> Choice | None:
    """Return a plan with the nearest other time for each session whose time is gone; the others stay.

    Returns None for other sessions than those to book, and where one has no other time between its neighbours.
    """
    if [session.number for session in plan] != made.stand.to_book:
        return None
    calendar, slots = made.supply.masks.calendar, [session.slot for session in plan]
    for index, slot in enumerate(slots):
        if check_visit(calendar, made.asked.treatment, slot):
            found = nearest(calendar, made.asked, slots, index, 1)
            if not found:
                return None
            slots[index] = found[0]
    whole = numbered(made.stand.to_book, slots)
    return Choice(whole, rows_of(made.stand, whole, made.cast), None, is_nearest=True)


def _after(asked: Request, chosen: Session, step: Step, sessions: int) -> Request:
    """Return the request for the sessions after one that was chosen, counted from it."""
    slot = chosen.slot
    return replace(
        asked,
        n=sessions,
        anchor=Anchor(slot.day, slot.practitioner, slot.start),
        steps=(step,) * sessions,
        earliest=slot.day + timedelta(days=step.minimum),
        latest_first=slot.day + timedelta(days=step.maximum),
    )
