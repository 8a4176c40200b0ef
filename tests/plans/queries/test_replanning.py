import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.actions import visits
from plans.models import Series, Visit
from plans.queries.disruptions import touched
from plans.queries.replanning import Case, cases_of, other_times, proposed, why_none
from plans.rules.away import Away, absence
from plans.rules.plan import Session
from plans.rules.scheduling.model import Proposal, Refusal
from tests.factories.booking import MONDAY, TEN, Desk, slot
from tests.factories.disruptions import DAY, NEXT, TODAY, booked_consultation, booked_series

pytestmark = pytest.mark.django_db


def ill(desk: Desk) -> Away:
    return Away(desk.team.practitioner.user.resource_id, absence(NEXT, NEXT, None, None))


def cases(desk: Desk, away: Away | None = None) -> list[Case]:
    visits = touched(desk.team.clinic, away or ill(desk), at=MONDAY)
    return cases_of(desk.team.clinic, visits, at=MONDAY)


def test_a_series_is_one_case_and_a_visit_of_none_another(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, NEXT + 28 * DAY)
    alone = booked_consultation(desk, "Bea", NEXT, start=TEN + 120)
    first, second = cases(desk)
    assert (first.subject, len(first.chain), first.fixed, first.can_move) == (ana.pk, 2, 0, True)
    assert first.touched == {ana.visits.get(session_number=1).pk}
    assert (second.subject, second.series, second.patient) == (alone.pk, None, alone.patient)


