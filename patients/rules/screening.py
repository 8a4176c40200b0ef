"""Answers to the safety questions -> flags, history, and what else the answers set.

Every question without an answer that counts is itself a flag: a clear answer is never filled in.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from patients.rules.conditions import Facts, matches
from patients.rules.flags import Flag, fingerprint
from patients.rules.questions import NOT_SURE, Answer, AskAt, Direction, Question, Questionnaire, Rule

EVENT_FIELD = "event_in_days"
DOWNTIME_FIELD = "last_downtime_days"


@dataclass(frozen=True, slots=True)
class Screening:
    """What the answers come to for one session day; the days count to that day."""

    flags: tuple[Flag, ...] = ()
    history: frozenset[str] = frozenset()
    event_in_days: int | None = None
    last_downtime_days: int | None = None


class AnswerError(ValueError):
    """Answers that cannot be recorded as they are; `problems` are (question id, message)."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{question}: {message}" for question, message in problems))
        self.problems = tuple(problems)


def questions_to_ask(
    questionnaire: Questionnaire,
    session_number: int,
    at: AskAt,
    answers: Iterable[Answer] = (),
    reference_day: date | None = None,
) -> tuple[Question, ...]:
    """The questions to put to the patient for that session, in order.

    With `answers` and the day of the session, an older question is asked again before a session once its
    answer is missing or will be too old; without them, only the questions that are always asked then.
    """
    latest = {answer.question: answer for answer in _in_order(answers)}

    def due(question: Question) -> bool:
        if at in question.ask_at:
            return True
        return reference_day is not None and not _counts(question, latest.get(question.id), reference_day)

    return tuple(question for question in _in_force(questionnaire, session_number, at) if due(question))


def evaluate(
    questionnaire: Questionnaire,
    answers: Iterable[Answer],
    *,
    reference_day: date,
    session_number: int = 1,
    at: AskAt = AskAt.SESSION,
) -> Screening:
    """The flags that `answers` raise for a session on `reference_day`, a local day of the clinic.

    All answers ever given may be handed in, those of one day in the order given: the latest of each question
    counts, and an earlier one still holds where only a certain answer closes its flag (a cold sore, until it
    is said to have healed). At a consultation only the questions of a consultation count; before a session
    all of them do.
    Raises AnswerError for answers that `check` refuses.
    """
    given: dict[str, list[Answer]] = {}
    for answer in _in_order(answers):
        given.setdefault(answer.question, []).append(answer)
    _refuse_faults(questionnaire, given)
    judged = [
        _Judged(questionnaire, question, tuple(given.get(question.id, ())), reference_day, session_number)
        for question in _in_force(questionnaire, session_number, at)
    ]
    flags = tuple(flag for one in judged if (flag := one.flag()) is not None)
    numbers = {key: value for one in judged for key, value in one.numbers()}
    return Screening(
        flags=flags,
        history=frozenset(flag.sets_history for flag in flags if flag.sets_history),
        event_in_days=numbers.get(EVENT_FIELD),
        last_downtime_days=numbers.get(DOWNTIME_FIELD),
    )


def check(question: Question, answer: Answer) -> tuple[str, ...]:
    """What is wrong with `answer` as an answer to `question`; empty if it can be recorded.

    A date that is still missing is no fault: it counts as "Not sure".
    """
    dated = question.date is not None and answer.answer in question.date.for_answers
    faults = []
    if answer.answer is not None and answer.answer not in [option.value for option in question.options]:
        faults.append(f"{answer.answer!r} is not one of the answers")
    if (answer.on is not None or answer.ongoing) and not dated:
        faults.append("this answer takes no date")
    if answer.on is not None and answer.ongoing:
        faults.append("either a date or still going on, not both")
    if answer.ongoing and question.date is not None and question.date.ongoing_label is None:
        faults.append("this cannot be still going on")
    if answer.on is not None and answer.on > answer.given_on and _looks_back(question):
        faults.append("the date lies in the future")
    if answer.number is not None and not _takes_number(question, answer):
        faults.append("this answer takes no number")
    return tuple(faults)


def _looks_back(question: Question) -> bool:
    return question.date is not None and question.date.direction is Direction.PAST


def _takes_number(question: Question, answer: Answer) -> bool:
    return question.number is not None and answer.answer in question.number.for_answers


def _in_order(answers: Iterable[Answer]) -> list[Answer]:
    return sorted(answers, key=lambda answer: answer.given_on)


def _in_force(questionnaire: Questionnaire, session_number: int, at: AskAt) -> Iterator[Question]:
    facts = {"session_number": session_number}
    for question in questionnaire.questions:
        asked_at_all = at is AskAt.SESSION or AskAt.CONSULTATION in question.ask_at
        if asked_at_all and matches(question.ask_when, facts):
            yield question


