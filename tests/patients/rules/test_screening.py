"""Answers to the safety questions: flags, dates, expiry, and what an earlier answer still holds."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.rules.roles import Role
from patients.rules.flags import Flag, settle, status
from patients.rules.questions import Answer, AskAt
from patients.rules.screening import AnswerError, Screening, check, evaluate, questions_to_ask
from patients.rules.terms import Language, Level, Override, Status
from tests.plans.rules.shipped import PROTOCOL

QUESTIONNAIRE = PROTOCOL.questionnaire
DAY = date(2026, 6, 1)


def days_ago(days: int) -> date:
    return DAY - timedelta(days=days)


def all_clear(given_on: date = DAY) -> list[Answer]:
    return [Answer(one.id, one.clear_answer, given_on) for one in QUESTIONNAIRE.questions]


def screen(
    *answers: Answer, session_number: int = 1, at: AskAt = AskAt.SESSION, day: date = DAY
) -> Screening:
    """Everything else is clear; the answers handed in come after those."""
    told = {answer.question for answer in answers}
    rest = [answer for answer in all_clear(day) if answer.question not in told]
    return evaluate(QUESTIONNAIRE, [*rest, *answers], reference_day=day, session_number=session_number, at=at)


def ids(found: Screening) -> list[str]:
    return [flag.id for flag in found.flags]


def only(found: Screening) -> Flag:
    (flag,) = found.flags
    return flag


def test_all_clear_raises_nothing() -> None:
    assert screen() == Screening()


def test_without_answers_every_question_of_the_visit_is_unanswered() -> None:
    found = evaluate(QUESTIONNAIRE, [], reference_day=DAY, at=AskAt.CONSULTATION)
    asked = [one.id for one in questions_to_ask(QUESTIONNAIRE, 1, AskAt.CONSULTATION)]
    assert ids(found) == [f"{name}.UNANSWERED" for name in asked]
    assert status(found.flags) == Status.BLOCKED
    assert found.history == {"hsv", "pih", "melasma", "sensitive", "contact_allergy", "anticoagulant"}


def test_a_question_asked_before_sessions_alone_is_silent_at_a_consultation() -> None:
    ill = Answer("SQ-ANTIBIO", "yes", DAY)
    assert ids(screen(ill, at=AskAt.CONSULTATION)) == []
    assert ids(screen(ill, at=AskAt.SESSION)) == ["SQ-ANTIBIO.R1"]


def test_a_question_for_later_sessions_is_silent_at_the_first() -> None:
    marks = Answer("SQ-NEWMARKS", "yes", DAY)
    assert ids(screen(marks, session_number=1)) == []
    assert ids(screen(marks, session_number=2)) == ["SQ-NEWMARKS.R1"]


@pytest.mark.parametrize(("days", "flags"), [(179, ["SQ-ISO.R2"]), (180, []), (200, [])])
def test_a_look_back_ends_on_its_day(days: int, flags: list[str]) -> None:
    assert ids(screen(Answer("SQ-ISO", "stopped", DAY, on=days_ago(days)))) == flags


def test_the_clear_date_counts_from_the_date_given() -> None:
    flag = only(screen(Answer("SQ-ISO", "stopped", DAY, on=days_ago(179))))
    assert flag.clear_on == date(2026, 6, 2)
    assert flag.message(Language.EN) == (
        "We wait six months after your last tablet. We can start from Tuesday 2 June."
    )


def test_still_going_on_is_no_days_ago_and_has_no_clear_date() -> None:
    flag = only(screen(Answer("SQ-SUNBURN", "yes", DAY, ongoing=True)))
    assert (flag.id, flag.clear_on) == ("SQ-SUNBURN.R1", None)


def test_a_dated_answer_without_its_date_counts_as_not_sure() -> None:
    assert ids(screen(Answer("SQ-ISO", "stopped", DAY))) == ["SQ-ISO.UNSURE"]
    assert ids(screen(Answer("SQ-EVENT", "yes", DAY))) == ["SQ-EVENT.UNSURE"]


def test_the_first_rule_that_matches_wins() -> None:
    found = [screen(Answer("SQ-SURGERY", "yes", DAY, on=days_ago(days))) for days in (89, 90, 364, 365)]
    assert [ids(one) for one in found] == [["SQ-SURGERY.R1"], ["SQ-SURGERY.R2"], ["SQ-SURGERY.R2"], []]


@pytest.mark.parametrize(
    ("question", "last_day"), [("SQ-WOUND", 3), ("SQ-PREG", 3), ("SQ-HEART", 180), ("SQ-KELOID", 180)]
)
def test_an_answer_counts_to_its_last_day(question: str, last_day: int) -> None:
    fresh = Answer(question, "no", days_ago(last_day))
    stale = Answer(question, "no", days_ago(last_day + 1))
    assert ids(screen(fresh)) == []
    assert ids(screen(stale)) == [f"{question}.UNANSWERED"]


def test_asked_but_not_answered_is_unanswered() -> None:
    flag = only(screen(Answer("SQ-SMOKE", None, DAY)))
    assert (flag.id, flag.level, flag.override) == (
        "SQ-SMOKE.UNANSWERED",
        Level.NEEDS_REVIEW,
        Override.PRACTITIONER,
    )
    assert flag.message(Language.ES) == (
        "Por favor, responde esta pregunta. La necesitamos para tratarte con seguridad."
    )


def test_history_is_set_by_yes_by_not_sure_and_by_silence() -> None:
    said = [
        Answer("SQ-HSV-PAST", "yes", DAY),
        Answer("SQ-HSV-PAST", "unsure", DAY),
        Answer("SQ-HSV-PAST", None, DAY),
        Answer("SQ-HSV-PAST", "no", DAY),
    ]
    assert [sorted(screen(answer).history) for answer in said] == [["hsv"], ["hsv"], ["hsv"], []]


def test_the_latest_answer_counts() -> None:
    earlier = Answer("SQ-WOUND", "yes", days_ago(2))
    assert ids(screen(earlier, Answer("SQ-WOUND", "no", DAY))) == []
    assert ids(screen(Answer("SQ-WOUND", "no", DAY), earlier)) == []


def test_a_cold_sore_is_not_closed_by_a_plain_no() -> None:
    sore = Answer("SQ-HSV-NOW", "yes", days_ago(30))
    assert ids(screen(sore, Answer("SQ-HSV-NOW", "no", DAY))) == ["SQ-HSV-NOW.R1"]
    assert ids(screen(sore, Answer("SQ-HSV-NOW", "unsure", DAY))) == ["SQ-HSV-NOW.R1"]


def test_a_cold_sore_holds_until_fourteen_days_after_it_healed() -> None:
    sore = Answer("SQ-HSV-NOW", "yes", days_ago(30))
    healed = [Answer("SQ-HSV-NOW", "healed", DAY, on=days_ago(days)) for days in (13, 14)]
    found = [screen(sore, answer) for answer in healed]
    assert [ids(one) for one in found] == [["SQ-HSV-NOW.R2"], []]
    assert found[0].flags[0].clear_on == date(2026, 6, 2)


def test_after_it_healed_a_later_no_closes_it() -> None:
    sore = Answer("SQ-HSV-NOW", "yes", days_ago(40))
    healed = Answer("SQ-HSV-NOW", "healed", days_ago(20), on=days_ago(20))
    assert ids(screen(sore, healed, Answer("SQ-HSV-NOW", "no", DAY))) == []


def test_a_second_cold_sore_holds_again() -> None:
    healed = Answer("SQ-HSV-NOW", "healed", days_ago(40), on=days_ago(40))
    again = Answer("SQ-HSV-NOW", "yes", days_ago(20))
    assert ids(screen(healed, again, Answer("SQ-HSV-NOW", "no", DAY))) == ["SQ-HSV-NOW.R1"]


def test_an_event_sets_its_days_and_a_past_one_sets_them_negative() -> None:
    coming = screen(Answer("SQ-EVENT", "yes", DAY, on=DAY + timedelta(days=17)))
    past = screen(Answer("SQ-EVENT", "yes", DAY, on=days_ago(2)))
    assert (coming.event_in_days, past.event_in_days, ids(coming), ids(past)) == (17, -2, [], [])


def test_a_reaction_sets_the_days_of_downtime() -> None:
    found = screen(Answer("SQ-REACTION", "yes", DAY, number=8), session_number=2)
    assert (ids(found), found.last_downtime_days) == (["SQ-REACTION.R1"], 8)


def test_numbers_of_an_expired_answer_do_not_count() -> None:
    old = Answer("SQ-EVENT", "yes", days_ago(4), on=DAY + timedelta(days=5))
    assert screen(old).event_in_days is None


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer("SQ-NONE", "no", DAY), "unknown question"),
        (Answer("SQ-PREG", "maybe", DAY), "'maybe' is not one of the answers"),
        (Answer("SQ-PREG", "yes", DAY, on=DAY), "this answer takes no date"),
        (Answer("SQ-ISO", "never", DAY, on=DAY), "this answer takes no date"),
        (Answer("SQ-ISO", "stopped", DAY, on=DAY + timedelta(days=1)), "the date lies in the future"),
        (Answer("SQ-ISO", "stopped", DAY, ongoing=True), "this cannot be still going on"),
        (Answer("SQ-CHEMO", "yes", DAY, on=DAY, ongoing=True), "either a date or still going on, not both"),
        (Answer("SQ-REACTION", "no", DAY, number=3), "this answer takes no number"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(answer: Answer, problem: str) -> None:
    with pytest.raises(AnswerError) as caught:
        evaluate(QUESTIONNAIRE, [answer], reference_day=DAY)
    assert caught.value.problems == ((answer.question, problem),)


def test_a_future_date_is_judged_by_the_day_of_the_answer_not_of_the_session() -> None:
    question = QUESTIONNAIRE.question("SQ-ISO")
    said = Answer("SQ-ISO", "stopped", days_ago(3), on=days_ago(1))
    assert check(question, said) == ("the date lies in the future",)
    assert check(question, replace(said, on=days_ago(3))) == ()
    assert check(question, replace(said, on=None)) == ()


def test_before_a_session_only_what_may_have_changed_is_asked() -> None:
    first = {one.id for one in questions_to_ask(QUESTIONNAIRE, 1, AskAt.SESSION)}
    later = {one.id for one in questions_to_ask(QUESTIONNAIRE, 2, AskAt.SESSION)}
    assert later - first == {"SQ-REACTION", "SQ-NEWMARKS"}
    assert "SQ-KELOID" not in later


def test_an_older_question_is_asked_again_once_its_answer_is_too_old() -> None:
    old = [
        replace(one, given_on=days_ago(181)) if one.question == "SQ-KELOID" else one for one in all_clear()
    ]
    usual = questions_to_ask(QUESTIONNAIRE, 2, AskAt.SESSION)
    again = questions_to_ask(QUESTIONNAIRE, 2, AskAt.SESSION, old, DAY)
    assert {one.id for one in again} - {one.id for one in usual} == {"SQ-KELOID"}


def lifted(flag: Flag) -> bool:
    """Whether a prescriber's lift of `flag`, made for session 1, still holds."""
    made = only(screen(Answer("SQ-BF", "yes", DAY)))
    resolution = settle(
        made,
        reason="Reviewed with the patient",
        role=Role.PRESCRIBER,
        by="Dr Okafor",
        at=datetime(2026, 5, 30, tzinfo=UTC),
    )
    return status([flag], [resolution]) == Status.READY


