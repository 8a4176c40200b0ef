"""Patients and the keys to their pages."""

import datetime

import factory
from factory.django import DjangoModelFactory

from patients import models
from tests.factories.clinic import ClinicFactory, ResourceFactory, UserFactory

LONG_AGO = datetime.datetime(2026, 1, 1, 9, tzinfo=datetime.UTC)


class PatientFactory(DjangoModelFactory[models.Patient]):
    class Meta:
        model = models.Patient

    clinic = factory.SubFactory(ClinicFactory)
    resource = factory.SubFactory(ResourceFactory, kind="patient")
    reference = factory.Sequence(lambda n: f"P{n:05d}")
    name = factory.Sequence(lambda n: f"Patient {n}")
    birth_date = datetime.date(1990, 5, 17)
    email = factory.Sequence(lambda n: f"patient-{n}@example.org")
    language = "en-gb"
    search_text = factory.LazyAttribute(lambda patient: patient.name.casefold())
    registered_at = LONG_AGO


class AccessFactory(DjangoModelFactory[models.PatientAccess]):
    class Meta:
        model = models.PatientAccess

    user = factory.SubFactory(UserFactory)
    patient = factory.SubFactory(PatientFactory)
    granted_by = factory.SubFactory(UserFactory)
    granted_at = LONG_AGO
    confirmed_at = LONG_AGO
