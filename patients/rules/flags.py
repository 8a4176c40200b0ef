"""What stands in the way of a session: flags, who may lift or settle them, and the status that is left.

Levels and roles come from the protocol; a block stops, a review must be settled, a note needs nothing.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from clinic.rules.roles import CLINICAL_RANK, Role
from patients.rules.terms import Language, Level, Override, Status, Text, fill, say_day


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at before a session.

    `override` is None for a note, which nobody need lift. `clear_on` is the first day on which this flag's
    own rule no longer matches. `basis` stands for all that a resolution rests on (protocol version, answer,
    and the session where the question is asked before each): when that changes, an old resolution no longer
    counts.
    """

    id: str
    level: Level
    override: Override | None
    staff_note: str
    basis: str
    patient_text: Text | None = None
    question: str | None = None
    clear_on: date | None = None
    sets_history: str | None = None
    source_ids: tuple[str, ...] = ()

    def message(self, language: Language) -> str | None:
        """What the patient reads, with the date on which it clears; None where staff alone see the flag."""
        if self.patient_text is None:
            return None
        values = {"clear_date": say_day(self.clear_on, language)} if self.clear_on else {}
        return fill(self.patient_text[language], values)


@dataclass(frozen=True, slots=True)
class Resolution:
    """A block that was lifted or a review that was settled: which, why, as what, who and when."""

    flag_id: str
    basis: str
    reason: str
    role: Role
    by: str
    at: datetime

    def settles(self, flag: Flag) -> bool:
        """Whether this still holds for `flag`: same flag, same basis, and a role that may."""
        return (self.flag_id, self.basis) == (flag.id, flag.basis) and may_lift(flag, self.role)


class MayNotLiftError(ValueError):
    """A flag was to be lifted without the role, or the written reason, that it takes."""


def fingerprint(*parts: object) -> str:
    """A short stable mark of `parts`, from which the values cannot be read."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]


def may_lift(flag: Flag, role: Role | None) -> bool:
    """Whether `role` may lift the block or settle the review; False for a note, which needs nothing."""
    if flag.override in (None, Override.NOBODY) or role not in CLINICAL_RANK:
        return False
    return CLINICAL_RANK.index(role) >= CLINICAL_RANK.index(Role(flag.override))


def settle(flag: Flag, *, reason: str, role: Role | None, by: str, at: datetime) -> Resolution:
    """The signed decision that `flag` does not stand in the way; `by` names the person.

    Raises MayNotLiftError for a role that may not, and for a reason left empty.
    """
    if role is None or not may_lift(flag, role):
        needed = flag.override or "nobody: a note needs no decision"
        raise MayNotLiftError(f"{flag.id} may be lifted by: {needed}")
    if not reason.strip():
        raise MayNotLiftError(f"{flag.id} needs a written reason")
    return Resolution(flag.id, flag.basis, reason.strip(), role, by, at)


def open_flags(flags: Iterable[Flag], resolutions: Iterable[Resolution] = ()) -> tuple[Flag, ...]:
    """The blocks and reviews that no resolution settles, in the order given."""
    settled = tuple(resolutions)
    return tuple(
        flag
        for flag in flags
        if flag.level is not Level.NOTE and not any(resolution.settles(flag) for resolution in settled)
    )


def status(flags: Iterable[Flag], resolutions: Iterable[Resolution] = ()) -> Status:
    """Any open block: blocked; else any open review: review; else ready."""
    levels = {flag.level for flag in open_flags(flags, resolutions)}
    if Level.BLOCK in levels:
        return Status.BLOCKED
    return Status.REVIEW if levels else Status.READY


def clears_on(flags: Iterable[Flag]) -> date | None:
    """The first day on which none of the dated blocks among `flags` matches any more.

    None without a block, or when a block has no date and so waits for a new answer. A later rule of the same
    question may still ask for a review on that day.
    """
    blocks = [flag.clear_on for flag in flags if flag.level is Level.BLOCK]
    days = [day for day in blocks if day is not None]
    return max(days) if blocks and len(days) == len(blocks) else None
