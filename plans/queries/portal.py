"""What a patient's own pages show: the plan, the next visit, what is usual today, the sheets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from clinic.rules.roles import Actor
from clinic.rules.timegrid import local_day
from patients.models import Patient
from patients.rules.terms import Language
from plans.models import AftercareSheet, Kind, Series, Visit
from plans.queries.treat import ground
from plans.rules.healing import day_of, usual_on
from plans.rules.precare import Planned, compile_sheet
from plans.rules.sheet import ClinicTexts, Item, Sheet, Usual
from plans.rules.visiting import HELD, STANDING, State

HEALING_DAYS = 14
"""How long the plan page speaks of healing: to the end of `EX-D7`, two weeks after the session."""

WEEK = 7


@dataclass(frozen=True, slots=True)
class Healing:
    """How far the skin is after the last session, and what is usual on that day."""

    day: int
    usual: tuple[Usual, ...]

    @property
    def strip(self) -> tuple[int, ...]:
        """The days of the week of healing that it is now."""
        first = 1 if self.day <= WEEK else WEEK + 1
        return tuple(range(first, first + WEEK))


@dataclass(frozen=True, slots=True)
class Step:
    """One session of the series as the patient sees it. `days` counts from the session before."""

    number: int
    visit: Visit | None
    day: date | None
    days: int | None
    sheet: UUID | None
    is_last: bool

    @property
    def is_done(self) -> bool:
        """Say whether the session has happened."""
        return self.visit is not None and self.visit.state == State.DONE


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of a patient's first page."""

    next: Visit | None
    series: Series | None
    steps: tuple[Step, ...]
    healing: Healing | None
    before: tuple[Item, ...]
    in_days: int | None

    @property
    def done(self) -> int:
        """How many sessions have happened."""
        return sum(step.is_done for step in self.steps)

    @property
    def is_held(self) -> bool:
        """Say whether somebody will talk with the patient first. Why is never told here."""
        return self.series is not None and self.series.state == Series.State.PAUSED


def plan(actor: Actor, patient: Patient, *, at: datetime) -> Plan:
    """Return the patient's plan; a fixed number of queries, whatever the number of sessions."""
    clinic = patient.clinic
    visits = list(
        Visit.objects.visible_to(actor)
        .filter(patient=patient, state__in=STANDING)
        .select_related("practitioner__user", "room", "device")
        .order_by("starts_at")
    )
    series = _series(actor, patient)
    sheets = _sheets(actor, patient)
    upcoming = next((visit for visit in visits if visit.state in HELD and visit.ends_at > at), None)
    if upcoming is not None:
        upcoming.clinic = clinic
    return Plan(
        next=upcoming,
        series=series,
        steps=_steps(series, visits, sheets),
        healing=_healing(actor, patient, sheets, at),
        before=_before(upcoming, series, language_of(patient), at),
        in_days=(upcoming.day - local_day(at, clinic.zone)).days if upcoming else None,
    )


def language_of(patient: Patient) -> Language:
    """Return the language of the protocol's texts for a patient."""
    return Language.ES if patient.language.startswith("es") else Language.EN


def _series(actor: Actor, patient: Patient) -> Series | None:
    """Return the series that the page is about: the newest one."""
    return (
        Series.objects.visible_to(actor)
        .filter(patient=patient)
        .select_related("consultation", "protocol_version")
        .order_by("-created_at")
        .first()
    )


def _sheets(actor: Actor, patient: Patient) -> list[AftercareSheet]:
    """Return every sheet without its text, the newest session and number last."""
    return list(
        AftercareSheet.objects.visible_to(actor)
        .filter(patient=patient)
        .select_related("record")
        .only("number", "ended_at", "patient", "record__visit_id")
        .order_by("record__started_at", "number")
    )


def _steps(
    series: Series | None, visits: Iterable[Visit], sheets: Iterable[AftercareSheet]
) -> tuple[Step, ...]:
    if series is None:
        return ()
    found = {visit.session_number: visit for visit in visits if visit.series_id == series.pk}
    newest = {sheet.record.visit_id: sheet for sheet in sheets}
    steps: list[Step] = []
    for number in range(1, series.sessions + 1):
        visit = found.get(number)
        sheet = newest.get(visit.pk) if visit else None
        day = visit.day if visit else None
        before = steps[-1].day if steps else None
        steps.append(
            Step(
                number=number,
                visit=visit,
                day=day,
                days=(day - before).days if day and before else None,
                sheet=sheet.pk if sheet else None,
                is_last=number == series.sessions,
            )
        )
    return tuple(steps)


def _healing(actor: Actor, patient: Patient, sheets: list[AftercareSheet], at: datetime) -> Healing | None:
    if not sheets:
        return None
    zone = patient.clinic.zone
    newest = sheets[-1]
    day = day_of(newest.ended_at, at, zone)
    if not 0 <= day < HEALING_DAYS:
        return None
    stored = AftercareSheet.objects.visible_to(actor).values_list("content", flat=True).get(pk=newest.pk)
    return Healing(day, usual_on(Sheet.from_data(stored["sheet"]), day))


def _before(visit: Visit | None, series: Series | None, language: Language, at: datetime) -> tuple[Item, ...]:
    """Return what must be done or left before the next session, the first to begin at the top."""
    if visit is None or visit.kind != Kind.TREATMENT or series is None or visit.series_id != series.pk:
        return ()
    visit.series = series
    stand = ground(visit)
    if stand is None:
        return ()
    concerns = stand.consultation.concerns
    sheet = compile_sheet(
        stand.protocol,
        Planned(
            areas=tuple(dict.fromkeys(area for concern in concerns for area in concern["areas"])),
            skin_type=stand.skin.skin_type,
            history=stand.skin.history,
            concerns=tuple(concern["id"] for concern in concerns),
            anaesthetic_planned=stand.consultation.numbing_planned,
        ),
        starts_at=visit.starts_at,
        at=at,
        tz=visit.clinic.zone,
        language=language,
        clinic=ClinicTexts(visit.clinic.phone, visit.clinic.emergency_number),
    )
    return tuple(sorted(sheet.items, key=lambda item: item.from_))


def calendar_visits(actor: Actor, patient: Patient, *, at: datetime) -> list[Visit]:
    """Return what belongs into a calendar: what is booked, and what is no longer coming."""
    visits = Visit.objects.visible_to(actor).filter(patient=patient).order_by("starts_at")
    return [
        visit
        for visit in visits
        if visit.state in HELD or (visit.state == State.CANCELLED and visit.starts_at > at)
    ]


def sheets_of(actor: Actor) -> Any:
    """Return the sheets that a person may read, with what their page names."""
    return AftercareSheet.objects.visible_to(actor).select_related(
        "clinic", "patient", "record__visit", "protocol_version", "signed_by"
    )


def newest_sheet(actor: Actor, patient: Patient) -> AftercareSheet | None:
    """Return the sheet that counts: the newest number of the last session."""
    found: AftercareSheet | None = (
        sheets_of(actor).filter(patient=patient).order_by("-record__started_at", "-number").first()
    )
    return found
