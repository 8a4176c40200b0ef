"""The clinic of the measurements: 5 practitioners, 3 rooms, 3 pens, Monday to Saturday from 8 to 18."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from bench.bulk import Table
from bench.history import CLOSES, MINUTES, OPENS, PRACTITIONERS, ROOMS, SESSIONS
from clinic.models import Clinic, Membership, OpeningHours, Resource, Shift, User
from patients.models import Patient
from plans.models import Consultation, Occupancy, ProtocolVersion, Series, Visit, VisitType
from tests.factories.clinic import ClinicFactory, DeviceFactory, MembershipFactory, RoomFactory, UserFactory
from tests.factories.plans import ProtocolVersionFactory

LONG_AGO = date(2000, 1, 1)
# What differs from row to row; `Place.tables` gives what all rows of a clinic share.
PATIENT = ["id", "resource_id", "reference", "name", "search_text", "registered_at"]
CONSULTATION = ["id", "patient_id", "practitioner_id", "started_at", "saved_at", "signed_at", "signed_by_id"]
SERIES = ["id", "patient_id", "consultation_id", "practitioner_id", "state", "created_at"]
OCCUPANCY = ["resource_id", "visit_id", "starts_at", "ends_at", "day", "cell_from", "cell_to"]
VISIT = [
    *("id", "patient_id", "series_id", "session_number", "practitioner_id", "room_id", "device_id", "day"),
    *("start_minute", "starts_at", "ends_at", "state", "state_at", "reference", "booked_at"),
]


@dataclass
class Place:
    """A clinic with what its history refers to."""

    clinic: Clinic
    members: list[Membership]
    rooms: list[int]
    devices: list[int]
    version: ProtocolVersion
    zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        self.zone = self.clinic.zone

    @classmethod
    def make(cls, slug: str) -> Place:
        """Write the clinic and its people; a practitioner works the opening hours."""
        clinic = ClinicFactory.create(slug=slug, name=slug.title())
        hours = [(weekday, OPENS, CLOSES) for weekday in range(6)]
        OpeningHours.objects.bulk_create(
            OpeningHours(clinic=clinic, weekday=day, start_minute=start, end_minute=end)
            for day, start, end in hours
        )
        members = [_member(clinic, slug, number) for number in range(PRACTITIONERS)]
        Shift.objects.bulk_create(
            Shift(membership=member, since=LONG_AGO, weekday=day, start_minute=start, end_minute=end)
            for member in members
            for day, start, end in hours
        )
        VisitType.objects.create(
            clinic=clinic,
            kind="treatment",
            minutes=MINUTES,
            room_kind="treatment",
            device_kind="needling_pen",
        )
        return cls(
            clinic,
            members,
            [RoomFactory.create(clinic=clinic, position=number).pk for number in range(ROOMS)],
            [DeviceFactory.create(clinic=clinic, position=number).pk for number in range(ROOMS)],
            ProtocolVersionFactory.create(clinic=clinic),
        )

    def lane(self, weekday: int, lane: int) -> Membership:
        """Return who works in a lane on a weekday: three of the five, each with a room of their own."""
        return self.members[(weekday + lane) % PRACTITIONERS]

    def next_resource(self) -> int:
        """Return an id for a patient's resource; one counter for all clinics of the run."""
        _Ids.last = (_Ids.last or Resource.objects.latest("pk").pk) + 1
        return _Ids.last

    def tables(self) -> dict[str, Table]:
        """Return the tables of a history, in the order in which their rows refer to each other."""
        here = {"clinic_id": self.clinic.pk}
        agreed = {**here, "protocol_version_id": self.version.pk, "sessions": SESSIONS}
        person = {"birth_date": date(1990, 5, 17), "language": "en-gb", **here}
        decided = {"skin_type": 2, "decision": "accepted", "interval_days": 28, **agreed}
        spaced = {"min_days": 28, "target_days": 35, "max_days": 42, **agreed}
        return {
            "resource": Table(Resource, ["id", "kind"]),
            "patient": Table(Patient, PATIENT, **person),
            "consultation": Table(Consultation, CONSULTATION, **decided),
            "series": Table(Series, SERIES, **spaced),
            "visit": Table(Visit, VISIT, kind="treatment", minutes=MINUTES, **here),
            "occupancy": Table(Occupancy, OCCUPANCY, **here),
        }


class _Ids:
    last = 0


def _member(clinic: Clinic, slug: str, number: int) -> Membership:
    resource = Resource.objects.create(kind="practitioner")
    user: User = UserFactory.create(
        email=f"{slug}-{number}@example.org", name=f"Person {number}", resource=resource
    )
    member: Membership = MembershipFactory.create(clinic=clinic, user=user, title="Nurse", position=number)
    Membership.objects.filter(pk=member.pk).update(is_practitioner=True)
    member.is_practitioner = True
    return member
