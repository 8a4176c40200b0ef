"""What a session stands on: the agreed plan, the answers of the day, the flags, the last session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.rules.roles import Role
from clinic.rules.timegrid import local_day
from patients.models import Consent, Patient, SafetyAnswer
from patients.rules.flags import Flag, Resolution, open_flags
from patients.rules.questions import AskAt
from patients.rules.screening import Screening, check, evaluate
from plans.models import AftercareSheet, Consultation, FlagResolution, Kind, Series, SessionRecord, Visit
from plans.queries.consult import as_answer
from plans.queries.protocols import parsed
from plans.rules.numbing import Numbing
from plans.rules.protocol import Protocol
from plans.rules.terms import Endpoint
from plans.rules.treatment import Needling, Skin, guards, needling_facts

RECORDED = (Kind.TREATMENT, Kind.TEST_AREA, Kind.TOP_UP)
"""The kinds of visit in which skin is needled, and which therefore have a record."""

# What the next session most likely has in common with the one before.
CARRIED_OVER = ("areas", "needle_count", "products", "handed_over", "skin_cleaned")
DEVICE = ("device_make", "device_model", "device_serial")


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that decides whether, and how, this visit's session may go ahead."""

    visit: Visit
    consultation: Consultation
    protocol: Protocol
    screening: Screening
    skin: Skin
    answers: Mapping[str, SafetyAnswer]
    settled: tuple[FlagResolution, ...] = field(default=())

    def flags(self, areas: Iterable[str], needling: Needling) -> tuple[Flag, ...]:
        """Return every flag of the day: answers first, then depth and place, then a coming event."""
        needled = tuple(area for area in areas if area in {one.id for one in self.protocol.course.areas})
        facts = {
            **needling_facts(self.protocol, needled, needling),
            "skin_type": self.skin.skin_type,
            "session_number": self.skin.session_number,
            "event_in_days": self.event_in_days,
        }
        version = self.protocol.version
        coming = (rule.flag(facts, version) for rule in self.protocol.course.events.flags)
        depth = guards(self.protocol, needled, needling, self.skin)
        return (*self.screening.flags, *depth, *(flag for flag in coming if flag is not None))

    @property
    def version_id(self) -> int:
        """Return the protocol version of the session: the one that the series was signed under."""
        series = self.visit.series
        return series.protocol_version_id if series else self.consultation.protocol_version_id

    @property
    def event_in_days(self) -> int | None:
        """Days from this session to the patient's event, by the series or by the answer, the nearer one."""
        series = self.visit.series
        planned = (series.event_on - self.visit.day).days if series and series.event_on else None
        known = [days for days in (planned, self.screening.event_in_days) if days is not None and days >= 0]
        return min(known, default=None)

    def resolutions(self, flags: Iterable[Flag], record: SessionRecord | None) -> tuple[Resolution, ...]:
        """Return what was lifted or settled and still holds for these flags."""
        noted = {entry["flag"]: entry["basis"] for entry in (record.flags if record else [])}
        return tuple(
            Resolution(flag.id, flag.basis, row.reason, Role(row.role), row.resolved_by.name, row.resolved_at)
            for flag in flags
            for row in self.settled
            if row.flag == flag.id and self._holds(row, flag, noted)
        )

    def open(self, record: SessionRecord | None) -> tuple[Flag, ...]:
        """Return the blocks and reviews that still stand in the way, in the order in which they are shown."""
        areas, needling = needled(record)
        flags = self.flags(areas, needling)
        return open_flags(flags, self.resolutions(flags, record))

    def _holds(self, row: FlagResolution, flag: Flag, noted: Mapping[str, str]) -> bool:
        """Say whether a resolution rests on what is still so."""
        here = row.visit_id == self.visit.pk
        if flag.question is None:
            # A depth that was settled and then changed is another depth: its basis differs.
            return here and noted.get(flag.id, flag.basis) == flag.basis
        if _said(row.answer) != _said(self.answers.get(flag.question)):
            return False
        question = self.protocol.questionnaire.question(flag.question)
        if AskAt.SESSION not in question.ask_at:
            return True
        return here or (row.visit_id is None and self.skin.session_number == 1)


def ground(visit: Visit, *, with_old_answers: bool = False) -> Ground | None:
    """Return what the session stands on; None where no signed consultation agreed to treat. Four queries.

    `with_old_answers`: what was answered counts until it is answered anew, as for dates that are far away.
    """
    patient_id = visit.patient_id
    consultation = _consultation(visit, patient_id) if patient_id else None
    if patient_id is None or consultation is None or consultation.skin_type is None:
        return None
    version = visit.series.protocol_version if visit.series else consultation.protocol_version
    protocol = parsed(version)
    rows = _answers(patient_id, visit.day, protocol)
    number = visit.session_number or 1
    answers = [as_answer(row) for row in rows]
    if with_old_answers:
        answers = [replace(answer, given_on=visit.day) for answer in answers]
    screening = evaluate(
        protocol.questionnaire,
        answers,
        reference_day=visit.day,
        session_number=number,
    )
    concerns = {concern["id"] for concern in consultation.concerns}
    known = {one.sets_history for one in protocol.course.concerns if one.id in concerns and one.sets_history}
    settled = FlagResolution.objects.filter(patient_id=patient_id, protocol_version=version)
    return Ground(
        visit=visit,
        consultation=consultation,
        protocol=protocol,
        screening=screening,
        skin=Skin(consultation.skin_type, screening.history | frozenset(known), number),
        answers={row.question: row for row in rows},
        settled=tuple(settled.select_related("answer", "resolved_by").order_by("resolved_at", "pk")),
    )


