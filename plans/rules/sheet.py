"""A sheet as it was issued: every line with its clock times, the same on screen, on paper and in mail.

Instants are in UTC; `tz` is the zone in which they are to be shown. A stored sheet never changes: a
correction is a new sheet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from clinic.rules.timegrid import to_local
from patients.rules.conditions import All, Facts, matches
from patients.rules.terms import Language
from plans.rules.stored import from_data, to_data
from plans.rules.terms import Advice, Importance, Urgency


@dataclass(frozen=True, slots=True)
class Item:
    """One instruction. `until` None: until the series ends. `id` is the rule that it comes from.

    `ask_again` names the safety question to repeat because the instruction came too late.
    """

    id: str
    slot: str
    category: str
    category_label: str
    kind: Advice
    importance: Importance
    title: str
    text: str
    start_h: float
    end_h: float | None
    from_: datetime
    until: datetime | None
    source_ids: tuple[str, ...]
    ask_again: str | None = None


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for a while; hours count from the end of the session."""

    id: str
    title: str
    text: str
    start_h: float
    end_h: float | None
    from_: datetime
    until: datetime | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WarningSign:
    """A red flag: what to look for, how soon to act and with whom."""

    id: str
    urgency: Urgency
    urgency_label: str
    who: str
    act_within_h: int
    title: str
    text: str
    start_h: float
    end_h: float | None
    from_: datetime
    until: datetime | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckInTime:
    """A check-in: due so many hours after the session, sent then or once the night is over."""

    id: str
    title: str
    due_at: datetime
    send_at: datetime
    questions: tuple[str, ...]


class Why(StrEnum):
    """Why a line that matches is not on the sheet."""

    NO_TIME_LEFT = "no_time_left"
    NO_NEXT_SESSION = "no_next_session"
    NOT_AGREED = "not_agreed"


@dataclass(frozen=True, slots=True)
class Omitted:
    """A line that matches but is left out."""

    id: str
    why: Why


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet in one language. `anchor` is the end of the session, or for before-care its start."""

    protocol_id: str
    protocol_version: str
    language: Language
    tz: str
    anchor: datetime
    items: tuple[Item, ...]
    expect: tuple[Usual, ...] = ()
    red_flags: tuple[WarningSign, ...] = ()
    check_ins: tuple[CheckInTime, ...] = ()
    omitted: tuple[Omitted, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """The sheet as JSON would hold it: instants in ISO 8601, `from_` under the key "from"."""
        data: dict[str, Any] = to_data(self)
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Sheet":
        """The sheet that `to_data` stored. Raises KeyError, TypeError or ValueError for anything else."""
        return from_data(cls, data)


@dataclass(frozen=True, slots=True)
class ClinicTexts:
    """What texts take from the clinic's settings. `products`: placeholder -> the clinic's own product."""

    phone: str
    emergency_number: str
    products: Mapping[str, str] = field(default_factory=dict)


class Line(Protocol):
    """What both kinds of instruction have, and printing needs."""

    @property
    def slot(self) -> str: ...
    @property
    def priority(self) -> int: ...
    @property
    def when(self) -> All: ...


AnyLine = TypeVar("AnyLine", bound=Line)


def winners(lines: Iterable[AnyLine], facts: Facts) -> tuple[AnyLine, ...]:
    """Of each slot the matching line with the highest priority, in file order."""
    matching = [line for line in lines if matches(line.when, facts)]
    highest: dict[str, int] = {}
    for line in matching:
        highest[line.slot] = max(line.priority, highest.get(line.slot, line.priority))
    return tuple(line for line in matching if line.priority == highest[line.slot])


def in_print_order(items: Iterable[Item], categories: Iterable[str]) -> tuple[Item, ...]:
    """Categories in file order, then the start, then importance; beyond that the order stays as it is."""
    rank = {category: index for index, category in enumerate(categories)}
    return tuple(
        sorted(
            items,
            key=lambda item: (rank[item.category], item.start_h, list(Importance).index(item.importance)),
        )
    )


def in_utc(instant: datetime) -> datetime:
    """`instant` in UTC. Raises ValueError without a zone: a wall time alone names no instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


def wall_time(instant: datetime, tz: ZoneInfo) -> time:
    """What the clock of `tz` shows at `instant`, to the minute."""
    _, minute = to_local(instant, tz)
    return time(minute // 60, minute % 60)
