"""Safety answers: recorded beside the old ones, never changed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.authority import person
from clinic.actions.refusal import Refused
from clinic.actions.typed import refuse_longer
from clinic.rules.roles import Actor, Right
from patients.actions.merging import refuse_merged
from patients.models import Patient, SafetyAnswer
from patients.queries.answers import latest_answers
from patients.rules.questions import Answer, Questionnaire
from patients.rules.screening import check

LONGEST_FREE_TEXT = 500
LARGEST_NUMBER = 32767


@transaction.atomic
def record_answers(
    actor: Actor,
    patient: Patient,
    answers: Iterable[Answer],
    *,
    at: datetime,
    given_on: date,
    questionnaire: Questionnaire | None = None,
) -> list[SafetyAnswer]:
    """Record answers given on a local day of the clinic; returns the new rows, in order.

    An answer that stands since the same day is not repeated; the same answer on a later day is a new row,
    because an answer counts for so many days only. `questionnaire` is what the answers are checked against,
    where the caller has not done so. Raises Refused, with the question as field, for one that cannot be.
    """
    _refuse_outsider(actor, patient)
    given = [replace(answer, given_on=given_on) for answer in answers]
    for answer in given:
        _refuse_bad(answer, questionnaire)
    refuse_merged(Patient.objects.select_for_update(no_key=True).get(pk=patient.pk))
    standing = {answer.question: answer for answer in latest_answers(patient)}
    rows: list[SafetyAnswer] = []
    for answer in given:
        if standing.get(answer.question) != answer:
            standing[answer.question] = answer
            rows.append(_row(actor, patient, answer, at))
    if rows:
        SafetyAnswer.objects.bulk_create(rows)
        _log(actor, patient, rows, at)
    return rows


def _refuse_outsider(actor: Actor, patient: Patient) -> None:
    if actor.is_patient:
        allowed = Patient.objects.visible_to(actor).filter(pk=patient.pk).exists()
    else:
        allowed = actor.clinic_id == patient.clinic_id and actor.may(Right.WRITE_CLINICAL)
    if not allowed:
        raise Refused(_("Only the patient or a practitioner of this clinic may answer."), code="not_allowed")


def _refuse_bad(answer: Answer, questionnaire: Questionnaire | None) -> None:
    refuse_longer(answer.free_text, LONGEST_FREE_TEXT, answer.question)
    if answer.number is not None and not 0 <= answer.number <= LARGEST_NUMBER:
        raise Refused(_("Enter a number from 0 on."), code="number", field=answer.question)
    if questionnaire is None:
        return
    try:
        question = questionnaire.question(answer.question)
    except KeyError:
        raise Refused(_("This question is not asked here."), code="unknown_question") from None
    if check(question, answer):
        raise Refused(_("Look at this answer again."), code="answer", field=answer.question)


def _row(actor: Actor, patient: Patient, answer: Answer, at: datetime) -> SafetyAnswer:
    return SafetyAnswer(
        clinic_id=patient.clinic_id,
        patient=patient,
        question=answer.question,
        answer=answer.answer or "",
        date=answer.on,
        is_ongoing=answer.ongoing,
        number=answer.number,
        free_text=answer.free_text,
        given_at=at,
        given_on=answer.given_on,
        given_by_id=person(actor),
    )


def _log(actor: Actor, patient: Patient, rows: list[SafetyAnswer], at: datetime) -> None:
    audit.record(
        actor,
        "answer",
        patient,
        at=at,
        patient_id=patient.pk,
        clinic_id=patient.clinic_id,
        fields={row.question for row in rows},
    )
