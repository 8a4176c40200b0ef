"""What a patient has answered, as the rules know it."""

from patients.models import Patient, SafetyAnswer
from patients.rules.questions import Answer


def all_answers(patient: Patient) -> list[Answer]:
    """Return every answer ever given, oldest first: what `screening.evaluate` wants.

    An earlier answer may still hold, such as a cold sore until it is said to have healed.
    """
    rows = SafetyAnswer.objects.filter(patient=patient).order_by("given_at", "pk")
    return [as_answer(row) for row in rows]


def latest_answers(patient: Patient) -> list[Answer]:
    """Return the newest answer of each question, for showing and for filling in a form.

    For judging take `all_answers`: some flags close only with a certain later answer.
    """
    return list({answer.question: answer for answer in all_answers(patient)}.values())


def as_answer(row: SafetyAnswer) -> Answer:
    """Return one row as the rules know it; an answer that was taken back is None."""
    return Answer(
        question=row.question,
        answer=row.answer or None,
        given_on=row.given_on,
        on=row.date,
        ongoing=row.is_ongoing,
        number=row.number,
        free_text=row.free_text,
    )