def _consultation(visit: Visit, patient_id: UUID) -> Consultation | None:
    if visit.series is not None:
        return visit.series.consultation
    return (
        Consultation.objects.filter(patient_id=patient_id, signed_at__isnull=False, skin_type__isnull=False)
        .exclude(decision=Consultation.Decision.REFUSED)
        .select_related("protocol_version")
        .order_by("-signed_at")
        .first()
    )


def _answers(patient_id: UUID, day: date, protocol: Protocol) -> list[SafetyAnswer]:
    """Return the answers that count on the day, oldest first; this version may ask less than an older one."""
    known = {question.id: question for question in protocol.questionnaire.questions}
    rows = SafetyAnswer.objects.filter(patient_id=patient_id, question__in=known, given_on__lte=day).order_by(
        "given_on", "given_at", "pk"
    )
    return [row for row in rows if not check(known[row.question], as_answer(row))]


def _said(row: SafetyAnswer | None) -> tuple[object, ...]:
    return (None, None, False) if row is None else (row.answer or None, row.date, row.is_ongoing)


def needled(record: SessionRecord | None) -> tuple[tuple[str, ...], Needling]:
    """Return the areas of a record and how they were needled, as the rules read it."""
    if record is None:
        return (), Needling()
    depths = {area["area"]: Decimal(area["depth_mm"]) for area in record.areas if area.get("depth_mm")}
    return tuple(area["area"] for area in record.areas), Needling(
        depth_by_area=depths,
        endpoint=Endpoint(record.endpoint) if record.endpoint else None,
        practitioner_marked=bool(record.is_strong),
        inside_orbital_rim=record.inside_orbital_rim,
    )


def numbing(record: SessionRecord) -> Numbing | None:
    """Return the numbing cream of a record as the rules read it; None without, or while times are missing."""
    data: dict[str, Any] | None = record.numbing
    if not data or not (data.get("on_at") and data.get("off_at")):
        return None
    return Numbing(
        product=data["product"],
        strength_percent=Decimal(data.get("strength_percent") or 0),
        grams=Decimal(data.get("grams") or 0),
        area_cm2=Decimal(data.get("area_cm2") or 0),
        on_at=datetime.fromisoformat(data["on_at"]),
        off_at=datetime.fromisoformat(data["off_at"]),
        covered=bool(data.get("covered")),
        fully_removed=bool(data.get("fully_removed")),
        limit_id=data.get("limit_id") or None,
    )


def has_consent(patient: Patient) -> bool:
    """Say whether a consent to treatment stands."""
    return Consent.objects.filter(patient=patient, kind=Consent.Kind.TREATMENT).standing().exists()


def last_record(visit: Visit) -> SessionRecord | None:
    """Return the patient's last signed record before this visit."""
    return (
        SessionRecord.objects.filter(
            patient__visits=visit, signed_at__isnull=False, visit__starts_at__lt=visit.starts_at
        )
        .select_related("visit")
        .order_by("-visit__starts_at")
        .first()
    )


def settings_of(record: SessionRecord | None) -> dict[str, Any]:
    """Return what a session has in common with the one before: areas, depth, passes, products, cleaning."""
    return {name: getattr(record, name) for name in CARRIED_OVER} if record else {}


def device_of(visit: Visit, last: SessionRecord | None) -> dict[str, str]:
    """Return the device that the visit was booked with, else that of the last session."""
    if visit.device is not None:
        return {f"device_{name}": getattr(visit.device, name) for name in ("make", "model", "serial")}
    return {name: getattr(last, name) for name in DEVICE} if last else {}


def done_days(series: Series) -> dict[int, date]:
    """Return the day on which each session of a series really happened, by its number (newest sheets)."""
    rows = (
        AftercareSheet.objects.filter(record__visit__series=series)
        .order_by("number")
        .values_list("record__visit__session_number", "ended_at", "clinic__time_zone")
    )
    return {number: local_day(ended_at, ZoneInfo(zone)) for number, ended_at, zone in rows if number}


def done_on(visit: Visit) -> date | None:
    """Return the clinic's day on which a visit's session really happened; None before it is signed."""
    sheets = AftercareSheet.objects.filter(record__visit=visit).select_related("clinic")
    sheet = sheets.order_by("-number").first()
    return local_day(sheet.ended_at, sheet.clinic.zone) if sheet else None