def _counts(question: Question, answer: Answer | None, reference_day: date) -> bool:
    if answer is None or answer.answer is None:
        return False
    return (reference_day - answer.given_on).days <= question.valid_days


def _refuse_faults(questionnaire: Questionnaire, given: dict[str, list[Answer]]) -> None:
    known = {question.id: question for question in questionnaire.questions}
    problems = [(name, "unknown question") for name in given if name not in known]
    for name, question in known.items():
        problems += [(name, fault) for answer in given.get(name, ()) for fault in check(question, answer)]
    if problems:
        raise AnswerError(problems)


@dataclass(frozen=True, slots=True)
class _Judged:
    """One question with all its answers, oldest first, seen from the day of the session."""

    questionnaire: Questionnaire
    question: Question
    answers: tuple[Answer, ...]
    reference_day: date
    session_number: int

    def flag(self) -> Flag | None:
        """The one flag of this question, if any."""
        held = self._held()
        if held is not None:
            return self._rule_flag(*held)
        latest = self.answers[-1] if self.answers else None
        if latest is None or not _counts(self.question, latest, self.reference_day):
            return self._unanswered_flag(latest)
        if self._is_unsure(latest):
            return self._unsure_flag(latest)
        rule = self._rule(latest)
        return None if rule is None else self._rule_flag(rule, latest)

    def numbers(self) -> Iterator[tuple[str, int]]:
        """The fields of the proposal that the latest answer sets, while it counts."""
        latest = self.answers[-1] if self.answers else None
        if latest is None or not _counts(self.question, latest, self.reference_day):
            return
        if self.question.sets_field and latest.on is not None:
            yield self.question.sets_field, (latest.on - self.reference_day).days
        if self.question.number is not None and latest.number is not None:
            yield self.question.number.sets_field, latest.number

    def _held(self) -> tuple[Rule, Answer] | None:
        """The rule of an earlier answer that no later one has closed yet."""
        held: tuple[Rule, Answer] | None = None
        for answer in self.answers:
            if held is not None and answer.answer == held[0].closes_only_with:
                held = None
            rule = self._rule(answer)
            if rule is not None and rule.closes_only_with is not None:
                held = rule, answer
        return held

    def _is_unsure(self, answer: Answer) -> bool:
        dated = self.question.date is not None and answer.answer in self.question.date.for_answers
        return answer.answer == NOT_SURE or (dated and answer.on is None and not answer.ongoing)

    def _rule(self, answer: Answer) -> Rule | None:
        facts = self._facts(answer)
        return next((rule for rule in self.question.rules if matches(rule.when, facts)), None)

    def _facts(self, answer: Answer) -> Facts:
        days_since: int | None = None
        if answer.ongoing:
            days_since = 0
        elif answer.on is not None:
            days_since = (self.reference_day - answer.on).days
        return {"answer": answer.answer, "days_since": days_since, "session_number": self.session_number}

    def _basis(self, answer: Answer | None) -> str:
        said = (None, None, False) if answer is None else (answer.answer, answer.on, answer.ongoing)
        session = self.session_number if AskAt.SESSION in self.question.ask_at else None
        return fingerprint(self.questionnaire.version, *said, session)

    def _rule_flag(self, rule: Rule, answer: Answer) -> Flag:
        clear_on = None
        if rule.clear_after_days is not None and answer.on is not None:
            clear_on = answer.on + timedelta(days=rule.clear_after_days)
        return Flag(
            id=rule.id,
            level=rule.level,
            override=rule.override,
            staff_note=rule.staff_note,
            basis=self._basis(answer),
            patient_text=rule.patient_text,
            question=self.question.id,
            clear_on=clear_on,
            sets_history=rule.sets_history,
            source_ids=rule.source_ids,
        )

    def _unsure_flag(self, answer: Answer) -> Flag:
        unsure = self.question.unsure
        return Flag(
            id=unsure.id,
            level=unsure.level,
            override=unsure.override,
            staff_note=unsure.staff_note,
            basis=self._basis(answer),
            patient_text=unsure.patient_text,
            question=self.question.id,
            sets_history=unsure.sets_history,
        )

    def _unanswered_flag(self, answer: Answer | None) -> Flag:
        unanswered, texts = self.question.unanswered, self.questionnaire.unanswered
        return Flag(
            id=unanswered.id,
            level=unanswered.level,
            override=unanswered.override,
            staff_note=texts.staff_note,
            basis=self._basis(answer),
            patient_text=texts.patient_text,
            question=self.question.id,
            sets_history=self.question.unsure.sets_history,
        )
