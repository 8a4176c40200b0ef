"""Patients from a file: first a dry run that names every row, then all of it in one transaction.

The file is kept nowhere in between: it travels in the page of the dry run, signed, and comes back with it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.models import Clinic
from clinic.rules.roles import Actor, Right
from clinic.rules.tables import Fault, NotATable, Row, Table, read_table
from patients.actions.dry_run import DryRun, as_shown, log_import
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
)

NEEDED = ("name", "birth_date")


def dry_run(actor: Actor, clinic: Clinic, text: str, *, at: datetime) -> DryRun[Details]:
    """Say what an import of patients would do, and do nothing. Raises Refused, NotATable."""
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    table, known = _table(text), _known(clinic)
    return DryRun(tuple(_verdict(clinic, row, known, at) for row in table.rows), table.unread)


@transaction.atomic
def import_patients(actor: Actor, clinic: Clinic, text: str, *, seen: str, at: datetime) -> int:
    """Make the patients of a file that are new, and return how many. `seen` is the mark of the dry run.

    Who is there already, or is likely to be, is left alone: a second time makes nobody. Raises Refused with code
    `changed` where it would no longer do what the dry run said.
    """
    run = as_shown(actor, clinic, lambda: dry_run(actor, clinic, text, at=at), seen=seen)
    patients = make(clinic, run.made, at)
    log_import(actor, clinic, "patient", {patient.pk: patient.pk for patient in patients}, at=at)
    return len(patients)


def _table(text: str) -> Table:
    table = read_table(text, PERSON_HEADS)
    lacks = missing(table, NEEDED)
    if lacks:
        raise NotATable(Fault.COLUMN_MISSING, lacks)
    return table


def _known(clinic: Clinic) -> Known:
    """Return who is registered, in one query."""
    known = Known()
    for patient in Patient.objects.filter(clinic=clinic).order_by("pk"):
        known.add(details_of(patient), f"{patient.name} · {patient.reference}")
    return known


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