def test_a_lift_holds_while_the_answer_stays_the_same() -> None:
    later = Answer("SQ-BF", "yes", DAY + timedelta(days=2))
    assert lifted(only(screen(later, day=DAY + timedelta(days=3)))) is True


def test_a_lift_of_a_question_asked_before_each_session_holds_for_that_session_only() -> None:
    assert lifted(only(screen(Answer("SQ-BF", "yes", DAY), session_number=2))) is False


def test_a_lift_does_not_hold_for_another_protocol_version() -> None:
    newer = replace(QUESTIONNAIRE, version="2027.1")
    answers = [*all_clear(), Answer("SQ-BF", "yes", DAY)]
    assert lifted(only(evaluate(newer, answers, reference_day=DAY))) is False


def test_a_lift_for_a_date_does_not_hold_for_another_date() -> None:
    one, other = (only(screen(Answer("SQ-ISO", "stopped", DAY, on=days_ago(days)))) for days in (100, 101))
    assert one.basis != other.basis


def test_a_settled_history_question_holds_for_every_session() -> None:
    keloid = Answer("SQ-KELOID", "yes", DAY)
    first, second = (only(screen(keloid, session_number=number)) for number in (1, 2))
    assert first.basis == second.basis


answers_given = st.sampled_from(QUESTIONNAIRE.questions).flatmap(
    lambda one: st.builds(
        Answer,
        question=st.just(one.id),
        answer=st.none() | st.sampled_from([option.value for option in one.options]),
        given_on=st.integers(0, 400).map(days_ago),
    )
)


