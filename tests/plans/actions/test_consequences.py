"""What was answered and what was done move the dates that are still to come."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from patients.rules.questions import Answer
from plans.actions import series as course
from plans.actions import treat
from plans.actions.checking import refuse_unfit
from plans.actions.consequences import heed_answers
from plans.models import Series, Visit
from plans.queries.gaps import gap_between
from plans.queries.standing import first_day, standing
from plans.queries.treat import ground
from plans.rules.plan import Session
from plans.rules.scheduling.model import Slot
from plans.rules.wishes import Wishes
from tests.factories.booking import MONDAY, a_desk
from tests.factories.plans import VisitFactory
from tests.factories.treat import DAY, a_session, clock, done, signed
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
FIVE_PAST = clock(10, 5)
DEEP = [{"area": "cheeks", "depth_mm": Decimal("1.50"), "passes": 3}]


def answered(team: Team, visit: Visit, at: datetime.datetime = FIVE_PAST, **answers: Any) -> Series:
    """Save the session's record with these answers and return the series as it is then."""
    given = [Answer(*said) for said in answers.values()]
    treat.save(team.practitioner.actor, visit, {}, at, given)
    assert visit.series_id is not None
    return Series.objects.get(pk=visit.series_id)


def test_a_deeper_session_than_was_planned_gives_the_next_one_a_longer_window() -> None:
    team = a_team()
    visit = a_session(team)
    signed(team, visit, areas=DEEP)
    series = Series.objects.get(pk=visit.series_id)
    assert series.windows == {"1": [35, 38, 42]}
    assert (series.window_after(1).earliest, series.window_after(2).earliest) == (35, 28)
    entry = AuditEntry.objects.get(verb="lengthen")
    assert (entry.fields, entry.subject_id) == (["windows"], str(series.pk))


def test_a_strong_session_asks_for_six_weeks_and_the_engine_is_told() -> None:
    team = a_team()
    visit = a_session(team)
    signed(team, visit, is_strong=True)
    series = Series.objects.get(pk=visit.series_id)
    stand = standing(series)
    assert first_day(stand, Wishes(), clock(12)) == visit.day + datetime.timedelta(days=42)
    assert gap_between(series, 2, visit.day, visit.day + datetime.timedelta(days=41)).state == "too_early"
    assert gap_between(series, 2, visit.day, visit.day + datetime.timedelta(days=49)).state == "on_plan"


def test_what_was_planned_was_weighed_when_the_interval_was_signed() -> None:
    team = a_team()
    visit = a_session(team, planned_depth=Decimal("1.50"))
    signed(team, visit, areas=DEEP)
    assert Series.objects.get(pk=visit.series_id).windows == {}


@pytest.mark.parametrize("number", [1, 4])
def test_a_plain_or_last_session_leaves_the_windows_alone(number: int) -> None:
    team = a_team()
    visit = a_session(team, number=number)
    Series.objects.filter(pk=visit.series_id).update(sessions=4)
    signed(team, visit, **({"areas": DEEP} if number == 4 else {}))
    assert Series.objects.get(pk=visit.series_id).windows == {}


def test_a_dated_answer_lets_nothing_be_booked_before_its_day() -> None:
    """Six months after the last tablet: 180 days (SQ-ISO.R2)."""
    team = a_team()
    visit = a_session(team)
    last_tablet = DAY - datetime.timedelta(days=30)
    series = answered(team, visit, said=("SQ-ISO", "stopped", DAY, last_tablet))
    clear = last_tablet + datetime.timedelta(days=180)
    assert (series.cleared_on, series.state, series.held_by_answers) == (clear, "booked", False)
    assert first_day(standing(series), Wishes(), clock(12)) == clear
    entry = AuditEntry.objects.get(verb="heed")
    assert (entry.fields, entry.reason) == (["dates"], "")


def test_nobody_books_before_the_day_that_the_answers_allow() -> None:
    desk = a_desk()
    Series.objects.filter(pk=desk.series.pk).update(cleared_on=MONDAY.date() + datetime.timedelta(days=9))
    desk.series.refresh_from_db()
    stand = standing(desk.series)
    early = Session(1, Slot(MONDAY.date() + datetime.timedelta(days=8), 0, 600))
    reason = "She is sure, and I have looked at her skin myself."
    with pytest.raises(Refused) as refusal:
        refuse_unfit(desk.practitioner, stand, [early], at=MONDAY, reason=reason)
    assert refusal.value.code == "not_cleared"
    assert first_day(stand, Wishes(), MONDAY) == MONDAY.date() + datetime.timedelta(days=9)


def test_a_dated_answer_holds_after_it_is_too_old_for_a_session_and_ends_with_a_new_one() -> None:
    team = a_team()
    visit = a_session(team)
    last_tablet = DAY - datetime.timedelta(days=30)
    series = answered(team, visit, said=("SQ-ISO", "stopped", DAY, last_tablet))
    later = clock(10, 5) + datetime.timedelta(days=20)
    assert heed_answers(team.practitioner.actor, series.patient, later) == []
    heard = answered(team, visit, later, said=("SQ-ISO", "never", DAY))
    assert heard.cleared_on is None


