"""The consultation: opened, saved, its flags settled, signed; after that only added to."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.authority import person
from clinic.actions.refusal import Refused
from clinic.models import Membership
from clinic.rules.roles import Actor, Right
from clinic.rules.timegrid import local_day
from patients.actions.answers import record_answers
from patients.models import Patient
from patients.rules.questions import Answer, Questionnaire
from plans.actions.consequences import heed_answers
from plans.actions.consult_checks import (
    Concern,
    Draft,
    liftable,
    lock,
    refuse_outsider,
    refuse_signed,
    refuse_stale,
    refuse_strangers,
    refuse_unknown,
    refuse_unless_own,
)
from plans.actions.consult_signature import Incomplete, sign
from plans.models import Addendum, Consultation, FlagResolution, ProtocolVersion, SessionRecord, Visit
from plans.queries import protocols
from plans.queries.consult import as_answer, assess

__all__ = [
    "Concern",
    "Draft",
    "Incomplete",
    "add_addendum",
    "open_consultation",
    "resolve_flag",
    "save",
    "sign",
]

MOST_ADDENDUM = 2000


@transaction.atomic
def open_consultation(
    actor: Actor, practitioner: Membership, patient: Patient, at: datetime, visit: Visit | None = None
) -> Consultation:
    """Start a draft, under the protocol in force. The open draft of the two is returned, not doubled.

    Raises Refused for a person without the right, for people of two clinics, for a visit of somebody else,
    and where the clinic has published no protocol yet.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)  # two tabs would make two drafts
    refuse_strangers(actor, practitioner, patient, visit)
    standing = _standing_draft(practitioner, patient, visit)
    if standing is not None:
        return standing
    try:
        version = protocols.current(patient.clinic)
    except ProtocolVersion.DoesNotExist:
        raise Refused(_("This clinic has not published a protocol yet."), code="no_protocol") from None
    consultation = Consultation.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        practitioner=practitioner,
        protocol_version=version,
        visit=visit,
        started_at=at,
        saved_at=at,
    )
    audit.record(actor, "open", consultation, at=at, patient_id=patient.pk)
    return consultation


@transaction.atomic
def save(actor: Actor, consultation: Consultation, data: Draft, at: datetime) -> Consultation:
    """Save a draft; everything is optional. New answers are recorded beside the old ones.

    Raises Refused for another's draft, a signed one, one saved elsewhere since `seen`, and values that the
    protocol does not know, answers among them.
    """
    draft = lock(consultation)
    refuse_unless_own(actor, draft)
    refuse_stale(draft, data.get("seen"))
    refuse_unknown(protocols.parsed(draft.protocol_version), data)
    given: dict[str, Any] = {key: value for key, value in data.items() if key not in ("answers", "seen")}
    changed = [field for field, value in given.items() if getattr(draft, field) != value]
    for field, value in given.items():
        setattr(draft, field, value)
    draft.saved_at = at
    draft.save(update_fields=[*given, "saved_at"])
    day = local_day(at, draft.clinic.zone)
    answers = _new_answers(draft, data.get("answers", ()), day)
    if answers:
        asked = protocols.parsed(draft.protocol_version).questionnaire
        record_answers(actor, draft.patient, answers, at=at, given_on=day, questionnaire=asked)
        heed_answers(actor, draft.patient, at)
    audit.record(actor, "save", draft, at=at, patient_id=draft.patient_id, fields=changed)
    return draft


@transaction.atomic
def resolve_flag(
    actor: Actor, consultation: Consultation, flag_id: str, reason: str, at: datetime
) -> FlagResolution:
    """Lift a block or settle a review, with the reason; a second time returns what stands.

    Holds while the answer (or what else the flag rests on) and the protocol version stay the same. Raises
    Refused for a flag that is not raised, a role that may not, and a reason shorter than the protocol asks.
    """
    draft = lock(consultation)
    refuse_outsider(actor, draft)
    refuse_signed(draft)
    found = assess(draft, local_day(at, draft.clinic.zone))
    if flag_id in found.settled:
        return found.settled[flag_id]
    flag = liftable(actor, found, flag_id, reason)
    row = FlagResolution.objects.create(
        clinic_id=draft.clinic_id,
        patient_id=draft.patient_id,
        protocol_version_id=draft.protocol_version_id,
        flag=flag.id,
        answer=found.answers.get(flag.question) if flag.question else None,
        consultation=draft,
        reason=reason.strip(),
        role=actor.clinical_role or "",
        resolved_by_id=person(actor),
        resolved_at=at,
    )
    if flag.question is None:
        draft.proposal = {"settled": {**draft.proposal.get("settled", {}), flag.id: flag.basis}}
        draft.save(update_fields=["proposal"])
    audit.record(actor, "settle", draft, at=at, patient_id=draft.patient_id, fields=["flag"])
    heed_answers(actor, draft.patient, at)
    return row


@transaction.atomic
def add_addendum(actor: Actor, subject: Consultation | SessionRecord, text: str, at: datetime) -> Addendum:
    """Add words to what was signed, signed in turn; the same words of the same person stand once.

    Raises Refused without the right, on a draft, without words, and beyond 2,000 characters.
    """
    if actor.clinic_id != subject.clinic_id or not actor.may(Right.WRITE_CLINICAL):
        raise Refused(_("Only a practitioner of this clinic may add to a record."), code="not_allowed")
    if subject.signed_at is None:
        raise Refused(_("This is still a draft: change it there."), code="not_signed")
    words = text.strip()
    if not words:
        raise Refused(_("Write what you want to add."), code="empty", field="text")
    if len(words) > MOST_ADDENDUM:
        raise Refused(_("Use at most 2,000 characters."), code="too_long", field="text")
    kind = "consultation" if isinstance(subject, Consultation) else "record"
    addendum, is_new = Addendum.objects.get_or_create(
        **{kind: subject},
        text=words,
        signed_by_id=actor.user_id,
        defaults={"clinic_id": subject.clinic_id, "patient_id": subject.patient_id, "signed_at": at},
    )
    if is_new:
        audit.record(actor, "addendum", subject, at=at, patient_id=subject.patient_id)
    return addendum


def _standing_draft(practitioner: Membership, patient: Patient, visit: Visit | None) -> Consultation | None:
    """Return what was begun for this visit, by anybody, else the open draft of the two."""
    mine = Consultation.objects.filter(clinic_id=patient.clinic_id, patient=patient)
    begun = mine.filter(visit=visit).first() if visit is not None else None
    draft = begun or mine.filter(practitioner=practitioner, signed_at__isnull=True).first()
    if draft is not None and begun is None and visit is not None and draft.visit_id is None:
        draft.visit = visit
        draft.save(update_fields=["visit"])
    return draft


def _new_answers(draft: Consultation, answers: Iterable[Answer], day: date) -> list[Answer]:
    """Leave out what only repeats an answer that still counts: it keeps its own day and its own giver."""
    questionnaire = protocols.parsed(draft.protocol_version).questionnaire
    newest = {row.question: as_answer(row) for row in draft.patient.answers.order_by("given_at", "pk")}

    new = []
    for answer in answers:
        old = newest.get(answer.question)
        is_said = old is not None and replace(old, given_on=answer.given_on) == answer
        if old is None or not is_said or _too_old(questionnaire, old, day):
            new.append(answer)
            newest[answer.question] = answer
    return new


def _too_old(questionnaire: Questionnaire, answer: Answer, day: date) -> bool:
    return (day - answer.given_on).days > questionnaire.question(answer.question).valid_days
