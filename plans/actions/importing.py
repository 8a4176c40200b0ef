"""Sessions from before, from a file: visits that are over, of no series, that hold nobody's time.

They overlap as they may have: nothing is held for them, so nothing can clash.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions.authority import must
from clinic.models import Clinic, Membership
from clinic.rules.roles import Actor, Right
from clinic.rules.tables import Fault, NotATable, Row, Table, read_date, read_minute, read_table
from clinic.rules.timegrid import DAY_MINUTES, NotOnTheClock, local_day, utc_range
from patients.actions.dry_run import DryRun, as_shown, log_import
from patients.models import Patient
from patients.rules.identity import fold
from patients.rules.importing import (
    PERSON_HEADS,
    Outcome,
    Verdict,
    birth_date_of,
    full_name,
    missing,
)
from plans.actions.placing import new_reference
from plans.models import Kind, Visit, VisitType

HEADS: Mapping[str, tuple[str, ...]] = {
    **{column: PERSON_HEADS[column] for column in ("name", "family_name", "birth_date")},
    "reference": ("reference", "patient reference", "referencia"),
    "date": ("date", "session date", "treatment date", "visit date", "fecha", "fecha de la sesión"),
    "time": ("time", "start", "start time", "hora"),
    "minutes": ("minutes", "duration", "minutos", "duración"),
    "practitioner": ("practitioner", "treated by", "therapist", "provider", "profesional"),
}
NEEDED = ("date", "practitioner")
NOON = 12 * 60
SHORTEST, LONGEST, USUAL = 5, 480, 60


@dataclass(slots=True)
class Ground:
    """What a row is read against: who is known, who works or worked here, and which sessions there are."""

    clinic: Clinic
    today: date
    minutes: int
    by_reference: dict[str, Patient] = field(default_factory=dict)
    by_birth: dict[tuple[str, date], set[Patient]] = field(default_factory=dict)
    people: dict[str, set[Membership]] = field(default_factory=dict)
    had: dict[tuple[UUID | None, date], str] = field(default_factory=dict)


class Wrong(Exception):
    """A row cannot be brought in; the words say why."""


def dry_run(actor: Actor, clinic: Clinic, text: str, *, at: datetime) -> DryRun[Visit]:
    """Say what an import of sessions would do, and do nothing. Raises Refused, NotATable."""
    must(actor, Right.MANAGE_CLINIC, clinic.pk)
    table, ground = _table(text), _ground(clinic, at)
    return DryRun(tuple(_verdict(ground, row, at) for row in table.rows), table.unread)


@transaction.atomic
def import_sessions(actor: Actor, clinic: Clinic, text: str, *, seen: str, at: datetime) -> int:
    """Write the sessions of a file that are new, and return how many. `seen` is the mark of the dry run.

    One that stands on that day already is left alone: a second time writes nothing. Raises Refused with code
    `changed` where it would no longer do what the dry run said.
    """
    run = as_shown(actor, clinic, lambda: dry_run(actor, clinic, text, at=at), seen=seen)
    visits = Visit.objects.bulk_create(run.made)
    made = {visit.pk: visit.patient_id for visit in visits if visit.patient_id}
    log_import(actor, clinic, "visit", made, at=at)
    return len(made)


def _table(text: str) -> Table:
    table = read_table(text, HEADS)
    lacks = missing(table, NEEDED)
    if "reference" not in table.columns:
        lacks += missing(table, ("name", "birth_date"))
    if lacks:
        raise NotATable(Fault.COLUMN_MISSING, lacks)
    return table


def _ground(clinic: Clinic, at: datetime) -> Ground:
    """Return what the rows are read against, in four queries."""
    usual = VisitType.objects.filter(clinic=clinic, kind=Kind.TREATMENT).first()
    ground = Ground(clinic, local_day(at, clinic.zone), usual.minutes if usual else USUAL)
    known = {patient.pk: patient for patient in Patient.objects.filter(clinic=clinic)}
    for patient in known.values():
        stays = patient
        while stays.merged_into_id is not None:
            stays = known[stays.merged_into_id]
        ground.by_reference[patient.reference.casefold()] = stays
        ground.by_birth.setdefault((fold(patient.name), patient.birth_date), set()).add(stays)
    members = Membership.objects.filter(clinic=clinic, user__resource__isnull=False).select_related("user")
    for member in members:
        for called in {fold(member.user.name), member.user.email}:
            ground.people.setdefault(called, set()).add(member)
    treated = Visit.objects.filter(clinic=clinic, kind=Kind.TREATMENT, state__in=Visit.STANDING)
    for person, day in treated.exclude(patient=None).values_list("patient", "day"):
        ground.had[person, day] = _("the diary")
    return ground


def _verdict(ground: Ground, row: Row, at: datetime) -> tuple[Verdict, Visit | None]:
    day = read_date(row.cell("date")) or row.cell("date")
    who = " · ".join(filter(None, (full_name(row) or row.cell("reference"), str(day))))
    try:
        visit = _visit(ground, row, at)
    except Wrong as wrong:
        return Verdict(row.line, who, Outcome.WRONG, (str(wrong),)), None
    there = ground.had.get((visit.patient_id, visit.day))
    if there is not None:
        words = _("A session on that day is there already: %(where)s.") % {"where": there}
        return Verdict(row.line, who, Outcome.SAME, (words,)), None
    ground.had[visit.patient_id, visit.day] = _("line %(line)s of this file") % {"line": row.line}
    return Verdict(row.line, who, Outcome.NEW), visit


def _visit(ground: Ground, row: Row, at: datetime) -> Visit:
    if row.has_more:
        raise Wrong(_("The row has more cells than the first line: put quotes around a cell with a comma."))
    patient, member = _patient(ground, row), _practitioner(ground, row)
    day = _day(ground, row, patient)
    minute, minutes = _minute(row), _minutes(ground, row)
    start = NOON if minute is None else minute
    try:
        if start + minutes > DAY_MINUTES:
            raise Wrong(_("The session would end on the next day."))
        starts_at, ends_at = utc_range(day, start, start + minutes, ground.clinic.zone)
    except NotOnTheClock:
        raise Wrong(_("The clocks changed at that time. Leave the time empty.")) from None
    note = _("From a file.") if minute is not None else _("From a file. The time of day is not known.")
    return Visit(
        clinic=ground.clinic,
        kind=Kind.TREATMENT,
        patient=patient,
        practitioner=member,
        day=day,
        start_minute=start,
        minutes=minutes,
        starts_at=starts_at,
        ends_at=ends_at,
        state=Visit.State.DONE,
        state_at=at,
        booked_at=at,
        reference=new_reference(),
        note=note,
    )


def _patient(ground: Ground, row: Row) -> Patient:
    reference = row.cell("reference").casefold()
    if reference:
        if reference not in ground.by_reference:
            raise Wrong(_("No patient has this reference."))
        return ground.by_reference[reference]
    born = birth_date_of(row)
    if born is None:
        raise Wrong(_("The date of birth is not a date like 17/5/1990 or 1990-05-17."))
    found = ground.by_birth.get((fold(full_name(row)), born), set())
    if not found:
        raise Wrong(_("No patient has this name and date of birth. Bring the patients in first."))
    if len(found) > 1:
        raise Wrong(_("Several patients have this name and date of birth. Give the reference."))
    return next(iter(found))


def _practitioner(ground: Ground, row: Row) -> Membership:
    typed = row.cell("practitioner")
    found = ground.people.get(typed.casefold()) or ground.people.get(fold(typed), set())
    if len(found) != 1:
        raise Wrong(
            _(
                "Name a practitioner who works or worked here, as under Settings, or give their e-mail address."
            )
        )
    return next(iter(found))


def _day(ground: Ground, row: Row, patient: Patient) -> date:
    day = read_date(row.cell("date"))
    if day is None:
        raise Wrong(_("The date of the session is not a date like 17/5/2025 or 2025-05-17."))
    if not patient.birth_date <= day < ground.today:
        raise Wrong(_("The session must lie before today, and not before the patient was born."))
    return day


def _minute(row: Row) -> int | None:
    typed = row.cell("time")
    minute = read_minute(typed)
    if typed and minute is None:
        raise Wrong(_("The time is not one like 9:30. Leave it empty if it is not known."))
    return minute


def _minutes(ground: Ground, row: Row) -> int:
    typed = row.cell("minutes")
    if not typed:
        return ground.minutes
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 4 and SHORTEST <= int(typed) <= LONGEST):
        raise Wrong(_("A session lasts from 5 to 480 minutes."))
    return int(typed)
