"""What the protocol said at a signature, as JSON: answers, flags, numbers and lines with their sources.

The series, its records and its sheets read it back; it never changes, whatever the protocol becomes.
"""

from typing import Any

from patients.models import SafetyAnswer
from patients.rules.flags import Flag
from plans.models import FlagResolution
from plans.queries.consult import Assessment
from plans.rules.recommend import Line, Recommendation


def as_data(found: Assessment) -> dict[str, Any]:
    """Return the whole of an assessment; the numbers are missing where there was no proposal."""
    asked = [question.id for question in found.protocol.questionnaire.questions]
    return {
        "version": found.protocol.version,
        "day": found.day.isoformat(),
        "status": str(found.status),
        "answers": [_answer(found.answers[name]) for name in asked if name in found.answers],
        "flags": [_flag(flag, found.settled.get(flag.id)) for flag in found.flags],
        "history": sorted(found.proposal.history if found.proposal else found.screening.history),
        **(_numbers(found.proposal) if found.proposal else {}),
    }


def _answer(row: SafetyAnswer) -> dict[str, Any]:
    return {
        "row": row.pk,
        "question": row.question,
        "answer": row.answer,
        "date": row.date.isoformat() if row.date else None,
        "ongoing": row.is_ongoing,
        "number": row.number,
        "free_text": row.free_text,
        "given_on": row.given_on.isoformat(),
    }


def _flag(flag: Flag, settled: FlagResolution | None) -> dict[str, Any]:
    return {
        "id": flag.id,
        "level": str(flag.level),
        "override": str(flag.override) if flag.override else None,
        "question": flag.question,
        "staff_note": flag.staff_note,
        "clear_on": flag.clear_on.isoformat() if flag.clear_on else None,
        "source_ids": list(flag.source_ids),
        "basis": flag.basis,
        "settled": _settled(settled) if settled else None,
    }


def _settled(row: FlagResolution) -> dict[str, Any]:
    return {
        "by": row.resolved_by.name,
        "role": row.role,
        "reason": row.reason,
        "at": row.resolved_at.isoformat(),
    }


def _numbers(proposal: Recommendation) -> dict[str, Any]:
    window = proposal.window
    return {
        "sessions": {"min": proposal.min, "max": proposal.max, "suggest": proposal.suggest},
        "interval_days": proposal.interval_days,
        "window": {"earliest": window.earliest, "target": window.target, "latest": window.latest},
        "lines": [_line(line) for line in proposal.lines],
        "maintenance": proposal.maintenance.id,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "reason": str(line.reason),
        "text": {"en": line.text.en, "es": line.text.es},
        "source_ids": list(line.source_ids),
        "shown": line.shown,
    }
