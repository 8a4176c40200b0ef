"""The days between the sessions of many series at once, as badges."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from plans.models import Series, Visit
from plans.queries.protocols import parsed
from plans.rules.spacing import booking_state
from plans.rules.visiting import STANDING


@dataclass(frozen=True, slots=True)
class Gap:
    """What a spacing badge shows: whole days, the booking state, and how many days too late."""

    days: int | None
    state: str
    days_late: int = 0


FIRST = Gap(None, "first")
UNKNOWN = Gap(None, "unknown")


def gap_between(series: Series, number: int, before: date | None, day: date) -> Gap:
    """Return how a session's day stands to the one before it, by the window the series was signed with."""
    if number == 1:
        return FIRST
    if before is None:
        return UNKNOWN
    days = (day - before).days
    window = series.window_after(number - 1)
    state = booking_state(parsed(series.protocol_version), window.earliest, days).state
    return Gap(days, state.value, max(days - window.latest, 0))


def gaps_of(visits: Iterable[Visit]) -> dict[UUID, Gap]:
    """Return the gap before each visit that is a session of a series; one query for all of them.

    The visits come with their series and its protocol version.
    """
    sessions = [visit for visit in visits if visit.series is not None]
    days: dict[tuple[UUID, int], date] = {}
    found = Visit.objects.filter(
        series__in={visit.series_id for visit in sessions}, state__in=STANDING
    ).values_list("series_id", "session_number", "day")
    for series_id, number, day in found:
        days[series_id, number or 0] = day
    return {
        visit.pk: gap_between(
            visit.series,
            visit.session_number or 0,
            days.get((visit.series.pk, (visit.session_number or 0) - 1)),
            visit.day,
        )
        for visit in sessions
        if visit.series is not None
    }
