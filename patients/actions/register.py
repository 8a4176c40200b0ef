"""A person becomes a patient of a clinic, and their details are put right."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib.resources import files

import phonenumbers
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.actions import audit, outbox
from clinic.actions.addresses import address_of
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.actions.typed import refuse_longer
from clinic.models import Clinic, Resource
from clinic.rules.roles import Actor, Right
from clinic.rules.timegrid import local_day
from patients.actions.access import take_back
from patients.actions.merging import refuse_merged
from patients.models import Patient
from patients.queries.registry import details_of, keys_to, lookalikes
from patients.rules.identity import (
    OLDEST_BIRTH,
    REFERENCE_LENGTH,
    REFERENCE_LETTERS,
    Details,
    as_typed,
    fold,
    search_text,
)

LONGEST = {"name": 120, "family_name": 80, "email": 254, "phone": 40, "desk_note": 300}


@transaction.atomic
def register(
    actor: Actor, clinic: Clinic, details: Details, *, at: datetime, is_somebody_else: bool = False
) -> Patient:
    """Make a patient of the clinic, with a reference of their own.

    Raises Refused for details that cannot be, and with code `likely_duplicate` where somebody registered
    looks like the same person and nobody has said that it is somebody else.
    """
    must(actor, Right.EDIT_IDENTITY, clinic.pk)
    details = checked(clinic, details, at)
    Clinic.objects.select_for_update(no_key=True).get(
        pk=clinic.pk
    )  # a double click must see the first click's patient
    if not is_somebody_else and lookalikes(actor, clinic, details):
        raise Refused(
            _("Somebody like this is registered already: open that record, or say that it is somebody else."),
            code="likely_duplicate",
            field="is_somebody_else",
        )
    (patient,) = make(clinic, [details], at)
    audit.record(actor, "register", patient, at=at, patient_id=patient.pk, clinic_id=clinic.pk)
    return patient


def make(clinic: Clinic, people: Sequence[Details], at: datetime) -> list[Patient]:
    """Make a patient of each, as part of the caller's transaction, which has checked them and locked the clinic."""
    resources = Resource.objects.bulk_create(Resource(kind=Resource.Kind.PATIENT) for _one in people)
    references = _new_references(clinic, len(people))
    return Patient.objects.bulk_create(
        Patient(
            clinic=clinic,
            resource=resource,
            reference=reference,
            search_text=_found_by(clinic, details, reference),
            registered_at=at,
            **_fields(details),
        )
        for details, resource, reference in zip(people, resources, references, strict=True)
    )


@transaction.atomic
def correct_details(actor: Actor, patient: Patient, details: Details, *, at: datetime) -> Patient:
    """Put right how a patient is called and reached; the log names what changed.

    An address that was wrong, or is no longer theirs, opens the page no more: its key is taken back, and mails
    that wait go to the new address, or nowhere where there is none.
    Raises Refused for details that cannot be.
    """
    must(actor, Right.EDIT_IDENTITY, patient.clinic_id)
    details = checked(patient.clinic, details, at)
    held = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    refuse_merged(held)
    before, after = _fields(details_of(held)), _fields(details)
    changed = [field for field, value in after.items() if before[field] != value]
    if not changed:
        return held
    for field in changed:
        setattr(held, field, after[field])
    held.search_text = _found_by(patient.clinic, details, held.reference)
    held.save(update_fields=[*changed, "search_text"])
    audit.record(actor, "correct", held, at=at, patient_id=held.pk, clinic_id=held.clinic_id, fields=changed)
    if "email" in changed and before["email"]:
        _leave_address(actor, held, str(before["email"]), at)
    return held


def _leave_address(actor: Actor, patient: Patient, old: str, at: datetime) -> None:
    """Take the patient's own key back from an address that is no longer theirs, and let nothing more go there."""
    for key in keys_to(patient):
        if key.user.email == old and key.relation == key.Relation.SELF:
            take_back(actor, key, at=at)
    outbox.readdress(patient.pk, old, patient.email)


def checked(clinic: Clinic, details: Details, at: datetime) -> Details:
    """Return the details as they are stored. Raises Refused for the first that cannot be."""
    tidy = replace(
        details,
        name=as_typed(details.name),
        family_name=as_typed(details.family_name),
        email=address_of(details.email) if details.email.strip() else "",
        phone=as_typed(details.phone),
        desk_note=as_typed(details.desk_note),
    )
    for field, longest in LONGEST.items():
        refuse_longer(getattr(tidy, field), longest, field)
    _refuse_bad_name(tidy)
    _refuse_bad_birth_date(clinic, tidy, at)
    if tidy.language not in dict(settings.LANGUAGES):
        raise Refused(_("Choose one of the languages offered."), code="language", field="language")
    return replace(tidy, phone=_international(tidy.phone, clinic))


def _refuse_bad_name(details: Details) -> None:
    if not fold(details.name):
        raise Refused(_("Enter the name with at least one letter."), code="name", field="name")


def _refuse_bad_birth_date(clinic: Clinic, details: Details, at: datetime) -> None:
    if details.birth_date > local_day(at, clinic.zone):
        raise Refused(_("The date of birth lies in the future."), code="birth_date", field="birth_date")
    if details.birth_date < OLDEST_BIRTH:
        raise Refused(_("Enter a year of birth from 1900 on."), code="birth_date", field="birth_date")


def _international(phone: str, clinic: Clinic) -> str:
    """Return a phone as it is dialled from anywhere; without a country code it is one of the clinic's."""
    if not phone:
        return ""
    number = _parsed(phone, clinic)
    if number is None:
        raise Refused(_("Enter a phone number such as 020 7946 0000."), code="phone", field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _parsed(phone: str, clinic: Clinic) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(phone, country_of(clinic.time_zone))
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


@cache
def country_of(time_zone: str) -> str | None:
    """Return the country of a time zone, such as GB; None for one that belongs to none, such as UTC."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        columns = line.split("\t")
        if not line.startswith("#") and columns[2] == time_zone:
            return columns[0]
    return None


def _found_by(clinic: Clinic, details: Details, reference: str) -> str:
    number = _parsed(details.phone, clinic) if details.phone else None
    national = phonenumbers.PhoneNumberFormat.NATIONAL
    forms = [phonenumbers.format_number(number, national)] if number else []
    return search_text(details, reference, forms)


def _new_references(clinic: Clinic, count: int) -> list[str]:
    new: set[str] = set()
    while len(new) < count:
        new |= {
            "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH)) for _ in range(count)
        }
        taken = Patient.objects.filter(clinic=clinic, reference__in=new)
        new -= set(taken.values_list("reference", flat=True))
    return sorted(new)[:count]


def _fields(details: Details) -> dict[str, object]:
    return {
        "name": details.name,
        "family_name": details.family_name,
        "birth_date": details.birth_date,
        "email": details.email,
        "phone": details.phone,
        "language": details.language,
        "desk_note": details.desk_note,
    }
