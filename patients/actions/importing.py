"""Patients from a file: first a dry run that names every row, then all of it in one transaction.

The file is kept nowhere in between: it travels in the page of the dry run, signed, and comes back with it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Clinic
from clinic.rules.roles import Actor, Right
from clinic.rules.tables import Fault, NotATable, Row, Table, read_table
from patients.actions.register import checked, make
from patients.models import Patient
from patients.queries.registry import details_of
from patients.rules.identity import OLDEST_BIRTH, Details
from patients.rules.importing import (
    PERSON_HEADS,
    Known,
    Outcome,
    Verdict,
    birth_date_of,
    full_name,
    language_of,
    missing,
    named,
    told,
)

NEEDED = ("name", "birth_date")


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would become of every row, and the heads of the columns that are not read."""

    verdicts: tuple[Verdict, ...]
    unread: tuple[str, ...]

    @property
    def told(self) -> str:
        """A mark of all this."""
        return told(self.verdicts)


def dry_run(actor: Actor, clinic: Clinic, text: str, *, at: datetime) -> DryRun:
    """Say what an import of patients would do, and do nothing. Raises Refused, NotATable."""
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    table = _table(text)
    return DryRun(tuple(verdict for verdict, _details in _judged(clinic, table, at)), table.unread)


@transaction.atomic
def import_patients(actor: Actor, clinic: Clinic, text: str, *, seen: str, at: datetime) -> int:
    """Make the patients of a file that are new, and return how many. `seen` is the mark of the dry run.

    Who is there already, or is likely to be, is left alone: a second time makes nobody. Raises Refused with code
    `changed` where it would no longer do what the dry run said.
    """
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)  # nobody is registered meanwhile
    judged = _judged(clinic, _table(text), at)
    refuse_changed(seen, told(verdict for verdict, _details in judged))
    made = [details for _verdict, details in judged if details is not None]
    patients = make(clinic, made, at)
    log_import(actor, clinic, "import", {patient.pk: patient.pk for patient in patients}, "patient", at)
    return len(patients)


def refuse_changed(seen: str, now: str) -> None:
    """Refuse to do anything but what the dry run said."""
    if seen != now:
        raise Refused(
            _("Something has changed since this was shown. Nothing has been saved: look at it again."),
            code="changed",
        )


def log_import(
    actor: Actor, clinic: Clinic, verb: str, made: dict[UUID, UUID], kind: str, at: datetime
) -> None:
    """Write one line for each row that was made (its id to its patient's), and one for the whole."""
    role = ",".join(sorted(actor.roles))
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=at,
            clinic=clinic,
            user_id=actor.user_id,
            role=role,
            verb=verb,
            patient_id=patient,
            subject_kind=kind,
            subject_id=str(pk),
            source=actor.source,
        )
        for pk, patient in made.items()
    )
    audit.record(
        actor, verb, ("file", str(uuid4())), at=at, clinic_id=clinic.pk, reason=f"{len(made)} {kind} rows"
    )


def _table(text: str) -> Table:
    table = read_table(text, PERSON_HEADS)
    lacks = missing(table, NEEDED)
    if lacks:
        raise NotATable(Fault.COLUMN_MISSING, lacks)
    return table


def _judged(clinic: Clinic, table: Table, at: datetime) -> list[tuple[Verdict, Details | None]]:
    """Return what becomes of each row, and the details of those that are new; one query."""
    known = Known()
    for patient in Patient.objects.filter(clinic=clinic).order_by("pk"):
        known.add(details_of(patient), f"{patient.name} · {patient.reference}")
    return [_verdict(clinic, row, known, at) for row in table.rows]


def _verdict(clinic: Clinic, row: Row, known: Known, at: datetime) -> tuple[Verdict, Details | None]:
    details, why = _details(clinic, row, at)
    who = named(row)
    if details is None or why:
        return Verdict(row.line, who, Outcome.WRONG, why), None
    if same := known.same(details):
        return Verdict(row.line, who, Outcome.SAME, (_("Is there already: %(who)s.") % {"who": same},)), None
    if alike := known.alike(details):
        words = _("Is likely the same person as %(who)s. If not, register them by hand.")
        return Verdict(row.line, who, Outcome.ALIKE, (words % {"who": alike},)), None
    known.add(details, _("line %(line)s of this file") % {"line": row.line})
    return Verdict(row.line, who, Outcome.NEW), details


def _details(clinic: Clinic, row: Row, at: datetime) -> tuple[Details | None, tuple[str, ...]]:
    """Return the details of a row as they would be stored, or everything that is wrong with it."""
    why: list[str] = []
    if row.has_more:
        why.append(_("The row has more cells than the first line: put quotes around a cell with a comma."))
    born, language = birth_date_of(row), language_of(row, clinic.language)
    if born is None:
        why.append(_("The date of birth is not a date like 17/5/1990 or 1990-05-17."))
    if language is None:
        why.append(_("The language is not one of those offered."))
    details = Details(
        name=full_name(row),
        birth_date=born or OLDEST_BIRTH,
        family_name=row.cell("family_name"),
        email=row.cell("email"),
        phone=row.cell("phone"),
        language=language or clinic.language,
        desk_note=row.cell("desk_note"),
    )
    while True:
        try:
            details = checked(clinic, details, at)
            break
        except Refused as refused:
            why.append(str(refused.message))
            if refused.field not in ("email", "phone", "family_name", "desk_note"):
                break
            blank: dict[str, Any] = {refused.field: ""}
            details = replace(details, **blank)
    return (None if why else details), tuple(why)
