"""Who asks for what on a history: a desk, a practitioner and a patient with their browsers, and a series to book."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import environ
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import Clinic, Membership, User
from clinic.rules.roles import Actor
from clinic.rules.timegrid import local_day
from patients.models import Patient, PatientAccess
from plans.models import Series, Visit
from tests.factories.clinic import MembershipFactory, UserFactory
from tests.factories.patients import AccessFactory, PatientFactory
from tests.factories.plans import ConsultationFactory, ProtocolVersionFactory, SeriesFactory
from tests.people import as_patient, as_staff

SESSIONS = 6
DESK, NEWCOMER = "desk@bench.example.org", "newcomer@bench.example.org"
Page = tuple[Client, str]


@dataclass
class Stage:
    """The clinic that is measured."""

    clinic: Clinic
    at: datetime
    desk: Client
    clinician: Client
    actor: Actor
    to_book: Series  # six sessions, none booked
    active: Series  # some done, some booked
    portal: Client

    @property
    def today(self) -> date:
        """The clinic's present day."""
        return local_day(self.at, self.clinic.zone)

    @property
    def members(self) -> list[Membership]:
        """Those who treat."""
        return list(Membership.objects.practitioners().filter(clinic=self.clinic).select_related("user"))

    def url(self, name: str, *args: object) -> str:
        """Return the address of a page of the clinic."""
        return reverse(f"plans:{name}", args=[self.clinic.slug, *args])

    def pages(self) -> dict[str, Page]:
        """Return the pages that are measured, each with whose browser asks for it."""
        monday = self.today + timedelta(days=7 - self.today.weekday())
        return {
            "today": (self.desk, self.url("today")),
            "a full day": (self.desk, self.url("day", monday.isoformat())),
            "patient": (self.clinician, self.url("patient", self.active.patient_id)),
            "series": (self.desk, self.url("series", self.active.pk)),
            "portal plan": (self.portal, reverse("plans:my_plan", args=[self.active.patient_id])),
        }

    def floor_url(self) -> str:
        """Return the address of the bare search, with the resources in it."""
        people = [member.user.resource_id for member in self.members]
        rooms = self.clinic.rooms.filter(kind="treatment").values_list("pk", flat=True)
        devices = self.clinic.devices.values_list("pk", flat=True)
        ids = "/".join(",".join(str(one) for one in group) for group in (people, rooms, devices))
        return f"/floor/search/{self.today}/{ids}/"


@contextmanager
def on(url: str) -> Iterator[Stage]:
    """Let this process work on another database of the same engine."""
    connection.close()
    connection.settings_dict.update(environ.Env.db_url_config(url))
    connection.settings_dict.update(CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=False)
    try:
        yield _stage(timezone.now())
    finally:
        connection.close()


def _stage(at: datetime) -> Stage:
    clinic = Clinic.objects.get(slug="bench-1")
    desk = _member(clinic, DESK, is_front_desk=True)
    clinician = clinic.memberships.select_related("user").get(position=0, is_practitioner=True)
    active = _active(clinic, local_day(at, clinic.zone))
    return Stage(
        clinic=clinic,
        at=at,
        desk=_local(as_staff(desk)),
        clinician=_local(as_staff(clinician)),
        actor=desk.actor,
        to_book=_to_book(clinic),
        active=active,
        portal=_local(as_patient(_key_to(active.patient).user)),
    )


def _local(client: Client) -> Client:
    client.defaults["SERVER_NAME"] = "localhost"
    return client


def _member(clinic: Clinic, email: str, **roles: bool) -> Membership:
    found = clinic.memberships.select_related("user").filter(user__email=email).first()
    if found is not None:
        return found
    user: User = UserFactory.create(email=email, name=email.split("@")[0].title())
    made: Membership = MembershipFactory.create(clinic=clinic, user=user, position=99, **roles)
    return Membership.objects.select_related("user").get(pk=made.pk)


def _to_book(clinic: Clinic) -> Series:
    patient = Patient.objects.filter(clinic=clinic, email=NEWCOMER).first()
    if patient is None:
        patient = PatientFactory.create(clinic=clinic, email=NEWCOMER, reference="NEWCOMER")
        member = Membership.objects.practitioners().filter(clinic=clinic)[0]
        version = ProtocolVersionFactory.create(clinic=clinic)
        give = {"patient": patient, "practitioner": member}
        consultation = ConsultationFactory.create(protocol_version=version, sessions=SESSIONS, **give)
        SeriesFactory.create(consultation=consultation, state="to_book", sessions=SESSIONS, **give)
    return Series.objects.select_related("clinic", "patient", "protocol_version").get(patient=patient)


def _active(clinic: Clinic, today: date) -> Series:
    """Return a series with sessions on both sides of today."""
    soon = Visit.objects.filter(clinic=clinic, state="booked", session_number=4, day__gt=today)
    visit = soon.order_by("day", "start_minute", "pk").first()
    if visit is None or visit.series is None:
        raise RuntimeError("The history holds no series under way: build it with a later --today.")
    return visit.series


def _key_to(patient: Patient) -> PatientAccess:
    found = PatientAccess.objects.select_related("user").filter(patient=patient).first()
    if found is not None:
        return found
    user = UserFactory.create(email=f"{patient.reference.lower()}@bench.example.org")
    granted = User.objects.get(email=DESK)
    made: PatientAccess = AccessFactory.create(user=user, patient=patient, granted_by=granted)
    return made
