"""The desk and the dates of a series: proposed, booked, moved, made good, through the real queries."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic.actions.refusal import Refused
from clinic.rules.roles import Actor
from plans.actions import booking
from plans.demo.stage import Stage
from plans.models import Kind, Series, Visit
from plans.queries.proposals import Search, changed, search
from plans.queries.repair import repair
from plans.queries.single import free_times, session_slot, times_near
from plans.queries.standing import standing
from plans.rules.plan import Session
from plans.rules.scheduling.model import Slot
from plans.rules.visiting import HELD
from plans.rules.wishes import Wishes

ASKED_FOR_ANOTHER_DAY = "The patient asked for another day."
WEEK = 7
TRIES = 6


@dataclass(frozen=True, slots=True)
class Aim:
    """Where one session of a series should come to lie; a slot of the planted day, or any time of a day."""

    number: int
    day: date
    slot: Slot | None = None


def fresh(series: Series) -> Series:
    """Return a series as it is now."""
    rows = Series.objects.select_related("clinic", "patient", "protocol_version", "practitioner__user")
    return rows.get(pk=series.pk)


def next_visit(series: Series) -> Visit | None:
    """Return the next session that has a date."""
    return Visit.objects.filter(series=series, state__in=HELD).order_by("starts_at").first()


def steady_days(series: Series) -> int:
    """Return the whole weeks, in days, that are nearest to the best gap: sessions stay on one weekday."""
    weeks = range(-(-series.min_days // WEEK) * WEEK, series.max_days + 1, WEEK)
    return min(weeks, key=lambda days: abs(days - series.target_days))


def book(stage: Stage, series: Series, first: date, at: datetime) -> bool:
    """Book a whole series from about a day on, away from the planted day; False where nothing suits."""
    series = fresh(series)
    wishes = Wishes(
        first_from=first,
        times=frozenset({stage.dice.choice(("morning", "afternoon"))}),
        away=((stage.day, stage.day),),
    )
    made = search(standing(series), wishes, at=at)
    plans = [choice.plan for choice in made.choices]
    return _first_that_holds(stage.desk, series, plans, at)


def aim(stage: Stage, series: Series, target: Aim, at: datetime) -> bool:
    """Book a whole series so that one session lies where it should; False where the diary refuses."""
    series = fresh(series)
    apart = steady_days(series)
    resource = series.practitioner.user.resource_id
    wishes = Wishes(
        first_from=target.day - timedelta(days=apart * (target.number - 1)),
        weekdays=frozenset({target.day.weekday()}),
        practitioner=resource,
        only=True,
        away=() if target.day == stage.day else ((stage.day, stage.day),),
    )
    made = search(standing(series), wishes, at=at)
    return _first_that_holds(stage.desk, series, _aimed(made, target), at)


def _aimed(made: Search, target: Aim) -> list[tuple[Session, ...]]:
    """Return the proposals with the one session put where it should be, the nearest first."""
    index = target.number - 1
    near = sorted(made.choices, key=lambda choice: abs((choice.plan[index].slot.day - target.day).days))
    plans = []
    for choice in near:
        if choice.plan[index].slot.day == target.day and target.slot is None:
            plans.append(choice.plan)
        elif target.slot is not None:
            found = changed(made, choice.plan, Session(target.number, target.slot))
            plans += [found.plan] if found else []
    return plans


def _first_that_holds(actor: Actor, series: Series, plans: list[tuple[Session, ...]], at: datetime) -> bool:
    for plan in plans:
        try:
            booking.confirm(actor, series, booking.offer(series, plan), at=at)
        except Refused:
            continue
        return True
    return False


def move(stage: Stage, visit: Visit, at: datetime) -> bool:
    """Move a session to a day nearby; what must follow moves with it."""
    series = fresh(visit.series)  # type: ignore[arg-type]
    for near in times_near(visit, at=at, wanted=8):
        if near.slot.day in (visit.day, stage.day):
            continue
        found = repair(standing(series), at=at, pins={visit.session_number or 0: near.slot})
        if found and _confirm_repair(stage, series, found.plan, visit.practitioner.actor, at):
            return True
    return False


def make_good(stage: Stage, visit: Visit, first: date, at: datetime) -> bool:
    """Book a session anew, from a day on, that was missed or cancelled; later ones follow where they must."""
    series, number = fresh(visit.series), visit.session_number or 0  # type: ignore[arg-type]
    resource = visit.practitioner.user.resource_id
    free = free_times(
        stage.clinic, Kind.TREATMENT, first, at=at, patient=visit.patient, practitioner=resource, days=8
    )
    stand, lost = standing(series), {number: session_slot(visit)}
    for slot in _same_time_first(stage, visit, [one.slot for one in free])[:TRIES]:
        found = repair(stand, at=at, pins={number: slot}, lost=lost)
        if found and _confirm_repair(stage, series, found.plan, visit.practitioner.actor, at):
            return True
    return False


def _same_time_first(stage: Stage, visit: Visit, slots: list[Slot]) -> list[Slot]:
    """Return the slots, those at about the time of day of the visit first; none on the planted day."""
    others = [slot for slot in slots if slot.day != stage.day]
    return sorted(others, key=lambda slot: (abs(slot.start - visit.start_minute), slot.day))


def _confirm_repair(
    stage: Stage, series: Series, plan: tuple[Session, ...], actor: Actor, at: datetime
) -> bool:
    if any(session.slot.day == stage.day for session in plan):
        return False
    try:
        booking.confirm(actor, series, booking.offer(series, plan), at=at, reason=ASKED_FOR_ANOTHER_DAY)
    except Refused:
        return False
    return True
