"""A clinic in which series can be booked, the instant from which they are, and how they are booked."""

import datetime
from dataclasses import dataclass
from typing import Any

from clinic.models import Membership
from clinic.rules.roles import Actor
from patients.models import Patient
from plans.actions import booking
from plans.models import Occupancy, Series, Visit, VisitType
from plans.queries.proposals import search
from plans.queries.protocols import parsed
from plans.queries.standing import standing
from plans.rules.plan import numbered
from plans.rules.scheduling.check import double_bookings
from plans.rules.scheduling.model import Slot
from plans.rules.wishes import Wishes
from tests.factories.clinic import MembershipFactory
from tests.factories.patients import PatientFactory
from tests.factories.plans import SeriesFactory, VisitFactory
from tests.people import Team, a_team

# A Monday morning, winter time: local time is UTC in London.
MONDAY = datetime.datetime(2026, 2, 2, 8, 0, tzinfo=datetime.UTC)
TEN = 600
# Four days on which its sessions may stand.
DAYS = [datetime.date(2026, 2, 3) + datetime.timedelta(days=35 * i) for i in range(4)]


@dataclass(frozen=True)
class Desk:
    """Who books what."""

    team: Team
    series: Series
    patient: Patient

    @property
    def actor(self) -> Actor:
        """The front desk."""
        return self.team.desk.actor

    @property
    def practitioner(self) -> Actor:
        """The practitioner who signed the plan."""
        return self.team.practitioner.actor

    @property
    def admin(self) -> Actor:
        """Who runs the clinic."""
        return self.team.admin.actor

    def fresh(self) -> Series:
        """Return the series as the database has it."""
        return Series.objects.get(pk=self.series.pk)


def offer_visit_types(team: Team) -> None:
    """Let the clinic give treatments of an hour and consultations of 45 minutes."""
    VisitType.objects.create(
        clinic=team.clinic,
        kind="treatment",
        minutes=60,
        room_kind="treatment",
        device_kind="needling_pen",
        room_before=5,
        room_after=10,
    )
    VisitType.objects.create(clinic=team.clinic, kind="consultation", minutes=45, room_kind="consulting")


def a_desk(slug: str = "fernway", time_zone: str = "Europe/London", sessions: int = 4) -> Desk:
    """Make a clinic with one signed series of so many sessions, 28 to 42 days apart, still to book."""
    team = a_team(slug, time_zone)
    offer_visit_types(team)
    patient = PatientFactory.create(clinic=team.clinic, name="Tomasz Wieczorek")
    series = SeriesFactory.create(
        patient=patient,
        practitioner=team.practitioner,
        state="to_book",
        sessions=sessions,
        consultation__signed_by=team.practitioner.user,
    )
    parsed(series.protocol_version)  # read once a process: no test's count depends on which one is the first
    return Desk(team, Series.objects.get(pk=series.pk), patient)


def another_series(desk: Desk) -> Series:
    """Make a series of another patient in the same clinic, still to book."""
    patient = PatientFactory.create(clinic=desk.team.clinic)
    series = SeriesFactory.create(patient=patient, practitioner=desk.team.practitioner, state="to_book")
    return Series.objects.get(pk=series.pk)


def slot(
    desk: Desk,
    day: datetime.date,
    start: int = TEN,
    who: Membership | None = None,
    room: str = "treatment",
) -> Slot:
    """Return a time with the first room of the kind, and for a treatment with the first pen."""
    clinic, person = desk.team.clinic, (who or desk.team.practitioner).user.resource_id
    device = clinic.devices.earliest("pk").pk if room == "treatment" else None
    return Slot(day, person, start, clinic.rooms.filter(kind=room).earliest("pk").pk, device)


def offer_on(desk: Desk, *days: datetime.date, start: int = TEN, first: int = 1) -> str:
    """Offer the series of the desk on these days, from the session `first` on."""
    slots = [slot(desk, day, start) for day in days]
    return booking.offer(desk.fresh(), numbered(range(first, first + len(days)), slots))


def best_offer(desk: Desk) -> str:
    """Offer what the engine proposes first."""
    series = desk.fresh()
    return booking.offer(series, search(standing(series), Wishes(), at=MONDAY).choices[0].plan)


def booked_on(desk: Desk, *days: datetime.date, reason: str = "") -> Desk:
    """Book the series of the desk on these days at ten o'clock."""
    booking.confirm(desk.actor, desk.series, offer_on(desk, *days), at=MONDAY, reason=reason)
    return desk


def a_session(desk: Desk, number: int = 1, days: int = 0, state: str = "booked", **values: Any) -> Visit:
    """Put a session of the series on file, so many days after that Monday, whether or not it fits."""
    day = MONDAY.date() + datetime.timedelta(days=days)
    given = {"series": desk.series, "session_number": number, "day": day, "state": state, **values}
    made: Visit = VisitFactory.create(**given)
    return made


def fill(desk: Desk, wanted: int) -> None:
    """Give that Monday so many visits, each of another patient and of a practitioner of their own."""
    while Visit.objects.count() < wanted:
        series = SeriesFactory.create(
            patient=PatientFactory.create(clinic=desk.team.clinic),
            practitioner=MembershipFactory.create(clinic=desk.team.clinic, is_practitioner=True),
            consultation__signed_by=desk.team.practitioner.user,
        )
        VisitFactory.create(series=series, session_number=1, day=MONDAY.date())


def session(number: int = 1) -> Visit:
    """Return a session of the only series that there is."""
    return Visit.objects.get(session_number=number)


def overlaps() -> tuple[object, ...]:
    """Return whatever is held twice at a time: nothing, ever."""
    held = Occupancy.objects.values_list("resource_id", "day", "cell_from", "cell_to")
    return double_bookings(list(held))