def test_what_is_done_stays_and_the_rest_is_open(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", TODAY, NEXT + 28 * DAY)
    Visit.objects.filter(series=ana, session_number=1).update(state="done")
    closed = Away(None, absence(NEXT + 28 * DAY, NEXT + 28 * DAY, None, None))
    (case,) = cases(desk, closed)
    assert (case.fixed, [session.number for session in case.sessions]) == (1, [2])
    (found,) = proposed(desk.team.clinic, closed, [case], at=MONDAY)
    gap = (found.after[0].slot.day - TODAY).days
    assert (found.outcome, 28 <= gap <= 42) == ("day", True)


def test_nothing_is_proposed_for_who_is_here_or_for_a_series_that_is_held(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", TODAY)
    visits.mark(desk.actor, ana.visits.get(), "arrived", at=MONDAY)
    bea = booked_series(desk, "Bea", TODAY, start=TEN + 120)
    Series.objects.filter(pk=bea.pk).update(state="paused")
    closed = Away(None, absence(TODAY, TODAY, None, None))
    found = proposed(desk.team.clinic, closed, cases(desk, closed), at=MONDAY)
    assert [(one.outcome, one.after) for one in found] == [("fixed", ()), ("fixed", ())]


def test_a_hold_and_an_event_are_kept_clear(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    Series.objects.filter(pk=ana.pk).update(
        earliest_on=NEXT - DAY, event_on=NEXT + 15 * DAY, keep_clear_days=14
    )
    closed = Away(None, absence(NEXT, NEXT, None, None))
    (found,) = proposed(desk.team.clinic, closed, cases(desk, closed), at=MONDAY)
    # Only Sunday, on which nobody works, and Monday itself are left.
    assert (found.outcome, found.after) == ("none", ())


def test_why_there_is_no_place_is_asked_for_one_with_the_numbers_of_its_series(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", TODAY, NEXT + 28 * DAY)
    Visit.objects.filter(series=ana, session_number=1).update(state="done")
    closed = Away(None, absence(NEXT + 7 * DAY, NEXT + 60 * DAY, None, None))
    why = why_none(desk.team.clinic, closed, cases(desk, closed), ana.pk, {}, at=MONDAY)
    assert isinstance(why, Refusal)
    assert (why.reason, why.blocked_session, why.blockers["closed"] > 0) == ("blocked", 2, True)
    assert [way.relax for way in why.relaxations] == ["max_gap"]


def test_a_place_farther_away_than_visits_move_is_told_as_one(desk: Desk) -> None:
    alone = booked_consultation(desk, "Ana", NEXT)
    # Everything within two weeks of it is closed, and a fresh request looks no farther.
    closed = Away(None, absence(NEXT, NEXT + 14 * DAY, None, None))
    (case,) = cases(desk, closed)
    (found,) = proposed(desk.team.clinic, closed, [case], at=MONDAY)
    assert found.outcome == "day"
    assert isinstance(why_none(desk.team.clinic, closed, [case], alone.pk, {}, at=MONDAY), Proposal)
    assert why_none(desk.team.clinic, closed, [], alone.pk, {}, at=MONDAY) is None


def test_the_why_counts_what_is_held_for_the_others(desk: Desk) -> None:
    """The only hole that is left goes to Bea, so for Ana everybody is booked."""
    booked_series(desk, "Ana", NEXT)
    bea = booked_series(desk, "Bea", NEXT, start=TEN + 75)
    closed = Away(None, absence(TODAY, NEXT + 60 * DAY, None, None))
    one_hour = Away(None, absence(TODAY, NEXT + 60 * DAY, 540, 1020))
    ana_case, bea_case = cases(desk, closed)
    assert ana_case.series is not None
    for away in (closed, one_hour):
        why = why_none(desk.team.clinic, away, [ana_case, bea_case], ana_case.subject, {}, at=MONDAY)
        assert isinstance(why, Refusal)
        assert set(why.blockers) >= {"closed"}
    assert bea.pk == bea_case.subject


def test_a_patient_s_other_visit_is_in_the_way(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    closed = Away(None, absence(NEXT, NEXT, None, None))
    (free,) = proposed(desk.team.clinic, closed, cases(desk, closed), at=MONDAY)
    best = free.after[0].slot
    # A colleague sees Ana just then: the practitioner, the room and the device are free all the same.
    other = booked_consultation(desk, "Bea", best.day, start=best.start, who=desk.team.lead)
    other.occupancies.filter(resource__kind="patient").update(resource=ana.patient.resource)
    (found,) = proposed(desk.team.clinic, closed, cases(desk, closed), at=MONDAY)
    assert (found.outcome, found.after[0].slot != best) == ("day", True)


def test_a_pinned_session_goes_where_it_is_pinned(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    pinned = Session(1, slot(desk, NEXT, TEN + 180, desk.team.lead))
    (found,) = proposed(desk.team.clinic, ill(desk), cases(desk), at=MONDAY, pins={ana.pk: [pinned]})
    assert found.after == (pinned,)


def test_a_gap_that_is_too_long_already_may_stay(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, NEXT + 60 * DAY)
    (found,) = proposed(desk.team.clinic, ill(desk), cases(desk), at=MONDAY)
    assert (found.outcome, found.after[1].slot) == ("practitioner", cases(desk)[0].sessions[1].slot)
    assert ana.sessions == 2


def test_dates_that_no_rule_allows_are_decided_by_hand(desk: Desk) -> None:
    booked_series(desk, "Ana", NEXT, NEXT + 450 * DAY)
    (found,) = proposed(desk.team.clinic, ill(desk), cases(desk), at=MONDAY)
    assert (found.outcome, found.after) == ("fixed", ())


def test_other_times_keep_the_rest_of_the_series(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT, NEXT + 42 * DAY)
    found = other_times(desk.team.clinic, ill(desk), cases(desk), ana.pk, at=MONDAY)
    assert len(found) == 8
    assert all(28 <= (NEXT + 42 * DAY - chosen.day).days <= 42 for _number, chosen in found)
    me = desk.team.practitioner.user.resource_id
    assert not [chosen for _number, chosen in found if (chosen.day, chosen.practitioner) == (NEXT, me)]


def test_there_are_no_other_times_for_what_cannot_move(desk: Desk) -> None:
    ana = booked_series(desk, "Ana", NEXT)
    Series.objects.filter(pk=ana.pk).update(state="paused")
    assert other_times(desk.team.clinic, ill(desk), cases(desk), ana.pk, at=MONDAY) == ()


def test_as_many_questions_for_many_as_for_one(desk: Desk) -> None:
    counts = []
    for names in (("Ana",), ("Bea", "Cem", "Dov")):
        for hour, name in enumerate(names):
            booked_series(desk, name, NEXT, start=540 + 75 * (hour + len(names) // 3))
        found = cases(desk)
        with CaptureQueriesContext(connection) as asked:
            proposed(desk.team.clinic, ill(desk), found, at=MONDAY)
        counts.append(len(asked))
    assert counts[0] == counts[1]
