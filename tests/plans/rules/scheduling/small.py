"""Small clinics and requests, said in one line each: what is not named is the simplest thing that works.

Open 9 to 12 every day; one room of the kind "t"; visits of 60 minutes on the quarter; steps of 7 to 9 days, best 7.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clinic.rules.hours import Absence, Opening, Shift
from plans.rules.scheduling.masks import Masks
from plans.rules.scheduling.model import (
    Booking,
    Calendar,
    Place,
    Practitioner,
    Request,
    Slot,
    Step,
    Treatment,
)
from plans.rules.scheduling.supply import Supply

MONDAY = date(2026, 6, 1)
BERLIN = ZoneInfo("Europe/Berlin")
NINE, TEN, ELEVEN, NOON = 540, 600, 660, 720
MORNINGS = dict.fromkeys(range(7), ((NINE, NOON),))
VISIT = Treatment(60, "t")
WEEKLY = Step(7, 7, 9)


def after(days: int) -> date:
    """The day so many days after the Monday on which everything begins."""
    return MONDAY + timedelta(days=days)


def booked(who: str, days: int, start: int, end: int) -> Booking:
    """Time that somebody or something is booked, in minutes."""
    return who, after(days), start // 5, -(-end // 5)


def full(who: str, *days: int) -> list[Booking]:
    """Whole days that somebody or something is booked."""
    return [booked(who, day, 0, 1440) for day in days]


def person(name: str, hours: tuple[int, int] = (NINE, NOON), leave: tuple[Absence, ...] = ()) -> Practitioner:
    """A practitioner who works those hours every day."""
    return Practitioner(name, (Shift(dict.fromkeys(range(7), (hours,))),), leave)


def clinic(people: str = "Ana", bookings: Sequence[Booking] = (), **more: Any) -> Calendar:
    """A clinic with those people, their names parted by blanks, and the room R."""
    facts: dict[str, Any] = {
        "opening": Opening(BERLIN, MORNINGS),
        "practitioners": tuple(person(name) for name in people.split()),
        "rooms": (Place("R", "t"),),
        "bookings": bookings,
    }
    return Calendar(**facts | more)


def ask(n: int = 1, spread: int = 0, **more: Any) -> Request:
    """A request for so many sessions, the first of them up to so many days after the Monday."""
    count = n if more.get("anchor") else n - 1
    known: dict[str, Any] = {"steps": (WEEKLY,) * count, "treatment": VISIT}
    return Request(n, MONDAY, after(spread), **known | more)


def supply(calendar: Calendar, request: Request) -> Supply:
    """The free time that a request meets."""
    return Supply(Masks(calendar), request)


def at(
    days: int, start: int = NINE, who: str = "Ana", room: str | None = "R", device: str | None = None
) -> Slot:
    """A visit so many days after the Monday."""
    return Slot(after(days), who, start, room, device)


def told(slots: Sequence[Slot]) -> list[tuple[int, int, Any]]:
    """Slots as days after the Monday, start and practitioner."""
    return [((slot.day - MONDAY).days, slot.start, slot.practitioner) for slot in slots]
