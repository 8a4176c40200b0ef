"""Rows of the work: a published protocol, a signed consultation, its series, visits, a record, a sheet."""

import datetime
import json
from functools import cache
from typing import Any

import factory
from django.conf import settings
from factory.django import DjangoModelFactory

from clinic.models import Clinic
from clinic.rules.timegrid import utc_range
from patients.models import Consent, Patient, SafetyAnswer
from patients.rules.questions import AskAt
from plans import models
from plans.queries.protocols import parsed
from tests.factories.patients import LONG_AGO, PatientFactory

SHIPPED = settings.BASE_DIR / "plans" / "protocols" / "microneedling"
CHEEKS = [{"area": "cheeks", "depth_mm": "1.00", "passes": 3}]


@cache
def shipped_files() -> dict[str, Any]:
    """Return the shipped protocol as decoded files by name."""
    return {path.name: json.loads(path.read_text()) for path in sorted(SHIPPED.glob("*.json"))}


class ProtocolVersionFactory(DjangoModelFactory[models.ProtocolVersion]):
    """The shipped protocol, published in a clinic."""

    class Meta:
        model = models.ProtocolVersion
        django_get_or_create = ("clinic", "protocol", "version")
        skip_postgeneration_save = True

    protocol = "microneedling"
    version = "2026.1-draft"
    checksum = "0" * 64
    published_at = LONG_AGO

    @factory.post_generation  # type: ignore[untyped-decorator]
    def content(self, create: bool, extracted: object, **kwargs: object) -> None:
        """Put the shipped files beside the version."""
        models.ProtocolContent.objects.get_or_create(version=self, defaults={"files": shipped_files()})


class ConsultationFactory(DjangoModelFactory[models.Consultation]):
    """A signed consultation for mild acne scars on the cheeks; `practitioner` must be given."""

    class Meta:
        model = models.Consultation

    patient = factory.SubFactory(PatientFactory)
    clinic = factory.SelfAttribute("patient.clinic")
    protocol_version = factory.SubFactory(ProtocolVersionFactory, clinic=factory.SelfAttribute("..clinic"))
    started_at = LONG_AGO
    saved_at = LONG_AGO
    skin_type = 2
    sun_damage = "none"
    goal = "standard"
    concerns = [{"id": "acne_scars", "severity": "mild", "areas": ["cheeks"]}]
    decision = "accepted"
    sessions = 4
    interval_days = 28
    signed_at = LONG_AGO
    signed_by = factory.SelfAttribute("practitioner.user")
    signed_as = "Person, Nurse, LIC-1"


class SeriesFactory(DjangoModelFactory[models.Series]):
    """A series of four, 28 to 42 days apart; `practitioner` must be given."""

    class Meta:
        model = models.Series

    patient = factory.SubFactory(PatientFactory)
    clinic = factory.SelfAttribute("patient.clinic")
    consultation = factory.SubFactory(
        ConsultationFactory,
        patient=factory.SelfAttribute("..patient"),
        practitioner=factory.SelfAttribute("..practitioner"),
    )
    protocol_version = factory.SelfAttribute("consultation.protocol_version")
    sessions = 4
    min_days = 28
    target_days = 35
    max_days = 42
    state = "booked"
    created_at = LONG_AGO


class VisitFactory(DjangoModelFactory[models.Visit]):
    """A visit at ten for an hour; give `practitioner`, and `series` with `session_number`, or `patient`."""

    class Meta:
        model = models.Visit

    kind = "treatment"
    patient = factory.LazyAttribute(lambda row: row.series.patient)
    series = None
    clinic = factory.SelfAttribute("patient.clinic")
    practitioner = factory.LazyAttribute(lambda row: row.series.practitioner)
    day = datetime.date(2026, 3, 2)
    start_minute = 10 * 60
    minutes = 60
    starts_at = factory.LazyAttribute(lambda row: _instants(row)[0])
    ends_at = factory.LazyAttribute(lambda row: _instants(row)[1])
    state_at = LONG_AGO
    booked_at = LONG_AGO
    reference = factory.Sequence(lambda n: f"V{n:05d}")


def _instants(row: Any) -> tuple[datetime.datetime, datetime.datetime]:
    return utc_range(row.day, row.start_minute, row.start_minute + row.minutes, row.clinic.zone)


class RecordFactory(DjangoModelFactory[models.SessionRecord]):
    """What was done on the cheeks, complete but not signed; `visit` must be given."""

    class Meta:
        model = models.SessionRecord

    clinic = factory.SelfAttribute("visit.clinic")
    patient = factory.SelfAttribute("visit.patient")
    practitioner = factory.SelfAttribute("visit.practitioner")
    saved_at = factory.SelfAttribute("visit.starts_at")
    started_at = factory.SelfAttribute("visit.starts_at")
    ended_at = factory.LazyAttribute(lambda row: row.started_at + datetime.timedelta(minutes=50))
    safety_repeated = True
    skin_cleaned = "Chlorhexidine 0.05 %"
    device_make = "Dermis"
    device_model = "P2"
    device_serial = "SN-1"
    cartridge_lot = "LOT-7"
    cartridge_expiry = datetime.date(2030, 1, 31)
    cartridge_sterile = True
    cartridge_single_use = True
    needle_count = 12
    areas = factory.LazyFunction(lambda: [dict(area) for area in CHEEKS])
    products = factory.LazyFunction(lambda: [{"name": "Hyaluronic gel", "lot": "G-1", "role": ""}])
    endpoint = "pink"
    is_strong = False
    pain = 3


class SheetFactory(DjangoModelFactory[models.AftercareSheet]):
    """An issued sheet without lines; `record` must be given."""

    class Meta:
        model = models.AftercareSheet

    clinic = factory.SelfAttribute("record.clinic")
    patient = factory.SelfAttribute("record.patient")
    number = 1
    language = "en"
    protocol_version = factory.SelfAttribute("record.visit.series.protocol_version")
    ended_at = factory.SelfAttribute("record.ended_at")
    content = factory.LazyFunction(dict)
    rule_ids = factory.LazyFunction(list)
    signed_at = factory.SelfAttribute("record.ended_at")
    signed_by = factory.SelfAttribute("record.practitioner.user")


def clear_answers(patient: Patient, clinic: Clinic, at: datetime.datetime, **answers: str) -> None:
    """Answer every question as clear on the day of `at`; `SQ_PREG="yes"` answers one otherwise."""
    questions = parsed(ProtocolVersionFactory.create(clinic=clinic)).questionnaire.questions
    SafetyAnswer.objects.bulk_create(
        SafetyAnswer(
            clinic=clinic,
            patient=patient,
            question=question.id,
            answer=answers.get(question.id.replace("-", "_"), question.clear_answer),
            given_at=at,
            given_on=at.astimezone(clinic.zone).date(),
            given_by=clinic.memberships.earliest("pk").user,
        )
        for question in questions
        if AskAt.SESSION in question.ask_at or AskAt.CONSULTATION in question.ask_at
    )


def consent_to_treatment(patient: Patient, clinic: Clinic, at: datetime.datetime = LONG_AGO) -> Consent:
    """Put a signed consent on file."""
    return Consent.objects.create(
        clinic=clinic,
        patient=patient,
        kind="treatment",
        version="2026.1",
        signed_at=at,
        witnessed_by=clinic.memberships.earliest("pk").user,
    )
