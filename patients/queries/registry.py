"""Finding patients, and those who may be the same person."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Case, F, Q, When

from clinic.models import Clinic
from clinic.rules.roles import Actor
from patients.models import Patient, PatientAccess
from patients.rules.identity import Details, Likeness, digits_in, fold, likeness, search_words

PAGE_SIZE = 25
MOST_LOOKALIKES = 5
MOST_COMPARED = 200


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A patient who may be the person that is being registered."""

    patient: Patient
    likeness: Likeness


def found(actor: Actor, clinic: Clinic, typed: str, page: str | int = 1) -> Page[Patient]:
    """Return one page of the clinic's patients who match every word, sorted by family name.

    Nothing typed lists everybody; something typed that no name, number or date can hold finds nobody.
    """
    patients = Patient.objects.visible_to(actor).filter(clinic=clinic, merged_into=None)
    words = search_words(typed)
    if words:
        patients = patients.matching(" ".join(words))
    elif typed.strip():
        patients = patients.none()
    sorting = Case(When(family_name="", then=F("name")), default=F("family_name"))
    return Paginator(patients.order_by(sorting, "name", "pk"), PAGE_SIZE).get_page(page)


def lookalikes(actor: Actor, clinic: Clinic, details: Details) -> list[Lookalike]:
    """Return the patients of the clinic who are likely the same person, most alike first, in one query."""
    near = Q(birth_date=details.birth_date)
    if fold(details.name):
        near |= Q(pk__in=Patient.objects.matching(fold(details.name)).values("pk"))
    if details.email:
        near |= Q(email__iexact=details.email)
    if digits_in(details.phone):
        near |= Q(phone=details.phone)
    candidates = Patient.objects.visible_to(actor).filter(near, clinic=clinic, merged_into=None)
    candidates = candidates.order_by(Case(When(birth_date=details.birth_date, then=0), default=1), "pk")
    compared = (Lookalike(one, likeness(details, details_of(one))) for one in candidates[:MOST_COMPARED])
    likely = [one for one in compared if one.likeness.is_likely]
    return sorted(likely, key=lambda one: -one.likeness.score)[:MOST_LOOKALIKES]


def details_of(patient: Patient) -> Details:
    """Return a stored patient as the rules know them."""
    return Details(
        name=patient.name,
        birth_date=patient.birth_date,
        family_name=patient.family_name,
        email=patient.email,
        phone=patient.phone,
        language=patient.language,
        desk_note=patient.desk_note,
    )


def keys_to(patient: Patient) -> list[PatientAccess]:
    """Return who may open the patient's page at present, in the order in which they were let in."""
    return list(
        PatientAccess.objects.filter(patient=patient, revoked_at=None)
        .select_related("user")
        .order_by("granted_at", "pk")
    )
