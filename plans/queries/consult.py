"""A consultation as its page and its signature see it: answers, flags and who settled them, the proposal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic.rules.roles import Role
from patients.models import SafetyAnswer
from patients.queries.answers import as_answer
from patients.rules.flags import Flag, Resolution, open_flags, status
from patients.rules.questions import Answer, AskAt
from patients.rules.screening import EVENT_FIELD, Screening, check, evaluate
from patients.rules.terms import Status
from plans.models import Consultation, FlagResolution
from plans.queries.protocols import parsed
from plans.rules.protocol import Protocol
from plans.rules.recommend import ConcernFound, Consult, Recommendation, recommend
from plans.rules.terms import Goal, Severity, SunDamage
from plans.rules.treatment import Needling

__all__ = ["Assessment", "age_on", "as_answer", "assess", "consult_of", "event_day", "usable"]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the saved draft comes to on one local day.

    `answers` holds the newest row of each question; `proposal` is None until there is a skin type and a
    concern. `settled` tells of each flag that somebody lifted or settled, by flag id.
    """

    protocol: Protocol
    day: date
    answers: dict[str, SafetyAnswer]
    screening: Screening
    flags: tuple[Flag, ...]
    settled: dict[str, FlagResolution]
    open: tuple[Flag, ...]
    status: Status
    proposal: Recommendation | None

    def flag(self, flag_id: str) -> Flag | None:
        """Return the flag of that id, if it is raised."""
        return next((flag for flag in self.flags if flag.id == flag_id), None)


def assess(consultation: Consultation, day: date) -> Assessment:
    """Return what the answers and the saved draft come to on `day`; two queries.

    The consultation must come with its patient and its protocol version.
    """
    protocol = parsed(consultation.protocol_version)
    rows = list(SafetyAnswer.objects.filter(patient_id=consultation.patient_id).order_by("given_at", "pk"))
    screening = evaluate(
        protocol.questionnaire, usable(protocol, rows), reference_day=day, at=AskAt.CONSULTATION
    )
    newest = {row.question: row for row in rows}
    consult = consult_of(consultation, screening, day)
    proposal = recommend(protocol, consult) if consult else None
    flags = proposal.flags if proposal else screening.flags
    settled = _settled(consultation, protocol, flags, newest)
    resolutions = [_resolution(flag, settled[flag.id]) for flag in flags if flag.id in settled]
    return Assessment(
        protocol=protocol,
        day=day,
        answers=newest,
        screening=screening,
        flags=flags,
        settled=settled,
        open=open_flags(flags, resolutions),
        status=status(flags, resolutions),
        proposal=proposal,
    )


def age_on(born: date, day: date) -> int:
    """Return the age in full years; who was born on 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def consult_of(consultation: Consultation, screening: Screening, day: date) -> Consult | None:
    """Return what a proposal rests on; None while the skin type or every concern is missing."""
    if consultation.skin_type is None or not consultation.concerns:
        return None
    event = consultation.event_on
    return Consult(
        age=age_on(consultation.patient.birth_date, day),
        skin_type=consultation.skin_type,
        concerns=tuple(_found(concern) for concern in consultation.concerns),
        screening=screening,
        sun_damage=SunDamage(consultation.sun_damage or SunDamage.NONE),
        goal=Goal(consultation.goal or Goal.STANDARD),
        plan=Needling(depth_mm=consultation.planned_depth),
        event_in_days=(event - day).days if event else None,
    )


def event_day(consultation: Consultation, found: Assessment) -> date | None:
    """Return the day to keep clear for: the one written down, else the one answered; None if it is past."""
    asked = [one.id for one in found.protocol.questionnaire.questions if one.sets_field == EVENT_FIELD]
    answered = [found.answers[name].date for name in asked if name in found.answers]
    days = [consultation.event_on, *answered]
    return next((day for day in days if day is not None and day >= found.day), None)


def _found(concern: dict[str, Any]) -> ConcernFound:
    severity = concern.get("severity")
    return ConcernFound(
        concern=concern["id"],
        areas=tuple(concern["areas"]),
        severity=Severity(severity) if severity else None,
        grade=concern.get("grade"),
    )


def usable(protocol: Protocol, rows: Iterable[SafetyAnswer]) -> list[Answer]:
    """Return the answers that this version of the protocol asks for: answers outlive the version they met."""
    known = {question.id: question for question in protocol.questionnaire.questions}
    answers = [as_answer(row) for row in rows if row.question in known]
    return [answer for answer in answers if not check(known[answer.question], answer)]


def _resolution(flag: Flag, row: FlagResolution) -> Resolution:
    return Resolution(flag.id, flag.basis, row.reason, Role(row.role), row.resolved_by.name, row.resolved_at)


def _settled(
    consultation: Consultation, protocol: Protocol, flags: Iterable[Flag], newest: dict[str, SafetyAnswer]
) -> dict[str, FlagResolution]:
    """Return the newest resolution that still holds, of each flag that has one."""
    raised = {flag.id: flag for flag in flags}
    rows = (
        FlagResolution.objects.filter(
            patient_id=consultation.patient_id,
            protocol_version_id=consultation.protocol_version_id,
            flag__in=raised,
        )
        .select_related("answer", "resolved_by")
        .order_by("resolved_at", "pk")
    )
    return {row.flag: row for row in rows if _holds(row, raised[row.flag], consultation, protocol, newest)}


def _holds(
    row: FlagResolution,
    flag: Flag,
    consultation: Consultation,
    protocol: Protocol,
    newest: dict[str, SafetyAnswer],
) -> bool:
    """A lift holds while what it rests on stays the same.

    That is the answer, for a flag of a question; for any other, the facts that its condition reads, kept in
    the draft as the basis of the flag. A question asked before each session is lifted for one time only.
    """
    here = row.consultation_id == consultation.pk
    if flag.question is None:
        return here and consultation.proposal.get("settled", {}).get(flag.id) == flag.basis
    question = protocol.questionnaire.question(flag.question)
    if AskAt.SESSION in question.ask_at and not here:
        return False
    return _said(row.answer) == _said(newest.get(flag.question))


def _said(row: SafetyAnswer | None) -> tuple[str, date | None, bool] | None:
    return None if row is None or not row.answer else (row.answer, row.date, row.is_ongoing)
