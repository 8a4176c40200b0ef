"""Somebody on the waiting list, and a time that is offered to them."""

import datetime
from typing import Any

from plans.actions import waiting, waiting_offers
from plans.actions.waiting import Wanted
from plans.models import WaitingEntry, WaitingOffer
from plans.rules.scheduling.model import Slot
from tests.factories import booking
from tests.factories.booking import MONDAY, TEN, Desk

TODAY = MONDAY.date()
DAY = datetime.timedelta(days=1)


def wanted(first: int = 0, last: int = 60, **wishes: Any) -> Wanted:
    """Return wishes between two days counted from Monday, 2 February 2026."""
    return Wanted(TODAY + first * DAY, TODAY + last * DAY, **wishes)


def joined(desk: Desk, wishes: Wanted | None = None, **given: Any) -> WaitingEntry:
    """Put the patient of a desk on the list for the next session of their series."""
    given = {"series": desk.series, "at": MONDAY, **given}
    return waiting.join(desk.actor, desk.patient, wishes or wanted(), **given)


def slot(desk: Desk, day: int, start: int = TEN) -> Slot:
    """Return a time so many days after that Monday."""
    return booking.slot(desk, TODAY + day * DAY, start)


def offered(
    desk: Desk, entry: WaitingEntry, day: int = 3, start: int = TEN, at: datetime.datetime = MONDAY
) -> WaitingOffer:
    """Offer a time to somebody who waits."""
    return waiting_offers.offer(desk.actor, entry, slot(desk, day, start), at=at)


def an_offer(entry: WaitingEntry, day: int = 3) -> WaitingOffer:
    """Put an offer on file, whether or not the time suits."""
    starts_at = MONDAY + day * DAY
    return WaitingOffer.objects.create(
        entry=entry,
        plan=[[1, starts_at.date().isoformat(), 480, 0, None, None]],
        starts_at=starts_at,
        offered_at=MONDAY,
        expires_at=MONDAY + DAY,
    )