def test_an_answer_without_a_day_pauses_the_series_until_it_changes() -> None:
    team = a_team()
    visit = a_session(team)
    paused = answered(team, visit, said=("SQ-PREG", "yes", DAY))
    assert (paused.state, paused.held_by_answers, paused.cleared_on) == ("paused", True, None)
    assert paused.hold_reason != ""
    heard = answered(team, visit, clock(10, 6), said=("SQ-PREG", "no", DAY))
    assert (heard.state, heard.held_by_answers, heard.hold_reason) == ("booked", False, "")


@pytest.mark.parametrize("answer", ["unsure", "no"])
def test_an_answer_that_is_not_known_moves_nothing(answer: str) -> None:
    team = a_team()
    visit = a_session(team)
    series = answered(team, visit, said=("SQ-PREG", answer, DAY))
    assert (series.held_by_answers, series.cleared_on, series.state) == (False, None, "booked")
    assert not AuditEntry.objects.filter(verb="heed").exists()


def test_a_block_that_is_lifted_lets_the_series_go_on() -> None:
    team = a_team()
    visit = a_session(team)
    answered(team, visit, said=("SQ-SUNBURN", "yes", DAY, DAY - datetime.timedelta(days=4)))
    blocked = Series.objects.get(pk=visit.series_id)
    assert blocked.cleared_on == DAY + datetime.timedelta(days=10)
    reason = "Looked at: the burn has settled and nothing peels."
    treat.resolve_flag(team.practitioner.actor, visit, "SQ-SUNBURN.R1", reason, clock(10, 10))
    assert Series.objects.get(pk=visit.series_id).cleared_on is None


def test_a_practitioners_own_pause_and_resumption_are_not_undone_by_answers() -> None:
    team = a_team()
    visit = a_session(team)
    me = team.practitioner.actor
    course.pause(me, visit.series, reason="Waiting for the letter of her doctor.", at=clock(9))
    heed_answers(me, visit.patient, clock(9, 1))
    series = Series.objects.get(pk=visit.series_id)
    assert (series.state, series.held_by_answers) == ("paused", False)


def test_a_practitioner_may_resume_what_an_answer_paused() -> None:
    team = a_team()
    visit = a_session(team)
    paused = answered(team, visit, said=("SQ-PREG", "yes", DAY))
    resumed = course.resume(team.practitioner.actor, paused, at=clock(10, 20))
    assert (resumed.state, resumed.held_by_answers) == ("booked", False)


def test_the_series_of_another_patient_and_one_that_has_ended_stay_as_they_are() -> None:
    team = a_team()
    visit, other = a_session(team), a_session(team)
    Series.objects.filter(pk=other.series_id).update(state="stopped")
    answered(team, visit, said=("SQ-PREG", "yes", DAY))
    assert Series.objects.get(pk=other.series_id).state == "stopped"
    assert AuditEntry.objects.filter(verb="heed").count() == 1


def test_a_reaction_leaves_the_dates_and_the_session_waits_for_a_look() -> None:
    """Whether a reaction is one to wait for is for a practitioner to see, not for an answer (SQ-REACTION.R1)."""
    team = a_team()
    visit = a_session(team, number=2)
    before, after = (DAY + datetime.timedelta(days=days) for days in (-35, 35))
    VisitFactory.create(series=visit.series, session_number=1, day=before, state="done")
    VisitFactory.create(series=visit.series, session_number=3, day=after)
    said = Answer("SQ-REACTION", "yes", DAY, number=9)
    record = treat.save(team.practitioner.actor, visit, done(), FIVE_PAST, [said])
    series = Series.objects.get(pk=visit.series_id)
    assert (series.state, series.held_by_answers, series.cleared_on) == ("active", False, None)
    assert not AuditEntry.objects.filter(verb="heed").exists()
    stand = ground(visit)
    assert stand is not None
    assert [(flag.id, flag.level) for flag in stand.open(record)] == [("SQ-REACTION.R1", "needs_review")]
    with pytest.raises(treat.NotReady) as refusal:
        treat.sign(team.practitioner.actor, record, clock(10, 50))
    assert [field for field, _words in refusal.value.problems] == ["flags"]
    paused = course.pause(team.practitioner.actor, series, reason="Waiting until it settles.", at=clock(11))
    assert (paused.state, paused.held_by_answers) == ("paused", False)
    found = Visit.objects.filter(series=series).order_by("session_number")
    assert [(one.day, one.state) for one in found] == [
        (before, "done"),
        (DAY, "in_treatment"),
        (after, "booked"),
    ]


def test_a_reaction_that_was_looked_at_lets_the_session_be_signed() -> None:
    team = a_team()
    visit, me = a_session(team, number=2), team.practitioner.actor
    record = treat.save(me, visit, done(), FIVE_PAST, [Answer("SQ-REACTION", "yes", DAY, number=3)])
    treat.resolve_flag(me, visit, "SQ-REACTION.R1", "Looked at: three days of pink, no marks.", clock(10, 10))
    assert treat.sign(me, record, clock(10, 50)).number == 1
