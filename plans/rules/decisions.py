"""What a plan does to each session, and to a series as a whole."""

from collections.abc import Iterable, Sequence

from plans.rules.plan import Session
from plans.rules.scheduling.model import Slot

OUTCOMES = ("kept", "room", "practitioner", "time", "day", "none", "fixed")
"""What may happen to a session or to a whole series, the least disturbing first."""
FIXED = "fixed"


def kind_of(before: Slot, after: Slot | None) -> str:
    """Return what happens to one session: one of OUTCOMES. Another device in the same room counts as `room`."""
    if after is None:
        return "none"
    if after.day != before.day:
        return "day"
    if after.start != before.start:
        return "time"
    if after.practitioner != before.practitioner:
        return "practitioner"
    return "kept" if (after.room, after.device) == (before.room, before.device) else "room"


def most(kinds: Iterable[str]) -> str:
    """Return the most disturbing of them."""
    return max(kinds, key=OUTCOMES.index, default="kept")


def changed(before: Sequence[Session], after: Sequence[Session]) -> tuple[Session, ...]:
    """Return the sessions of a plan that are not where they were."""
    old = {session.number: session.slot for session in before}
    return tuple(session for session in after if old.get(session.number) != session.slot)
