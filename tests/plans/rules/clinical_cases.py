"""Reads worked clinical cases: what the JSON of a case means as a consultation, a session and its answers.

A key that nobody reads fails the case, so that no expectation is ever skipped in silence.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from patients.rules.questions import Answer
from patients.rules.screening import Screening, evaluate
from patients.rules.terms import Language
from plans.rules import aftercare, precare
from plans.rules.protocol import Protocol
from plans.rules.recommend import ConcernFound, Consult
from plans.rules.sheet import ClinicTexts, Sheet
from plans.rules.terms import Endpoint, Goal, Severity, SunDamage
from plans.rules.treatment import Needling, Treated

FOLDER = Path(__file__).parents[2] / "cases" / "clinical"
Json = Mapping[str, Any]

SESSION_DAY = date(2026, 6, 1)
CLINIC = ClinicTexts(phone="01632 960100", emergency_number="112")


def read_cases() -> Iterator[tuple[str, Json]]:
    """Every case of every file, named after both."""
    for path in sorted(FOLDER.glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
            yield f"case-{path.stem}-{case['id']}", case


def keys(found: Json, *needed: str, may: tuple[str, ...] = ()) -> Json:
    """`found`, when it has the needed keys and no key besides those it may have."""
    assert set(needed) <= found.keys(), f"missing: {set(needed) - found.keys()}"
    assert found.keys() <= {*needed, *may}, f"unknown: {found.keys() - {*needed, *may}}"
    return found


def decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def needling(found: Json) -> Needling:
    """The depth and strength that a case plans or records."""
    return Needling(
        depth_mm=decimal(found.get("depth_mm")),
        depth_by_area={area: Decimal(str(mm)) for area, mm in found.get("depth_by_area", {}).items()},
        endpoint=Endpoint(found["endpoint"]) if "endpoint" in found else None,
        practitioner_marked=found.get("practitioner_marked", False),
        inside_orbital_rim=found.get("inside_orbital_rim", False),
    )


NEEDLING = ("depth_mm", "depth_by_area", "endpoint", "practitioner_marked", "inside_orbital_rim")


def areas_of(given: Json) -> tuple[str, ...]:
    return tuple(dict.fromkeys(area for concern in given["concerns"] for area in concern["areas"]))


def screening_of(protocol: Protocol, given: Json) -> Screening:
    """The outcome of the answers; every question that the case does not list has its clear answer."""
    listed = given["screening"]
    questions = {question.id: question for question in protocol.questionnaire.questions}
    assert listed.keys() <= questions.keys()
    answers = [
        _answer(name, listed.get(name, {"answer": question.clear_answer}))
        for name, question in questions.items()
    ]
    return evaluate(
        protocol.questionnaire,
        answers,
        reference_day=SESSION_DAY,
        session_number=given.get("session_number", 1),
    )


def _answer(question: str, said: Json) -> Answer:
    keys(
        said,
        "answer",
        may=("days_since", "days_until", "ongoing", "answered_days_before", "last_downtime_days"),
    )
    on = None
    if "days_since" in said:
        on = SESSION_DAY - timedelta(days=said["days_since"])
    if "days_until" in said:
        on = SESSION_DAY + timedelta(days=said["days_until"])
    return Answer(
        question=question,
        answer=said["answer"],
        given_on=SESSION_DAY - timedelta(days=said.get("answered_days_before", 0)),
        on=on,
        ongoing=said.get("ongoing", False),
        number=said.get("last_downtime_days"),
    )


def consult_of(protocol: Protocol, given: Json) -> Consult:
    """The consultation that a case describes."""
    needed = ("age", "skin_type", "sun_damage", "goal", "concerns", "screening")
    keys(given, *needed, may=(*NEEDLING, "session_number", "event_in_days"))
    return Consult(
        age=given["age"],
        skin_type=given["skin_type"],
        concerns=tuple(_concern(found) for found in given["concerns"]),
        screening=screening_of(protocol, given),
        sun_damage=SunDamage(given["sun_damage"]),
        goal=Goal(given["goal"]),
        plan=needling(given),
        session_number=given.get("session_number", 1),
        event_in_days=given.get("event_in_days"),
    )


def _concern(found: Json) -> ConcernFound:
    keys(found, "code", "areas", may=("severity", "grade"))
    severity = found.get("severity")
    return ConcernFound(
        concern=found["code"],
        areas=tuple(found["areas"]),
        severity=None if severity is None else Severity(severity),
        grade=found.get("grade"),
    )


def treated_of(given: Json, session: Json, history: frozenset[str]) -> Treated:
    """The session that was done, as aftercare knows it."""
    return Treated(
        areas=areas_of(given),
        needling=needling(session),
        skin_type=given["skin_type"],
        history=history,
        concerns=tuple(found["code"] for found in given["concerns"]),
        session_number=given.get("session_number", 1),
        sessions_left=session.get("sessions_left", 1),
        last_session=session.get("last_session", False),
        clinic_products=tuple(session.get("clinic_products", ())),
        anaesthetic_used=session.get("anaesthetic_used", False),
    )


def instant(local: str, tz: ZoneInfo) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=tz).astimezone(UTC)


def local(at: datetime | None, sheet: Sheet) -> str | None:
    """An instant as a case writes it."""
    return None if at is None else at.astimezone(ZoneInfo(sheet.tz)).strftime("%Y-%m-%dT%H:%M")


def aftercare_of(
    protocol: Protocol, given: Json, session: Json, history: frozenset[str], language: Language = Language.EN
) -> Sheet:
    """The aftercare sheet of a case; a next session is booked."""
    optional = ("anaesthetic_used", "clinic_products", "sessions_left", "last_session")
    keys(session, "end_local", "tz", may=(*NEEDLING, *optional))
    tz = ZoneInfo(session["tz"])
    ended_at = instant(session["end_local"], tz)
    return aftercare.compile_sheet(
        protocol,
        treated_of(given, session, history),
        ended_at=ended_at,
        tz=tz,
        language=language,
        clinic=CLINIC,
        next_session=ended_at + timedelta(days=35),
    )


def precare_of(protocol: Protocol, given: Json, session: Json, history: frozenset[str]) -> Sheet:
    """The before-care sheet of a case, booked in good time; the practitioner has agreed to every line."""
    keys(session, "start_local", "tz", may=("anaesthetic_planned",))
    tz = ZoneInfo(session["tz"])
    starts_at = instant(session["start_local"], tz)
    planned = precare.Planned(
        areas=areas_of(given),
        skin_type=given["skin_type"],
        history=history,
        concerns=tuple(found["code"] for found in given["concerns"]),
        anaesthetic_planned=session.get("anaesthetic_planned", False),
    )
    return precare.compile_sheet(
        protocol,
        planned,
        starts_at=starts_at,
        at=starts_at - timedelta(days=60),
        tz=tz,
        language=Language.EN,
        clinic=CLINIC,
        agreed=[line.id for line in protocol.precare.instructions if line.needs_practitioner_ok],
    )
