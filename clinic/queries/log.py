"""The log of a clinic, a page at a time."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from clinic.models import AuditEntry, Clinic, User
from clinic.rules.roles import Actor, Right

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines to show: of one person, of one verb, of the patient with a reference. Empty: of all."""

    person: str = ""
    verb: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, with the reference of its patient where it has one."""

    entry: AuditEntry
    reference: str

    @property
    def verb(self) -> str:
        """Return what was done, as a word or a few."""
        return self.entry.verb.replace("_", " ")


def lines(
    actor: Actor, clinic: Clinic, wanted: Wanted, page: str | int = 1
) -> tuple[Page[AuditEntry], list[Line]]:
    """Return one page of the clinic's log, newest first, and its lines."""
    entries = AuditEntry.objects.filter(clinic=clinic).select_related("user")
    if not actor.may(Right.READ_AUDIT) or actor.clinic_id != clinic.pk:
        entries = entries.none()
    if wanted.person:
        is_number = wanted.person.isascii() and wanted.person.isdecimal() and len(wanted.person) < 19
        entries = entries.filter(user_id=wanted.person) if is_number else entries.none()
    if wanted.verb:
        entries = entries.filter(verb=wanted.verb)
    if wanted.reference:
        named = clinic.patients.visible_to(actor).filter(reference__iexact=wanted.reference)
        entries = entries.filter(patient_id__in=[patient.pk for patient in named[:1]])
    shown = Paginator(entries, PAGE_SIZE).get_page(page)
    ids = {entry.patient_id for entry in shown if entry.patient_id}
    known = clinic.patients.visible_to(actor).filter(pk__in=ids)
    references = dict(known.values_list("pk", "reference"))
    told = [Line(entry, references.get(entry.patient_id, "") if entry.patient_id else "") for entry in shown]
    return shown, told


def verbs(clinic: Clinic) -> list[str]:
    """Return every verb that the clinic's log holds."""
    return list(
        AuditEntry.objects.filter(clinic=clinic).order_by("verb").values_list("verb", flat=True).distinct()
    )


def people(clinic: Clinic) -> list[User]:
    """Return everybody who is, or was, a member of the clinic."""
    return list(User.objects.filter(memberships__clinic=clinic).order_by("name", "pk"))
