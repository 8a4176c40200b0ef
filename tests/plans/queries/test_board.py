"""What a card of the diary says: its next step, its note, its gap, and what is missing."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.actions.holding import hold
from plans.models import Series, Visit, VisitType
from plans.queries.board import (
    Entry,
    Offered,
    busy_between,
    entries_of,
    offered_by,
    step_of,
    visits_between,
    who_stands,
)
from plans.queries.gaps import Gap
from tests.factories.booking import MONDAY, Desk, a_desk, a_session
from tests.factories.clinic import MembershipFactory
from tests.factories.patients import PatientFactory
from tests.factories.plans import VisitFactory, consent_to_treatment

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)
AT_TEN = MONDAY + datetime.timedelta(hours=2)


def card(desk: Desk, visit: Visit, at: datetime.datetime = AT_TEN) -> Entry:
    visits = visits_between(desk.actor, desk.team.clinic, visit.day, visit.day)
    return next(one for one in entries_of(visits, desk.team.clinic, at=at) if one.visit == visit)


@pytest.mark.parametrize(("kind", "step"), [("treatment", ""), ("review", "done"), ("blocked", "")])
def test_the_step_of_a_visit_under_way(kind: str, step: str) -> None:
    assert step_of(Visit(kind=kind, state="in_treatment")) == step


@pytest.mark.parametrize(
    ("start", "state", "step"),
    [
        (600, "booked", "arrived"),
        (540, "booked", "no_show"),  # its hour has gone by
        (545, "confirmed", "arrived"),  # not quite
        (540, "arrived", "in_room"),  # who is here has come
        (600, "no_show", ""),
    ],
)
def test_the_step_that_a_card_of_today_offers(desk: Desk, start: int, state: str, step: str) -> None:
    assert card(desk, a_session(desk, start_minute=start, minutes=60, state=state)).step == step


def test_a_card_of_another_day_or_of_a_held_series_offers_none(desk: Desk) -> None:
    tomorrow = a_session(desk, day=TODAY + datetime.timedelta(days=1))
    assert card(desk, tomorrow).step == ""
    today = a_session(desk, session_number=2)
    Series.objects.update(state="paused")
    assert (card(desk, today).step, card(desk, today).look_first) == ("", True)


def test_a_note_is_that_of_the_visit_or_else_of_the_patient(desk: Desk) -> None:
    visit = a_session(desk, note="")
    desk.patient.desk_note = "Prefers mornings"
    desk.patient.save()
    assert card(desk, visit).note == "Prefers mornings"
    Visit.objects.update(note="Comes with her sister")
    assert card(desk, visit).note == "Comes with her sister"
    blocked = VisitFactory.create(
        clinic=desk.team.clinic,
        patient=None,
        practitioner=desk.team.lead,
        kind="blocked",
        day=TODAY,
        note="Lunch",
    )
    assert card(desk, blocked).note == ""  # that is its name


def test_the_gap_is_counted_from_what_stands_and_consent_is_told(desk: Desk) -> None:
    a_session(desk, day=TODAY - datetime.timedelta(days=40), state="no_show")
    a_session(desk, day=TODAY - datetime.timedelta(days=35), state="done")
    visit = a_session(desk, session_number=2)
    gap = card(desk, visit).gap
    assert gap is not None
    assert (gap.days, card(desk, visit).consent_missing) == (35, True)
    consent_to_treatment(desk.patient, desk.team.clinic)
    assert not card(desk, visit).consent_missing
    review = VisitFactory.create(patient=desk.patient, practitioner=desk.team.lead, kind="review", day=TODAY)
    assert (card(desk, review).gap, card(desk, review).consent_missing) == (None, False)


@pytest.mark.parametrize(
    ("rows", "step", "state", "says"),
    [(9, "in_room", "arrived", True), (12, "in_room", "arrived", False), (9, "", "done", False),
     (9, "arrived", "booked", False)],
)  # fmt: skip
def test_a_low_card_says_its_state_beside_the_name(rows: int, step: str, state: str, says: bool) -> None:
    assert Entry("visit", (600, 645), rows=rows, step=step, visit=Visit(state=state)).says_state is says


@pytest.mark.parametrize(
    ("rows", "step", "state", "gap", "crowded"),
    [
        (9, "", "booked", None, True),
        (12, "in_treatment", "in_room", Gap(35, "too_early"), True),
        (12, "arrived", "booked", Gap(35, "on_plan"), False),
        (12, "in_treatment", "in_room", Gap(None, "first"), False),
        (12, "", "done", Gap(35, "on_plan"), False),
        (14, "in_treatment", "in_room", Gap(35, "too_early"), False),
    ],
)
def test_a_card_whose_tags_need_two_lines_has_one_for_the_name(
    rows: int, step: str, state: str, gap: Gap | None, crowded: bool
) -> None:
    entry = Entry("visit", (600, 660), rows=rows, step=step, gap=gap, visit=Visit(state=state))
    assert entry.is_crowded is crowded


def test_kinds_are_told_the_longest_first_with_who_may_give_them(desk: Desk) -> None:
    VisitType.objects.filter(kind="treatment").update(practitioner_before=5, practitioner_after=10)
    VisitType.objects.get(kind="treatment").practitioners.add(desk.team.lead)
    assert offered_by(desk.team.clinic) == (
        Offered("treatment", 75, frozenset({desk.team.lead.pk})), Offered("consultation", 45),
    )  # fmt: skip


def test_an_evening_elsewhere_may_lie_on_two_days_here(desk: Desk) -> None:
    other = a_desk("harbour", "America/New_York")
    user = desk.team.practitioner.user
    there = MembershipFactory.create(clinic=other.team.clinic, user=user, is_practitioner=True)
    late = VisitFactory.create(
        patient=other.patient,
        practitioner=there,
        kind="review",
        day=TODAY,
        start_minute=18 * 60 + 30,
        minutes=60,
    )
    hold([late], None)
    members = who_stands(desk.team.clinic, [])
    found = busy_between(desk.team.clinic, members, TODAY, TODAY + datetime.timedelta(days=1))
    mine = desk.team.practitioner.pk
    assert found.elsewhere[mine, TODAY] == [(1410, 1440)]
    assert found.elsewhere[mine, TODAY + datetime.timedelta(days=1)] == [(0, 30)]
    assert dict(found.here) == {}


def test_what_is_long_past_is_not_read(desk: Desk) -> None:
    old = a_session(desk, day=TODAY - datetime.timedelta(days=300), state="booked")
    hold([old], None)
    with CaptureQueriesContext(connection) as found:
        busy_between(desk.team.clinic, who_stands(desk.team.clinic, []), TODAY, TODAY)
    assert '"starts_at" >=' in found[-1]["sql"]


def test_cancelled_visits_and_those_of_other_clinics_are_not_read(desk: Desk) -> None:
    a_session(desk, state="cancelled")
    other = a_desk("harbour")
    VisitFactory.create(
        patient=PatientFactory.create(clinic=other.team.clinic),
        practitioner=other.team.practitioner, kind="review", day=TODAY,
    )  # fmt: skip
    assert visits_between(desk.actor, desk.team.clinic, TODAY, TODAY) == []
    assert visits_between(other.actor, desk.team.clinic, TODAY, TODAY) == []
