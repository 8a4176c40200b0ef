"""Does screening.json hold together: options, dates, levels, and what closes a flag?"""

from collections.abc import Iterator

from clinic.rules.roles import CLINICAL_RANK
from patients.rules.conditions import Leaf, Op, leaves
from patients.rules.questions import NOT_SURE, AskAt, Question, Rule
from patients.rules.screening import DOWNTIME_FIELD, EVENT_FIELD
from patients.rules.terms import Level, Override, placeholders_in
from plans.rules.protocol.check_course import check_override
from plans.rules.protocol.decode import Problem
from plans.rules.protocol.model import SCREENING, Protocol
from plans.rules.terms import HISTORY


def check_screening(protocol: Protocol) -> Iterator[Problem]:
    """Every question that contradicts itself or the rest of the file."""
    yield from _roles(protocol)
    groups = {group.value for group in protocol.screening.groups}
    for question in protocol.screening.questions:
        if question.group not in groups:
            yield Problem(SCREENING, question.id, f"unknown group {question.group!r}")
        yield from _sets(question)
        yield from _options(question)
        yield from _validity(protocol, question)
        yield from _unsure_and_unanswered(question)
        for rule in question.rules:
            yield from _rule(question, rule)


def _roles(protocol: Protocol) -> Iterator[Problem]:
    """The roles of the file are those of the clinic, lowest first; nobody has no rank."""
    ranks = {role.id: role.rank for role in protocol.screening.override_roles}
    known = {Override.NOBODY: None, **{Override(role): rank for rank, role in enumerate(CLINICAL_RANK, 1)}}
    if ranks != known:
        yield Problem(SCREENING, "override_roles", "are not the clinical roles with their ranks")


def _sets(question: Question) -> Iterator[Problem]:
    if question.sets_field not in (None, EVENT_FIELD):
        yield Problem(SCREENING, question.id, f"sets_field: a date cannot set {question.sets_field!r}")
    if question.number is not None and question.number.sets_field != DOWNTIME_FIELD:
        yield Problem(SCREENING, question.id, f"number: cannot set {question.number.sets_field!r}")


def _options(question: Question) -> Iterator[Problem]:
    known = {option.value for option in question.options}
    used = {question.clear_answer: "clear_answer", NOT_SURE: "the answer of every question"}
    for part in (question.date, question.number, question.free_text):
        used |= dict.fromkeys(part.for_answers if part else (), "for_answers")
    for rule in question.rules:
        used |= {str(value): rule.id for leaf in leaves(rule.when) for value in _answers(leaf)}
        if rule.closes_only_with is not None:
            used[rule.closes_only_with] = f"{rule.id}: closes_only_with"
    for answer, where in used.items():
        if answer not in known:
            yield Problem(SCREENING, question.id, f"{where}: {answer!r} is not one of the options")


def _answers(leaf: Leaf) -> tuple[object, ...]:
    if leaf.field != "answer":
        return ()
    return leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)


def _validity(protocol: Protocol, question: Question) -> Iterator[Problem]:
    days = protocol.screening.valid_days
    wanted = days.before_each_session if AskAt.SESSION in question.ask_at else days.consultation_only
    if question.valid_days != wanted:
        yield Problem(SCREENING, question.id, f"valid_days should be {wanted}")


def _unsure_and_unanswered(question: Question) -> Iterator[Problem]:
    unsure, unanswered = question.unsure, question.unanswered
    for thing, name in ((unsure, "UNSURE"), (unanswered, "UNANSWERED")):
        if thing.id != f"{question.id}.{name}":
            yield Problem(SCREENING, thing.id, f"should be called {question.id}.{name}")
        yield from check_override(SCREENING, thing.id, thing.level, thing.override)
    wanted = Level.BLOCK if unsure.level is Level.BLOCK else Level.NEEDS_REVIEW
    if unanswered.level is not wanted:
        yield Problem(SCREENING, unanswered.id, f"should be {wanted}, the stricter of review and not sure")
    if unanswered.override is not (unsure.override or Override.PRACTITIONER):
        yield Problem(SCREENING, unanswered.id, "may be lifted by another than not sure")
    if unsure.sets_history is not None and unsure.sets_history not in HISTORY:
        yield Problem(SCREENING, unsure.id, f"unknown history {unsure.sets_history!r}")


def _rule(question: Question, rule: Rule) -> Iterator[Problem]:
    yield from check_override(SCREENING, rule.id, rule.level, rule.override)
    if rule.sets_history is not None and rule.sets_history not in HISTORY:
        yield Problem(SCREENING, rule.id, f"unknown history {rule.sets_history!r}")
    last_days = {leaf.value for leaf in leaves(rule.when) if (leaf.field, leaf.op) == ("days_since", Op.LT)}
    if rule.clear_after_days is not None and last_days != {rule.clear_after_days}:
        yield Problem(SCREENING, rule.id, "clear_after_days is not the day on which the rule stops matching")
    carried = placeholders_in(rule.patient_text.en)
    if carried - {"clear_date"}:
        yield Problem(SCREENING, rule.id, "patient_text: may carry {clear_date} alone")
    may_go_on = question.date is not None and question.date.ongoing_label is not None
    if carried and (rule.clear_after_days is None or may_go_on):
        yield Problem(SCREENING, rule.id, "patient_text: {clear_date} is not known for every answer")
