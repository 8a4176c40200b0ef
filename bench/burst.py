"""A burst of bookings over HTTP by a signed-in desk, and the count of what is in the database afterwards."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from clinic.models import AuditEntry, Message
from plans.actions import booking
from plans.models import Occupancy, Series, SeriesChange, Visit
from plans.rules.plan import numbered
from plans.rules.scheduling.model import Slot
from tests.factories.booking import MONDAY, Desk, a_desk, another_series
from tests.people import as_staff

if TYPE_CHECKING:
    from bench.crash import Tally

SESSIONS = 3
HELD = 4  # practitioner, room, device, patient
STARTS = range(9 * 60 + 15, 16 * 60, 75)
TOKEN = "c" * 32


class Burst:
    """Series of one clinic, each with an offer of three sessions that clash with nobody's."""

    def __init__(self, slug: str, series: int) -> None:
        self.desk: Desk = a_desk(slug)
        self.series = [another_series(self.desk) for _ in range(series)]
        first = _monday_after(MONDAY if slug.startswith("writer") else datetime.now(UTC)) + timedelta(days=1)
        self.offers = []
        for number, one in enumerate(self.series):
            day, start = first + timedelta(days=_weekday(number // len(STARTS))), STARTS[number % len(STARTS)]
            slots = [self._slot(day + timedelta(days=35 * index), start) for index in range(SESSIONS)]
            self.offers.append(booking.offer(one, numbered(range(1, SESSIONS + 1), slots)))
        self.cookie = as_staff(self.desk.team.desk).cookies["session"].value
        self.acknowledged: set[int] = set()

    def _slot(self, day: date, start: int) -> Slot:
        clinic = self.desk.team.clinic
        room, device = clinic.rooms.get(kind="treatment"), clinic.devices.get()
        return Slot(day, self.desk.team.practitioner.user.resource_id, start, room.pk, device.pk)

    def one(self, number: int) -> tuple[str, str]:
        """Return the key of a series and its offer."""
        return str(self.series[number].pk), self.offers[number]

    def first(self) -> tuple[str, str]:
        """Return the first series and its offer."""
        return self.one(0)

    def acknowledge(self, number: int) -> None:
        """Note that somebody was told that a series is booked."""
        self.acknowledged.add(number)

    def post(
        self, port: int, clients: int, kill_after: int = 0, kill: Callable[[], None] | None = None
    ) -> None:
        """Post every offer from several desks at once; after so many answers, kill."""
        connection.close()
        gone, enough = threading.Event(), threading.Event()

        def work(first: int) -> None:
            for number in range(first, len(self.series), clients):
                if gone.is_set():
                    return
                self._post(port, number)
                if len(self.acknowledged) >= kill_after:
                    enough.set()

        threads = [threading.Thread(target=work, args=(first,)) for first in range(clients)]
        for thread in threads:
            thread.start()
        if kill is not None:
            enough.wait(timeout=60)
            kill()
            gone.set()
        for thread in threads:
            thread.join(timeout=60)

    def _post(self, port: int, number: int) -> None:
        if self._books(port, number):
            self.acknowledged.add(number)

    def _books(self, port: int, number: int) -> bool:
        """Post one offer and say whether the answer was that it is booked."""
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        path = reverse("plans:series_book", args=[self.desk.team.clinic.slug, self.series[number].pk])
        body = urlencode({"offer": self.offers[number], "csrfmiddlewaretoken": TOKEN})
        head = {
            "Cookie": f"session={self.cookie}; csrf={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            asked.request("POST", path, body, head)
            answer = asked.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asked.close()
        return answer.status == 302 and answer.headers["Location"].endswith("/booked/")

    def count(self, tally: Tally) -> None:
        """Count what was lost or half made, after everything has started again."""
        for number, one in enumerate(self.series):
            made = _made(one)
            whole = made == _WHOLE
            tally.acknowledged += number in self.acknowledged
            tally.unanswered += whole and number not in self.acknowledged
            tally.lost += number in self.acknowledged and not whole
            tally.half_made += not whole and made != (0, 0, 0, 0, 0)

    def count_again(self, tally: Tally) -> None:
        """Count what was booked twice, or not at all, by the same requests once more."""
        self.settle(len(self.series), tally)
        tally.lost += len(self.series) - len(self.acknowledged)

    def settle(self, number: int, tally: Tally) -> None:
        """Count what the first so many series have too much of or too little."""
        for one in self.series[:number]:
            made = _made(one)
            tally.doubled += any(have > due for have, due in zip(made, _WHOLE, strict=True))
            tally.lost += any(have < due for have, due in zip(made, _WHOLE, strict=True))


_WHOLE = (SESSIONS, HELD * SESSIONS, 1, 1, 1)


def _made(series: Series) -> tuple[int, int, int, int, int]:
    """Return how many visits, held slots, changes, audit rows and mails there are of a booking."""
    changes = SeriesChange.objects.filter(series=series)
    return (
        Visit.objects.filter(series=series).count(),
        Occupancy.objects.filter(visit__series=series).count(),
        changes.count(),
        AuditEntry.objects.filter(verb="book", subject_id=str(series.pk)).count(),
        Message.objects.filter(subject_kind="serieschange", patient_id=series.patient_id).count(),
    )


def _monday_after(moment: datetime) -> date:
    day = moment.date()
    return day + timedelta(days=7 - day.weekday())


def _weekday(number: int) -> int:
    """Return days after a Tuesday that fall on Tuesday to Friday, then the next Tuesday."""
    return number // 4 * 7 + number % 4
