"""The proposal: never out of bounds, never milder for more, every number with its reason."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.rules.roles import Role
from patients.rules.flags import Flag, settle
from patients.rules.screening import Screening
from patients.rules.terms import Language, Level, Override, Status
from plans.rules.recommend import ConcernFound, Consult, Reason, Recommendation, override_faults, recommend
from plans.rules.terms import Endpoint, Fault, Goal, Severity, SunDamage
from plans.rules.treatment import Needling
from tests.plans.rules.shipped import PROTOCOL

LINES = ConcernFound("fine_lines", ("face_full",), Severity.MILD)
PLAIN = Consult(age=30, skin_type=3, concerns=(LINES,), screening=Screening())


def proposal(**change: Any) -> Recommendation:
    return recommend(PROTOCOL, replace(PLAIN, **change))


def sessions(found: Recommendation) -> tuple[int, int, int]:
    return found.min, found.max, found.suggest


def flag_ids(found: Recommendation) -> list[str]:
    return [flag.id for flag in found.flags]


def test_every_number_comes_with_its_reason_and_source() -> None:
    found = proposal(age=45)
    told = [(line.id, line.reason, line.shown, line.source_ids) for line in found.lines]
    assert told == [
        ("fine_lines.mild", Reason.SESSIONS, True, ("SEED-001", "SEED-003", "SEED-004", "EXCEED-2018")),
        ("M-AGE-SUN", Reason.MODIFIER, True, ("SEED-001", "SEED-004", "HOUSE")),
        ("I-BASE", Reason.INTERVAL, False, ("SEED-001", "SEED-003", "SEED-004")),
        ("I-AGE-40", Reason.INTERVAL, True, ("SEED-001", "HOUSE")),
    ]
    assert found.lines[3].text[Language.EN] == "Over 40, skin repairs a little more slowly."


def test_sun_and_age_together_add_one_session_once() -> None:
    young, old, both = (
        proposal(sun_damage=SunDamage.SEVERE),
        proposal(age=41),
        proposal(age=41, sun_damage=SunDamage.SEVERE),
    )
    assert sessions(proposal()) == (3, 4, 3)
    assert sessions(young) == sessions(old) == sessions(both) == (3, 5, 4)


def test_concerns_are_never_added_together() -> None:
    pores = ConcernFound("large_pores", ("nose",), Severity.SEVERE)
    assert sessions(proposal(concerns=(LINES, pores))) == (3, 5, 4)


def test_a_grade_sets_the_severity_even_against_the_one_given() -> None:
    graded = ConcernFound("acne_scars", ("cheeks",), severity=Severity.MILD, grade=4)
    assert sessions(proposal(concerns=(graded,))) == (5, 6, 6)


@pytest.mark.parametrize(
    "concern",
    [
        ConcernFound("fine_lines", ("neck",)),
        ConcernFound("acne_scars", ("cheeks",), grade=5),
        ConcernFound("fine_lines", ("neck",), grade=2),
    ],
)
def test_a_concern_without_a_usable_severity_is_refused(concern: ConcernFound) -> None:
    with pytest.raises(ValueError, match="needs a severity, or a grade of its scale"):
        proposal(concerns=(concern,))


def test_a_proposal_needs_a_concern_that_the_protocol_knows() -> None:
    with pytest.raises(ValueError, match="at least one concern"):
        proposal(concerns=())
    with pytest.raises(KeyError, match="freckles"):
        proposal(concerns=(ConcernFound("freckles", ("neck",), Severity.MILD),))
    with pytest.raises(KeyError, match="scalp"):
        proposal(concerns=(ConcernFound("fine_lines", ("scalp",), Severity.MILD),))


def test_without_a_planned_depth_no_guard_of_depth_matches() -> None:
    dark = proposal(skin_type=5)
    assert flag_ids(dark) == ["FST-4-6"]
    assert flag_ids(proposal(skin_type=5, plan=Needling(Decimal("1.25")))) == ["FST-4-6", "DEPTH-DARK-FIRST"]


def test_confluent_bleeding_or_two_millimetres_make_it_strong() -> None:
    plans = [
        Needling(Decimal("1.9")),
        Needling(Decimal("2.0")),
        Needling(endpoint=Endpoint.CONFLUENT_BLEEDING),
    ]
    assert [proposal(plan=plan).interval_days for plan in plans] == [35, 42, 42]


def test_inside_the_eye_socket_blocks_and_nobody_may_lift_it() -> None:
    found = proposal(plan=Needling(inside_orbital_rim=True))
    assert [(flag.id, flag.level, flag.override) for flag in found.flags] == [
        ("EYE-RIM", Level.BLOCK, Override.NOBODY)
    ]
    assert found.status is Status.BLOCKED


def test_the_nearest_coming_event_counts() -> None:
    late, past = Screening(event_in_days=17), Screening(event_in_days=-3)
    assert flag_ids(proposal(screening=late, event_in_days=10)) == ["EVENT-14"]
    assert flag_ids(proposal(screening=late)) == ["EVENT-21"]
    assert flag_ids(proposal(screening=past, event_in_days=17)) == ["EVENT-21"]
    assert flag_ids(proposal(screening=past)) == []


@pytest.mark.parametrize(
    ("days", "flags"),
    [(0, ["EVENT-14"]), (13, ["EVENT-14"]), (14, ["EVENT-21"]), (20, ["EVENT-21"]), (21, [])],
)
def test_an_event_on_each_edge(days: int, flags: list[str]) -> None:
    assert flag_ids(proposal(event_in_days=days)) == flags


def test_history_gathers_from_concerns_answers_and_the_chart() -> None:
    found = proposal(
        concerns=(ConcernFound("melasma", ("cheeks",), Severity.MILD),),
        screening=Screening(history=frozenset({"hsv"})),
        history=frozenset({"pih"}),
    )
    assert found.history == {"melasma", "hsv", "pih"}


def test_a_settled_review_leaves_the_proposal_ready_until_what_it_rests_on_changes() -> None:
    plan = Needling(Decimal("1.25"))
    (flag,) = (one for one in proposal(skin_type=5, plan=plan).flags if one.level is Level.NEEDS_REVIEW)
    resolution = settle(
        flag,
        reason="Test area was fine",
        role=Role.PRACTITIONER,
        by="Ana Lima",
        at=datetime(2026, 5, 30, tzinfo=UTC),
    )
    same = recommend(PROTOCOL, replace(PLAIN, skin_type=5, plan=plan), (resolution,))
    deeper = recommend(PROTOCOL, replace(PLAIN, skin_type=5, plan=Needling(Decimal("1.5"))), (resolution,))
    assert (same.status, deeper.status) == (Status.READY, Status.REVIEW)


def test_a_note_of_a_concern_reads_its_own_severity_alone() -> None:
    acne = ConcernFound("acne_scars", ("cheeks",), grade=2)
    wrinkles = ConcernFound("wrinkles", ("neck",), Severity.SEVERE)
    assert flag_ids(proposal(concerns=(acne, wrinkles))) == []


def test_the_worse_of_two_entries_of_one_concern_counts() -> None:
    mild, severe = (ConcernFound("acne_scars", ("cheeks",), grade=grade) for grade in (1, 4))
    for order in ((mild, severe), (severe, mild)):
        assert proposal(concerns=order).interval_days == 42


def test_melasma_is_capped_at_four() -> None:
    melasma = ConcernFound("melasma", ("cheeks",), Severity.SEVERE)
    assert sessions(proposal(age=60, goal=Goal.MAXIMUM, concerns=(melasma,))) == (3, 4, 4)


REASON = "Patient lives abroad until May"


@pytest.mark.parametrize(
    ("number", "days", "reason", "fields"),
    [
        (3, 28, "", []),
        (4, 28, "", []),
        (5, 28, "", ["reason"]),
        (2, 28, REASON, []),
        (10, 84, REASON, []),
        (1, 21, REASON, []),
        (0, 28, REASON, ["sessions"]),
        (11, 28, REASON, ["sessions"]),
        (3, 20, REASON, ["interval_days"]),
        (3, 85, REASON, ["interval_days"]),
        (3, 35, "too short", ["reason"]),
        (3, 35, " " * 20, ["reason"]),
        (11, 85, "", ["sessions", "interval_days", "reason"]),
    ],
)
def test_an_override_stays_in_bounds_and_has_a_reason(
    number: int, days: int, reason: str, fields: list[str]
) -> None:
    found = override_faults(PROTOCOL, proposal(), sessions=number, interval_days=days, reason=reason)
    assert [fault.field for fault in found] == fields


def test_the_faults_of_an_override_name_the_bounds() -> None:
    assert override_faults(PROTOCOL, proposal(), sessions=11, interval_days=85, reason="") == (
        Fault("sessions", "is between 1 and 10"),
        Fault("interval_days", "is between 21 and 84"),
        Fault("reason", "needs at least 15 characters"),
    )


AREAS = st.lists(st.sampled_from([area.id for area in PROTOCOL.course.areas]), min_size=1, max_size=3)
UNGRADED = [concern.id for concern in PROTOCOL.course.concerns]
concerns = st.builds(
    ConcernFound,
    concern=st.sampled_from(UNGRADED),
    areas=AREAS.map(tuple),
    severity=st.sampled_from(Severity),
)
depths = st.none() | st.decimals("0.25", "3", places=2)
plans = st.builds(
    Needling,
    depth_mm=depths,
    endpoint=st.none() | st.sampled_from(Endpoint),
    practitioner_marked=st.booleans(),
    inside_orbital_rim=st.booleans(),
)
flags = st.builds(
    Flag,
    id=st.just("X"),
    level=st.sampled_from(Level),
    override=st.just(Override.PRESCRIBER),
    staff_note=st.just(""),
    basis=st.just(""),
)
screenings = st.builds(
    Screening,
    flags=st.lists(flags, max_size=2).map(tuple),
    history=st.frozensets(st.sampled_from(["hsv", "pih", "melasma"])),
    event_in_days=st.none() | st.integers(-10, 40),
    last_downtime_days=st.none() | st.integers(0, 20),
)
consults = st.builds(
    Consult,
    age=st.integers(16, 95),
    skin_type=st.integers(1, 6),
    concerns=st.lists(concerns, min_size=1, max_size=4).map(tuple),
    screening=screenings,
    sun_damage=st.sampled_from(SunDamage),
    goal=st.sampled_from(Goal),
    plan=plans,
    session_number=st.integers(1, 6),
    event_in_days=st.none() | st.integers(-10, 40),
)
STRICTNESS = [Status.READY, Status.REVIEW, Status.BLOCKED]


@settings(max_examples=60)
@given(consult=consults)
def test_no_proposal_leaves_its_bounds(consult: Consult) -> None:
    found = recommend(PROTOCOL, consult)
    assert 3 <= found.min <= found.suggest <= found.max <= 6
    assert 28 <= found.interval_days <= 42
    assert found.window.earliest == found.interval_days <= found.window.target <= found.window.latest
    shown = [line for line in found.lines if line.shown]
    assert {line.reason for line in shown} >= {Reason.SESSIONS, Reason.INTERVAL}
    assert all(line.source_ids for line in found.lines)


@settings(max_examples=40)
@given(consult=consults, extra=flags)
def test_another_flag_never_makes_it_readier_and_never_changes_the_numbers(
    consult: Consult, extra: Flag
) -> None:
    more = replace(consult, screening=replace(consult.screening, flags=(*consult.screening.flags, extra)))
    before, after = recommend(PROTOCOL, consult), recommend(PROTOCOL, more)
    assert STRICTNESS.index(after.status) >= STRICTNESS.index(before.status)
    assert (sessions(after), after.interval_days) == (sessions(before), before.interval_days)
    if extra.level is Level.BLOCK:
        assert after.status is Status.BLOCKED


@settings(max_examples=40)
@given(consult=consults, extra=concerns)
def test_another_concern_never_shortens_the_interval(consult: Consult, extra: ConcernFound) -> None:
    more = replace(consult, concerns=(*consult.concerns, extra))
    assert recommend(PROTOCOL, more).interval_days >= recommend(PROTOCOL, consult).interval_days


@settings(max_examples=40)
@given(consult=consults)
def test_the_order_of_concerns_changes_nothing(consult: Consult) -> None:
    turned = replace(consult, concerns=consult.concerns[::-1])
    one, other = recommend(PROTOCOL, consult), recommend(PROTOCOL, turned)
    assert (one.status, sessions(one), one.window) == (other.status, sessions(other), other.window)
    assert set(flag_ids(one)) == set(flag_ids(other))
