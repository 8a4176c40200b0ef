"""A series with one session fewer: how it would stand, and the least change that keeps the rest in its windows."""

from copy import copy
from datetime import datetime

from plans.models import Series
from plans.queries.repair import Repair, repair
from plans.queries.single import session_slot
from plans.queries.standing import Standing
from plans.rules.visiting import State

MOVABLE = (State.BOOKED, State.CONFIRMED)


def may_go(stand: Standing, number: int) -> bool:
    """Say whether a session can be left out: it is of the series, and nobody has begun with it."""
    visit = stand.visits.get(number)
    inside = 1 <= number <= stand.series.sessions and stand.series.sessions > 1
    return inside and (visit is None or visit.state in MOVABLE)


def removable(stand: Standing) -> int | None:
    """Return the last session if it can be taken away, None where it is done, under way, or the only one."""
    last = stand.series.sessions
    return last if may_go(stand, last) else None


def without(stand: Standing, number: int) -> Standing:
    """Return how a series would stand without one session: those after it count one less. Nothing is saved."""
    series: Series = copy(stand.series)
    series.sessions -= 1
    visits = {}
    for old, visit in stand.visits.items():
        if old == number:
            continue
        kept = copy(visit)
        kept.series, kept.session_number = series, old - (old > number)
        visits[old - (old > number)] = kept
    return Standing(series, visits)


def closed_up(stand: Standing, number: int, *, at: datetime) -> Repair | None:
    """Return the least change of the sessions after one that is left out, None where nothing has to move or can.

    Those before it stay. Numbers are those that the sessions have then.
    """
    stay = {
        n: session_slot(visit)
        for n, visit in stand.visits.items()
        if n < number and visit.state in MOVABLE and visit.starts_at > at
    }
    gone = stand.visits.get(number)
    found = repair(without(stand, number), at=at, pins=stay, freed=[gone.pk] if gone else ())
    return found if found and found.plan else None
