"""What one booker does in a round, by each path that books."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import BrokenBarrierError
from typing import Any
from uuid import uuid4

PATHS = ("confirm", "move", "override", "single", "replan", "waiting")
FIRST_DAY = date(2026, 3, 2)  # a Monday
TOO_EARLY = timedelta(days=23)
REASON = "The patient travels and the skin has healed"
HOURS = range(9 * 60, 16 * 60, 105)
LONGEST = 120


@dataclass(frozen=True)
class Arena:
    """One clinic, its wanted practitioner, and for each booker a path and a series of their own."""

    clinic: int
    desk: int
    practitioner: int
    paths: list[str]
    series: list[Any]

    @classmethod
    def make(cls, bookers: int, paths: list[str]) -> Arena:
        """Write what the bookers need: a session done for those who override, one far off for those who move."""
        from clinic.models import Clinic
        from tests.factories.booking import a_desk, another_series

        number = Clinic.objects.count()
        desk = a_desk(f"arena-{number}")
        series = [another_series(desk).pk for _ in range(bookers)]
        members = desk.team.desk.pk, desk.team.practitioner.pk
        arena = cls(desk.team.clinic.pk, *members, [paths[i % len(paths)] for i in range(bookers)], series)
        for index, path in enumerate(arena.paths):
            if path in ("move", "replan"):
                arena.seat_far_off(index)
        return arena

    def seat_far_off(self, index: int) -> None:
        """Book a session where nobody else looks, to be moved from there."""
        from tests.factories.booking import MONDAY

        day = FIRST_DAY + timedelta(days=7 * (60 + index // 5) + index % 5)
        Booker(self, index).confirm(day, HOURS[0], MONDAY)


def wanted(number: int) -> tuple[date, int]:
    """Return the day and the minute that everybody wants in a round: four a day, on working days."""
    day = number // len(HOURS)
    return FIRST_DAY + timedelta(days=day // 5 * 7 + day % 5), HOURS[number % len(HOURS)]


class Booker:
    """One process: its rows are read anew each round, before the start is given."""

    def __init__(self, arena: Arena, number: int) -> None:
        from clinic.models import Membership
        from plans.models import Series

        members = Membership.objects.select_related("user", "clinic")
        self.desk, self.clinician = members.get(pk=arena.desk), members.get(pk=arena.practitioner)
        self.clinic, self.number, self.path = self.desk.clinic, number, arena.paths[number]
        self.rows = Series.objects.select_related("clinic", "patient")
        self.key = arena.series[number]
        self.room = self.clinic.rooms.get(kind="treatment").pk
        self.consulting = self.clinic.rooms.get(kind="consulting").pk
        self.device = self.clinic.devices.get().pk

    def prepare(self, day: date, start: int) -> Callable[[], object]:
        """Do what is done before the button is pressed, and return the press."""
        from tests.factories.booking import MONDAY

        ready: dict[str, Callable[[date, int, Any], Callable[[], object]]] = {
            "confirm": self._first,
            "move": self._moving,
            "override": self._second,
            "single": self._single,
            "replan": self._replanned,
            "waiting": self._waiting,
        }
        return ready[self.path](day, start, MONDAY)

    def confirm(self, day: date, start: int, at: Any) -> None:
        """Book session 1 at once."""
        self._offered(1, day, start, at)()

    def _slot(self, day: date, start: int) -> Any:
        from plans.rules.scheduling.model import Slot

        return Slot(day, self.clinician.user.resource_id, start, self.room, self.device)

    def _offered(self, number: int, day: date, start: int, at: Any, reason: str = "") -> Callable[[], object]:
        from plans.actions import booking
        from plans.rules.plan import numbered

        series = self.rows.get(pk=self.key)
        token = booking.offer(series, numbered([number], [self._slot(day, start)]))
        actor = (self.clinician if reason else self.desk).actor
        return lambda: booking.confirm(actor, series, token, at=at, reason=reason)

    def _first(self, day: date, start: int, at: Any) -> Callable[[], object]:
        from plans.models import Visit

        if Visit.objects.filter(series=self.key).exists():
            self._renew()
        return self._offered(1, day, start, at)

    def _moving(self, day: date, start: int, at: Any) -> Callable[[], object]:
        return self._offered(1, day, start, at)

    def _second(self, day: date, start: int, at: Any) -> Callable[[], object]:
        """Let the first session have been 23 days before, so that only a practitioner may book this one."""
        from plans.models import Visit
        from tests.factories.plans import VisitFactory

        if Visit.objects.filter(series=self.key, session_number=2).exists():
            self._renew()
        Visit.objects.filter(series=self.key).delete()
        series = self.rows.get(pk=self.key)
        reference = f"D{self.number:03d}{uuid4().hex[:4]}"
        VisitFactory.create(
            series=series, session_number=1, day=day - TOO_EARLY, state="done", reference=reference
        )
        return self._offered(2, day, start, at, REASON)

    def _single(self, day: date, start: int, at: Any) -> Callable[[], object]:
        from plans.actions import single

        series = self.rows.get(pk=self.key)
        slot = replace(self._slot(day, start), room=self.consulting, device=None)
        key = uuid4()
        return lambda: single.book(
            self.desk.actor, self.clinic, "consultation", series.patient, slot, at=at, key=key
        )

    def _replanned(self, day: date, start: int, at: Any) -> Callable[[], object]:
        """Accept what a plan around a closure proposes for the session that stands."""
        from plans.actions import settling
        from plans.actions.placing import session_of
        from plans.models import Absence, Decision, Visit
        from plans.rules.plan import numbered, to_data

        visit = Visit.objects.select_related("practitioner__user", "patient").get(series=self.key)
        closed = Absence.objects.create(
            clinic=self.clinic, kind="closure", first=visit.day, last=visit.day, drafted_at=at
        )
        row = Decision.objects.create(
            absence=closed,
            patient=visit.patient,
            series_id=self.key,
            outcome="day",
            choice="move",
            touched=[str(visit.pk)],
            before=to_data([session_of(visit)]),
            after=to_data(numbered([1], [self._slot(day, start)])),
        )
        return lambda: settling.settle_patient(self.desk.actor, [row], at=at)

    def _waiting(self, day: date, start: int, at: Any) -> Callable[[], object]:
        """Say yes to a time that the waiting list has offered."""
        from clinic.rules.timegrid import to_utc
        from plans.actions import waiting_offers
        from plans.actions.holding import SlotTaken
        from plans.models import Visit, WaitingEntry, WaitingOffer
        from plans.rules.plan import numbered, to_data

        if Visit.objects.filter(series=self.key).exists():
            self._renew()
        wish = {"kind": "treatment", "first": at.date(), "last": day, "joined_at": at}
        patient = self.rows.get(pk=self.key).patient
        entry, _ = WaitingEntry.objects.get_or_create(
            series_id=self.key, clinic=self.clinic, patient=patient, state="waiting", defaults=wish
        )
        starts_at = to_utc(day, start, self.clinic.zone)
        made = WaitingOffer.objects.create(
            entry=entry,
            plan=to_data(numbered([1], [self._slot(day, start)])),
            starts_at=starts_at,
            offered_at=at,
            expires_at=starts_at,
        )

        def accept() -> None:
            if waiting_offers.accept(self.desk.actor, made, at=at).state != WaitingOffer.State.ACCEPTED:
                raise SlotTaken

        return accept

    def _renew(self) -> None:
        """Take a new patient with a new series: the one before has what they wanted."""
        from clinic.models import Resource
        from tests.factories.patients import PatientFactory
        from tests.factories.plans import ConsultationFactory, SeriesFactory

        name = uuid4().hex[:8]
        patient = PatientFactory.create(
            clinic=self.clinic,
            reference=name,
            email=f"{name}@example.org",
            resource=Resource.objects.create(kind="patient"),
        )
        old = self.rows.select_related("protocol_version").get(pk=self.key)
        give = {"patient": patient, "practitioner": self.clinician}
        consultation = ConsultationFactory.create(protocol_version=old.protocol_version, **give)
        self.key = SeriesFactory.create(consultation=consultation, state="to_book", **give).pk


def work(arena: Arena, number: int, rounds: int, apart: int, ready: Any, told: Any) -> None:
    """Prepare, wait for all the others, press, and tell what came of it; so many times."""
    booker = Booker(arena, number)
    for one in range(rounds):
        day, start = wanted(one)
        press = booker.prepare(day, start + apart * (number % 3))
        try:
            ready.wait(LONGEST)
        except BrokenBarrierError:
            return
        began = time.perf_counter()
        answer = _answer(press)
        told.put((one, booker.path, answer, (time.perf_counter() - began) * 1000))
        ready.wait(LONGEST)


def _answer(press: Callable[[], object]) -> str:
    from django.db import Error

    from clinic.actions.refusal import Refused

    try:
        press()
    except Refused as refused:
        return refused.code
    except Error as error:
        return type(error).__name__
    return "booked"


def overlapping() -> int:
    """Count the pairs of rows that hold one resource at the same time."""
    from plans.models import Occupancy
    from plans.rules.scheduling.check import double_bookings

    held = Occupancy.objects.values_list("resource_id", "day", "cell_from", "cell_to")
    return len(double_bookings(list(held)))
