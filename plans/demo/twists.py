"""What comes between a plan and its sessions: moved, missed, cancelled, held, ended."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from plans.actions import series as whole
from plans.demo import acts, dates
from plans.demo.stage import Stage, Story
from plans.models import Visit
from plans.rules.visiting import State

Tell: TypeAlias = Callable[[Stage, Visit, datetime], Story[datetime | None]]
"""Tells one twist about the visit that is next; returns the instant, or None where the story ends."""


class Twist(StrEnum):
    """What happens before a session, or instead of it."""

    MOVED = "moved"
    MISSED = "missed, and booked again"
    NOT_COME = "missed"
    CANCELLED = "cancelled, and booked again"
    CALLED_OFF = "cancelled on the day"
    ENDS_HERE = "this and the following cancelled"
    PAUSED = "paused the day before"
    HELD_EARLY = "paused a week after the last session"
    RESUMED = "paused, then gone on"
    STOPPED_BY_PATIENT = "stopped by the patient"
    STOPPED_AFTER_REACTION = "stopped after a reaction"
    STOPPED_CONTENT = "stopped, content"


def moved(stage: Stage, visit: Visit, at: datetime) -> Story[datetime | None]:
    """The patient asks for another day, some days before."""
    at = yield visit.starts_at - timedelta(days=4) - stage.minutes(0, 120)
    dates.move(stage, visit, at)
    return at


def missed(stage: Stage, visit: Visit, at: datetime) -> Story[datetime | None]:
    """Nobody comes; the desk finds another day the same afternoon."""
    yield from not_come(stage, visit, at)
    at = yield visit.starts_at + stage.minutes(90, 180)
    return at if dates.make_good(stage, visit, visit.day + timedelta(days=2), at) else None


def not_come(stage: Stage, visit: Visit, at: datetime) -> Story[datetime | None]:
    """Nobody comes, and nobody has called since."""
    at = yield visit.starts_at + stage.minutes(18, 25)
    acts.step(stage, visit, State.NO_SHOW, at)
    return None


def cancelled(stage: Stage, visit: Visit, at: datetime) -> Story[datetime | None]:
    """Cancelled two days before, and booked again at once."""
    at = yield visit.starts_at - timedelta(days=2)
    whole.cancel(stage.desk, visit, scope="one", at=at, reason="Has to work that day.")
    at = yield at + stage.minutes(5, 9)
    return at if dates.make_good(stage, visit, visit.day + timedelta(days=3), at) else None


def called_off(stage: Stage, visit: Visit, at: datetime) -> Story[datetime | None]:
    """Cancelled on the day; a new date is still to be found."""
    at = yield visit.starts_at - timedelta(hours=3, minutes=45)
    whole.cancel(stage.desk, visit, scope="one", at=at, reason="Unwell this morning.")
    return None


def ends_here(stage: Stage, visit: Visit, at: datetime) -> Story[datetime | None]:
    """This session and those after it are cancelled until the patient is back from abroad."""
    at = yield visit.starts_at - timedelta(days=6)
    whole.cancel(stage.desk, visit, scope="following", at=at, reason="Abroad for some weeks; will call.")
    return None


def paused(stage: Stage, visit: Visit, at: datetime) -> Story[datetime | None]:
    """A practitioner holds the series the day before a session; its dates stay in the diary."""
    day_before = visit.starts_at - timedelta(hours=21)
    yield from _hold(stage, visit, at, day_before, "Reports a cold sore on the phone; to be looked at first.")
    return None


def held_early(stage: Stage, visit: Visit, at: datetime) -> Story[datetime | None]:
    """A practitioner holds the series a week after the session before."""
    yield from _hold(stage, visit, at, at + timedelta(days=7), "Found out that she is pregnant.")
    return None


def resumed(stage: Stage, visit: Visit, at: datetime) -> Story[datetime | None]:
    """Held for a while, then gone on with: what lay before the agreed date is cancelled and booked anew."""
    day_before = visit.starts_at - timedelta(hours=21)
    at = yield from _hold(
        stage, visit, at, day_before, "A week of antibiotics; wait until they are finished."
    )
    at = yield at + timedelta(days=2)
    series, again = dates.fresh(visit.series), visit.day + timedelta(days=9)  # type: ignore[arg-type]
    whole.resume(visit.practitioner.actor, series, earliest_on=again, at=at)
    at = yield at + stage.minutes(5, 30)
    return at if dates.make_good(stage, visit, again, at) else None


def _hold(stage: Stage, visit: Visit, at: datetime, when: datetime, reason: str) -> Story[datetime]:
    at = yield when - stage.minutes(0, 150)
    whole.pause(visit.practitioner.actor, dates.fresh(visit.series), reason=reason, at=at)  # type: ignore[arg-type]
    return at


def _stopped(end_reason: str, reason: str) -> Tell:
    def tell(stage: Stage, visit: Visit, at: datetime) -> Story[datetime | None]:
        at = yield visit.starts_at - timedelta(days=8) - stage.minutes(0, 120)
        series = dates.fresh(visit.series)  # type: ignore[arg-type]
        whole.stop(visit.practitioner.actor, series, end_reason=end_reason, reason=reason, at=at)
        return None

    return tell


TWISTS: Mapping[Twist, Tell] = {
    Twist.MOVED: moved,
    Twist.MISSED: missed,
    Twist.NOT_COME: not_come,
    Twist.CANCELLED: cancelled,
    Twist.CALLED_OFF: called_off,
    Twist.ENDS_HERE: ends_here,
    Twist.PAUSED: paused,
    Twist.HELD_EARLY: held_early,
    Twist.RESUMED: resumed,
    Twist.STOPPED_BY_PATIENT: _stopped("patient_choice", "Moves to another town."),
    Twist.STOPPED_AFTER_REACTION: _stopped(
        "stopped_reaction", "Redness for ten days after the last session."
    ),
    Twist.STOPPED_CONTENT: _stopped("goal_met_early", "Content with what two sessions have done."),
}
