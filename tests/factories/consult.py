"""The shipped protocol, and drafts of consultations as a practitioner would fill them in."""

import datetime
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from clinic.models import Clinic, Membership
from clinic.rules.roles import SYSTEM
from patients.models import Patient
from patients.rules.questions import Answer, AskAt
from plans.actions import consult, protocols
from plans.models import Consultation, ProtocolVersion
from plans.queries.protocols import parsed
from tests.people import Team, as_staff

SHIPPED = Path(settings.BASE_DIR) / "plans" / "protocols" / "microneedling"
AT = datetime.datetime(2026, 3, 2, 9, 30, tzinfo=datetime.UTC)
TODAY = AT.date()
CHEEKS = {"id": "acne_scars", "grade": 3, "areas": ["cheeks"]}


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def shipped_files() -> dict[str, Any]:
    """Return the files of the shipped protocol, decoded anew."""
    return {path.name: json.loads(_text(path)) for path in sorted(SHIPPED.glob("*.json"))}


def browser_of(member: Membership) -> Client:
    """Return the browser of a member as the database knows them, so that the session's hash is theirs."""
    return as_staff(Membership.objects.select_related("user").get(pk=member.pk))


def publish_shipped(clinic: Clinic, at: datetime.datetime = AT) -> ProtocolVersion:
    """Publish the shipped protocol for a clinic."""
    return protocols.publish(SYSTEM, clinic, shipped_files(), at)


def clear_answers(version: ProtocolVersion, given_on: datetime.date = TODAY, /, **other: str) -> list[Answer]:
    """Return the answer that raises nothing to each question; `SQ_ISO="taking_now"` says what differs."""
    differs = {name.replace("_", "-"): value for name, value in other.items()}
    return [
        Answer(question.id, differs.get(question.id, question.clear_answer), given_on)
        for question in parsed(version).questionnaire.questions
        if AskAt.CONSULTATION in question.ask_at
    ]


def complete(version: ProtocolVersion, **other: Any) -> consult.Draft:
    """Return a draft that can be signed: 4 sessions, 28 days apart, accepted."""
    whole: dict[str, Any] = {
        "skin_type": 3,
        "sun_damage": "none",
        "goal": "standard",
        "goal_words": "Smoother cheeks",
        "concerns": [CHEEKS],
        "expectations_talk": True,
        "decision": "accepted",
        "answers": clear_answers(version),
    }
    return consult.Draft(**{**whole, **other})  # type: ignore[typeddict-item]


def a_draft(
    practitioner: Membership, patient: Patient, at: datetime.datetime = AT, /, **data: Any
) -> Consultation:
    """Open a consultation and fill it in, so that it can be signed unless `data` says otherwise."""
    draft = consult.open_consultation(practitioner.actor, practitioner, patient, at)
    return consult.save(practitioner.actor, draft, complete(draft.protocol_version, **data), at)


def a_fresh_draft(team: Team, patient: Patient, **data: Any) -> Consultation:
    """Return a complete draft as of now: answers of the past would be too old for the signature."""
    at = timezone.now()
    version = publish_shipped(team.clinic)
    answers = data.pop("answers", {})
    return a_draft(
        team.practitioner, patient, at, answers=clear_answers(version, at.date(), **answers), **data
    )


def posted(row: Consultation, **other: Any) -> dict[str, Any]:
    """Return what the page of a complete draft sends, with some fields changed."""
    row.refresh_from_db()
    return {
        "saved_at": row.saved_at.isoformat(),
        "seen": "4x28",
        "skin_type": "3",
        "sun_damage": "none",
        "goal": "standard",
        "goal_words": "Smoother cheeks",
        "numbing_planned": "on",
        "expectations_talk": "on",
        "decision": "accepted",
        "sessions": "4",
        "interval_days": "28",
        "c_acne_scars": "g3",
        "a_acne_scars": ["cheeks"],
        **other,
    }
