"""Finding patients, and those who may be the same person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, F, Q, QuerySet, When

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

    Nothing typed lists everybody; something typed that no name, number or date can hold finds nobody. Who matches
    by a record that was merged is found as the one that stays.
    """
    everybody = Patient.objects.visible_to(actor).filter(clinic=clinic)
    patients = everybody.filter(merged_into=None).prefetch_related("merged_from")
    words = search_words(typed)
    if words:
        merged = everybody.exclude(merged_into=None)
        stays = _stay(merged, merged.matching(" ".join(words)).values_list("merged_into", flat=True))
        patients = patients.matching(" ".join(words)) | patients.filter(pk__in=stays)
    elif typed.strip():
        patients = patients.none()
    sorting = Case(When(family_name="", then=F("name")), default=F("family_name"))
    return Paginator(patients.order_by(sorting, "name", "pk"), PAGE_SIZE).get_page(page)


def _stay(merged: QuerySet[Patient], ids: Iterable[UUID | None]) -> set[UUID]:
    """Return the records that stay, of those that were merged into the ones with these ids, step by step."""
    stays = {pk for pk in ids if pk is not None}
    while stays:
        on = dict(merged.filter(pk__in=stays).values_list("pk", "merged_into"))
        if not on:
            break
        stays = {on.get(pk) or pk for pk in stays}
    return stays


def earlier(actor: Actor, patient: Patient) -> list[Patient]:
    """Return the records that were merged into a patient's, oldest first."""
    rows = Patient.objects.visible_to(actor).filter(merged_into=patient)
    return list(rows.order_by("registered_at", "pk"))


def lookalikes(actor: Actor, clinic: Clinic, details: Details) -> list[Lookalike]:
    """Return the patients of the clinic who are likely the same person, most alike first.

    One query, and one more for whoever is like a record that was merged: the one that stays is named.
    """
    near = Q(birth_date=details.birth_date)
    if fold(details.name):
        near |= Q(pk__in=Patient.objects.matching(fold(details.name)).values("pk"))
    if details.email:
        near |= Q(email__iexact=details.email)
    if digits_in(details.phone):
        near |= Q(phone=details.phone)
    everybody = Patient.objects.visible_to(actor).filter(clinic=clinic)
    candidates = everybody.filter(near)
    candidates = candidates.order_by(Case(When(birth_date=details.birth_date, then=0), default=1), "pk")
    compared = (Lookalike(one, likeness(details, details_of(one))) for one in candidates[:MOST_COMPARED])
    likely = sorted((one for one in compared if one.likeness.is_likely), key=lambda one: -one.likeness.score)
    return _that_stay(everybody, likely)[:MOST_LOOKALIKES]


def _that_stay(everybody: QuerySet[Patient], likely: Sequence[Lookalike]) -> list[Lookalike]:
    """Name of every likeness the record that stays, once."""
    merged = everybody.exclude(merged_into=None)
    found: dict[UUID, Lookalike] = {}
    for one in likely:
        patient = one.patient
        if patient.merged_into_id is not None:
            patient = everybody.get(pk__in=_stay(merged, [patient.merged_into_id]))
        found.setdefault(patient.pk, Lookalike(patient, one.likeness))
    return list(found.values())


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
