"""Whole series on the real free time, as options to choose from, or the exact reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from clinic.models import Clinic, Membership, Room
from clinic.rules.timegrid import to_utc
from plans.models import Kind, Series
from plans.queries.gaps import Gap, gap_between
from plans.queries.slots import calendar, treatment_of, visit_type
from plans.queries.standing import Standing, last_day, request
from plans.rules import naming
from plans.rules.plan import Session, numbered
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import Anchor, Option, Refusal, Request, Slot
from plans.rules.scheduling.propose import answer
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

    @property
    def dots(self) -> tuple[Row, ...]:
        """What the timeline draws."""
        return self.rows


@dataclass(frozen=True, slots=True)
class Search:
    """A search that was made: where it looked, and what it found."""

    stand: Standing
    asked: Request
    masks: Masks
    cast: "Cast"
    choices: tuple[Choice, ...] = ()
    refusal: Refusal | None = None


class Cast:
    """Names for the ids in slots: two queries, however many slots."""

    def __init__(self, clinic: Clinic) -> None:
        # Those who no longer treat too: they may stand in a diary.
        members = Membership.objects.filter(clinic=clinic).exclude(user__resource=None).select_related("user")
        self.practitioners: dict[Any, Membership] = {member.user.resource_id: member for member in members}
        self.rooms: dict[Any, str] = dict(Room.objects.filter(clinic=clinic).values_list("pk", "name"))


def rows_of(stand: Standing, plan: Sequence[Session], cast: Cast) -> tuple[Row, ...]:
    """Return a plan's sessions with names, gaps and windows; sessions not in the plan stay where they stand."""
    days = {number: visit.day for number, visit in stand.visits.items()}
    days.update({session.number: session.slot.day for session in plan})
    return tuple(_row(stand.series, session, days.get(session.number - 1), cast) for session in plan)


def _row(series: Series, session: Session, before: date | None, cast: Cast) -> Row:
    slot = session.slot
    window = None
    if before is not None:
        window = (before + timedelta(days=series.min_days), before + timedelta(days=series.max_days))
    return Row(
        number=session.number,
        slot=slot,
        starts_at=to_utc(slot.day, slot.start, series.clinic.zone),
        practitioner=cast.practitioners[slot.practitioner],
        place=cast.rooms.get(slot.room, ""),
        gap=gap_between(series, session.number, before, slot.day),
        window=window,
    )


def search(stand: Standing, wishes: Wishes, *, at: datetime) -> Search:
    """Propose whole series for the sessions still to book. Raises RequestError where wishes contradict."""
    clinic = stand.series.clinic
    asked = request(stand, treatment_of(visit_type(clinic, Kind.TREATMENT), clinic), wishes, at)
    facts = calendar(
        clinic, asked.earliest, last_day(asked), patient_resource=stand.series.patient.resource_id
    )
    masks = Masks(facts)
    found = answer(Supply(masks, asked), asked, OPTIONS)
    cast = Cast(clinic)
    if isinstance(found, Refusal):
        return Search(stand, asked, masks, cast, refusal=found)
    return Search(stand, asked, masks, cast, choices=_choices(stand, found.options, cast))


def _choices(stand: Standing, options: Sequence[Option], cast: Cast) -> tuple[Choice, ...]:
    plans = [numbered(stand.to_book, option.slots) for option in options]
    return tuple(
        Choice(plan, rows_of(stand, plan, cast), name, option.cost)
        for plan, name, option in zip(plans, naming.names(options), options, strict=True)
    )


def alternatives(made: Search, plan: Sequence[Session], number: int) -> list[Choice]:
    """Return other times for one session inside its window after the one before, nearest the best gap first."""
    index = [session.number for session in plan].index(number)
    before = plan[index - 1] if index else None
    asked = _one(made, before)
    found = find(Supply(made.masks, asked), asked, ALTERNATIVES)
    chosen = []
    for option in sorted(found, key=lambda option: option.slots[0].day):
        one = (*plan[:index], Session(number, option.slots[0]))
        chosen.append(Choice(one, rows_of(made.stand, one, made.cast)[-1:], None, option.cost))
    return chosen


def _one(made: Search, before: Session | None) -> Request:
    """Return the request for one session by itself, counted from the one before it."""
    asked = made.asked
    if before is None:
        return replace(asked, n=1, steps=asked.steps[:1] if asked.anchor else ())
    step = asked.steps[-1]
    earliest = before.slot.day + timedelta(days=step.minimum)
    return replace(
        asked,
        n=1,
        anchor=Anchor(before.slot.day, before.slot.practitioner, before.slot.start),
        steps=(step,),
        earliest=earliest,
        latest_first=before.slot.day + timedelta(days=step.maximum),
    )


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
            asked = replace(_one(made, chosen), n=len(later), steps=(step,) * len(later))
            found = find(Supply(made.masks, asked), asked, 1)
            if not found:
                return None
            later = list(numbered([session.number for session in later], found[0].slots))
    whole = (*kept, *later)
    return Choice(whole, rows_of(made.stand, whole, made.cast), None)