@settings(max_examples=40)
@given(answers=st.lists(answers_given, max_size=30), session_number=st.integers(1, 6))
def test_a_question_raises_at_most_one_flag(answers: list[Answer], session_number: int) -> None:
    found = evaluate(QUESTIONNAIRE, answers, reference_day=DAY, session_number=session_number)
    asked = [flag.question for flag in found.flags]
    assert len(asked) == len(set(asked))


@settings(max_examples=30)
@given(answers=st.lists(answers_given, max_size=60))
def test_nothing_is_clear_until_every_question_has_an_answer_that_counts(answers: list[Answer]) -> None:
    found = evaluate(QUESTIONNAIRE, answers, reference_day=DAY)
    latest = {one.question: one for one in sorted(answers, key=lambda one: one.given_on)}
    for question in questions_to_ask(QUESTIONNAIRE, 1, AskAt.SESSION):
        answer = latest.get(question.id)
        counts = (
            answer is not None
            and answer.answer is not None
            and (DAY - answer.given_on).days <= question.valid_days
        )
        assert counts or question.id in {flag.question for flag in found.flags}


@given(
    days=st.integers(0, 400),
    given_before=st.integers(0, 3),
    question=st.sampled_from(["SQ-ISO", "SQ-SURGERY"]),
)
def test_no_flag_outlives_its_clear_date(days: int, given_before: int, question: str) -> None:
    said = Answer(
        question,
        "stopped" if question == "SQ-ISO" else "yes",
        days_ago(given_before),
        on=days_ago(days + given_before),
    )
    for flag in screen(said).flags:
        if flag.clear_on is not None:
            assert flag.clear_on > DAY
            told_again = replace(said, given_on=flag.clear_on)
            assert flag.id not in ids(screen(told_again, day=flag.clear_on))
