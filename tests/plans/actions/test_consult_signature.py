"""The signature: complete, ready, read as it stands; and the series that it makes."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from patients.models import Patient
from plans.actions import consult
from plans.models import Consultation, Series
from tests.factories.consult import AT, TODAY, a_draft, clear_answers, publish_shipped
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
LATER = AT + datetime.timedelta(minutes=20)
REASON = "She travels a lot and can come this often."


def test_an_accepted_proposal_becomes_a_series_to_book(team: Team, patient: Patient) -> None:
    draft = a_draft(team.practitioner, patient)
    series = consult.sign(team.practitioner.actor, draft, LATER, seen=(4, 28))
    assert series is not None
    assert (series.sessions, series.min_days, series.target_days, series.max_days) == (4, 28, 35, 42)
    assert (series.state, series.patient, series.practitioner) == ("to_book", patient, team.practitioner)
    assert (series.event_on, series.keep_clear_days) == (None, 0)
    draft.refresh_from_db()
    me = team.practitioner
    assert draft.signed_as == f"{me.user.name}, Nurse, LIC-1"
    assert (draft.signed_at, draft.signed_by, draft.sessions, draft.interval_days) == (LATER, me.user, 4, 28)
    assert AuditEntry.objects.filter(verb="sign", patient_id=patient.pk).count() == 1


def test_the_snapshot_keeps_answers_flags_lines_and_window(team: Team, patient: Patient) -> None:
    version = publish_shipped(team.clinic)
    draft = a_draft(team.practitioner, patient, answers=clear_answers(version, SQ_HSV_PAST="yes"))
    consult.resolve_flag(team.practitioner.actor, draft, "SQ-HSV-PAST.R1", REASON, AT)
    consult.sign(team.practitioner.actor, draft, LATER)
    draft.refresh_from_db()
    kept = draft.proposal
    assert (kept["version"], kept["day"], kept["status"]) == ("2026.1-draft", "2026-03-02", "ready")
    assert kept["sessions"] == {"min": 3, "max": 5, "suggest": 4}
    assert (kept["interval_days"], kept["window"]) == (28, {"earliest": 28, "target": 35, "latest": 42})
    assert [line["id"] for line in kept["lines"] if line["shown"]] == ["acne_scars.moderate", "I-BASE"]
    assert kept["lines"][0]["source_ids"]
    assert kept["history"] == ["hsv"]
    flag = next(flag for flag in kept["flags"] if flag["id"] == "SQ-HSV-PAST.R1")
    assert flag["settled"]["reason"] == REASON
    assert len(kept["answers"]) == len(clear_answers(version))


def test_signing_twice_gives_the_same_series(team: Team, patient: Patient) -> None:
    draft = a_draft(team.practitioner, patient)
    first = consult.sign(team.practitioner.actor, draft, LATER)
    assert consult.sign(team.practitioner.actor, draft, LATER) == first
    assert Series.objects.count() == AuditEntry.objects.filter(verb="sign").count() == 1


def test_what_is_signed_is_saved_and_settled_no_more(team: Team, patient: Patient) -> None:
    draft, me = a_draft(team.practitioner, patient), team.practitioner.actor
    consult.sign(me, draft, LATER)
    with pytest.raises(Refused) as refusal:
        consult.save(me, draft, {"skin_type": 1}, LATER)
    assert refusal.value.code == "signed"
    with pytest.raises(Refused) as refusal:
        consult.resolve_flag(me, draft, "SQ-SMOKE.R1", REASON, LATER)
    assert refusal.value.code == "signed"
    with pytest.raises(DatabaseError), transaction.atomic():
        Consultation.objects.filter(pk=draft.pk).update(skin_type=1)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"skin_type": None}, "skin_type"),
        ({"sun_damage": ""}, "sun_damage"),
        ({"concerns": []}, "concerns"),
        ({"concerns": [{"id": "acne_scars", "grade": 3, "areas": []}]}, "concerns"),
        ({"goal": ""}, "goal"),
        ({"goal_words": ""}, "goal_words"),
        ({"expectations_talk": False}, "expectations_talk"),
        ({"decision": ""}, "decision"),
    ],
)
def test_each_missing_thing_is_named_at_its_field(
    team: Team, patient: Patient, data: dict[str, Any], field: str
) -> None:
    draft = a_draft(team.practitioner, patient, **data)
    with pytest.raises(consult.Incomplete) as refusal:
        consult.sign(team.practitioner.actor, draft, LATER)
    assert [name for name, _ in refusal.value.problems] == [field]
    assert not Series.objects.exists()


def test_an_empty_draft_names_everything_at_once(team: Team, patient: Patient) -> None:
    me = team.practitioner
    draft = consult.open_consultation(me.actor, me, patient, AT)
    with pytest.raises(consult.Incomplete) as refusal:
        consult.sign(me.actor, draft, LATER)
    assert [name for name, _ in refusal.value.problems] == [
        *("decision", "skin_type", "sun_damage", "concerns", "goal", "goal_words", "expectations_talk")
    ]


def test_a_signature_needs_a_licence(team: Team, patient: Patient) -> None:
    draft = a_draft(team.practitioner, patient)
    team.practitioner.licence = ""
    team.practitioner.save()
    with pytest.raises(consult.Incomplete) as refusal:
        consult.sign(team.practitioner.actor, draft, LATER)
    assert [name for name, _ in refusal.value.problems] == [None]


@pytest.mark.parametrize(
    ("answer", "code", "flag"),
    [
        ({"SQ_PREG": "yes"}, "blocked", "SQ-PREG.R1"),
        ({"SQ_HSV_PAST": "yes"}, "review", "SQ-HSV-PAST.R1"),
        ({"SQ_ISO": "stopped"}, "review", "SQ-ISO.UNSURE"),
    ],
)
def test_an_open_flag_is_named_and_nothing_is_signed(
    team: Team, patient: Patient, answer: dict[str, str], code: str, flag: str
) -> None:
    version = publish_shipped(team.clinic)
    draft = a_draft(team.practitioner, patient, answers=clear_answers(version, **answer))
    with pytest.raises(Refused, match=flag) as refusal:
        consult.sign(team.practitioner.actor, draft, LATER)
    assert refusal.value.code == code
    draft.refresh_from_db()
    assert draft.signed_at is None


def test_a_question_without_an_answer_stands_in_the_way(team: Team, patient: Patient) -> None:
    version = publish_shipped(team.clinic)
    draft = a_draft(team.practitioner, patient, answers=clear_answers(version)[1:])
    with pytest.raises(Refused, match=r"SQ-PREG\.UNANSWERED"):
        consult.sign(team.practitioner.actor, draft, LATER)


def test_answers_too_old_on_the_day_of_the_signature_count_no_more(team: Team, patient: Patient) -> None:
    draft = a_draft(team.practitioner, patient)
    with pytest.raises(Refused, match="UNANSWERED"):
        consult.sign(team.practitioner.actor, draft, AT + datetime.timedelta(days=4))


def test_a_changed_plan_is_what_is_agreed(team: Team, patient: Patient) -> None:
    data = {"decision": "changed", "decision_reason": REASON, "sessions": 2, "interval_days": 50}
    series = consult.sign(team.practitioner.actor, a_draft(team.practitioner, patient, **data), LATER)
    assert series is not None
    assert (series.sessions, series.min_days, series.target_days, series.max_days) == (2, 50, 53, 57)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"sessions": 0}, "sessions"),
        ({"sessions": 11}, "sessions"),
        ({"sessions": None}, "sessions"),
        ({"interval_days": 20}, "interval_days"),
        ({"interval_days": 85}, "interval_days"),
        ({"decision_reason": "too short"}, "decision_reason"),
        ({"decision_reason": " " * 30}, "decision_reason"),
    ],
)
def test_a_change_has_bounds_and_a_reason(
    team: Team, patient: Patient, data: dict[str, Any], field: str
) -> None:
    whole = {"decision": "changed", "decision_reason": REASON, "sessions": 5, "interval_days": 35, **data}
    with pytest.raises(consult.Incomplete) as refusal:
        consult.sign(team.practitioner.actor, a_draft(team.practitioner, patient, **whole), LATER)
    assert [name for name, _ in refusal.value.problems] == [field]


@pytest.mark.parametrize(("sessions", "days"), [(1, 21), (10, 84)])
def test_the_bounds_themselves_may_be_agreed(team: Team, patient: Patient, sessions: int, days: int) -> None:
    data = {"decision": "changed", "decision_reason": REASON, "sessions": sessions, "interval_days": days}
    series = consult.sign(team.practitioner.actor, a_draft(team.practitioner, patient, **data), LATER)
    assert series is not None
    assert (series.sessions, series.min_days) == (sessions, days)


@pytest.mark.parametrize(
    "typed",
    [
        {"sessions": 6},
        {"sessions": 0},
        {"sessions": 13},
        {"interval_days": 0},
        {"sessions": 0, "interval_days": 0},
    ],
    ids=str,
)
def test_numbers_that_were_changed_are_not_accepted_in_silence(
    team: Team, patient: Patient, typed: dict[str, int]
) -> None:
    draft = a_draft(team.practitioner, patient, **typed)
    with pytest.raises(consult.Incomplete) as refusal:
        consult.sign(team.practitioner.actor, draft, LATER)
    assert [name for name, _ in refusal.value.problems] == ["decision"]
    assert not Series.objects.exists()


def test_nobody_signs_a_proposal_that_they_have_not_read(team: Team, patient: Patient) -> None:
    draft = a_draft(team.practitioner, patient)
    for seen in ((0, 0), (3, 28), (4, 35)):
        with pytest.raises(consult.Incomplete, match="4 sessions, 28 days"):
            consult.sign(team.practitioner.actor, draft, LATER, seen=seen)


def test_a_refusal_needs_a_reason_and_makes_no_series(team: Team, patient: Patient) -> None:
    version = publish_shipped(team.clinic)
    answers = clear_answers(version, SQ_PREG="yes")
    draft = a_draft(team.practitioner, patient, answers=answers, decision="refused", goal_words="")
    with pytest.raises(consult.Incomplete) as refusal:
        consult.sign(team.practitioner.actor, draft, LATER)
    assert [name for name, _ in refusal.value.problems] == ["decision_reason"]
    consult.save(
        team.practitioner.actor, draft, {"decision_reason": "Pregnant: not before the birth."}, LATER
    )
    assert consult.sign(team.practitioner.actor, draft, LATER) is None
    assert consult.sign(team.practitioner.actor, draft, LATER) is None
    draft.refresh_from_db()
    assert (draft.decision, draft.sessions, draft.signed_at) == ("refused", None, LATER)
    assert draft.proposal["status"] == "blocked"
    assert not Series.objects.exists()


def test_only_its_practitioner_signs(team: Team, patient: Patient) -> None:
    draft = a_draft(team.practitioner, patient)
    for member in (team.lead, team.desk, a_team("casa-lima").lead):
        with pytest.raises(Refused):
            consult.sign(member.actor, draft, LATER)
    assert not Series.objects.exists()


@pytest.mark.parametrize(
    ("data", "clear"),
    [
        ({}, 14),
        ({"skin_type": 4}, 21),
        ({"planned_depth": Decimal("1.50")}, 21),
        ({"planned_depth": Decimal("1.25")}, 14),
        ({"decision": "changed", "decision_reason": REASON, "sessions": 1, "interval_days": 35}, 21),
    ],
)
def test_an_event_keeps_its_days_clear(
    team: Team, patient: Patient, data: dict[str, Any], clear: int
) -> None:
    wedding = TODAY + datetime.timedelta(days=120)
    draft = a_draft(team.practitioner, patient, event_on=wedding, event_name="Wedding", **data)
    series = consult.sign(team.practitioner.actor, draft, LATER)
    assert series is not None
    assert (series.event_on, series.event_name, series.keep_clear_days) == (wedding, "Wedding", clear)


def test_an_event_that_is_past_keeps_nothing_clear(team: Team, patient: Patient) -> None:
    draft = a_draft(
        team.practitioner, patient, event_on=TODAY - datetime.timedelta(days=1), event_name="Party"
    )
    series = consult.sign(team.practitioner.actor, draft, LATER)
    assert series is not None
    assert (series.event_on, series.event_name, series.keep_clear_days) == (None, "", 0)
