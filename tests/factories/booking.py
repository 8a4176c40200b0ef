"""A clinic in which series can be booked: visit types, a signed plan, and the instant from which it is booked."""

import datetime
from dataclasses import dataclass

from clinic.rules.roles import Actor
from patients.models import Patient
from plans.models import Series, VisitType
from tests.factories.patients import PatientFactory
from tests.factories.plans import SeriesFactory
from tests.people import Team, a_team

# A Monday morning, winter time: local time is UTC in London.
MONDAY = datetime.datetime(2026, 2, 2, 8, 0, tzinfo=datetime.UTC)


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
    return Desk(team, Series.objects.get(pk=series.pk), patient)
