"""The consultation: opened once, saved as far as it goes, flags settled by whoever may."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from patients.models import Patient, SafetyAnswer
from patients.rules.questions import Answer
from plans.actions import consult
from plans.models import Addendum, Consultation, FlagResolution, Visit
from plans.queries.consult import assess
from tests.factories.consult import AT, CHEEKS, TODAY, a_draft, clear_answers, complete
from tests.factories.patients import PatientFactory
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
LATER = AT + datetime.timedelta(minutes=5)
REASON = "Discussed with the patient and her doctor."


def opened(team: Team, patient: Patient) -> Consultation:
    return consult.open_consultation(team.practitioner.actor, team.practitioner, patient, AT)


def a_visit(team: Team, patient: Patient) -> Visit:
    return Visit.objects.create(
        clinic=team.clinic,
        kind="consultation",
        patient=patient,
        practitioner=team.practitioner,
        day=TODAY,
        start_minute=540,
        minutes=45,
        starts_at=AT,
        ends_at=AT + datetime.timedelta(minutes=45),
        state_at=AT,
        booked_at=AT,
        reference=f"V{Visit.objects.count():05d}",
    )


def test_opening_twice_gives_the_same_draft(team: Team, patient: Patient) -> None:
    assert opened(team, patient) == opened(team, patient)
    assert AuditEntry.objects.filter(verb="open", patient_id=patient.pk).count() == 1


def test_a_colleague_opens_a_draft_of_their_own(team: Team, patient: Patient) -> None:
    assert opened(team, patient) != consult.open_consultation(team.lead.actor, team.lead, patient, AT)


def test_the_visit_joins_the_draft_and_leads_back_to_it(team: Team, patient: Patient) -> None:
    draft, visit = opened(team, patient), a_visit(team, patient)
    me = team.practitioner
    joined = consult.open_consultation(me.actor, me, patient, AT, visit)
    assert (joined.pk, joined.visit_id) == (draft.pk, visit.pk)
    again = consult.open_consultation(team.lead.actor, team.lead, patient, AT, visit)
    assert again.pk == draft.pk


@pytest.mark.parametrize("who", ["desk", "admin"])
def test_only_a_practitioner_opens_one(team: Team, patient: Patient, who: str) -> None:
    member = getattr(team, who)
    with pytest.raises(Refused) as refusal:
        consult.open_consultation(member.actor, member, patient, AT)
    assert refusal.value.code == "not_allowed"


def test_a_stranger_opens_none(team: Team, patient: Patient) -> None:
    other = a_team("casa-lima")
    with pytest.raises(Refused) as refusal:
        consult.open_consultation(other.lead.actor, other.lead, patient, AT)
    assert refusal.value.code == "other_clinic"


def test_the_visit_of_another_patient_is_refused(team: Team, patient: Patient) -> None:
    visit = a_visit(team, PatientFactory.create(clinic=team.clinic))
    with pytest.raises(Refused) as refusal:
        consult.open_consultation(team.practitioner.actor, team.practitioner, patient, AT, visit)
    assert refusal.value.code == "other_visit"


def test_a_visit_of_another_kind_holds_no_consultation(team: Team, patient: Patient) -> None:
    visit = a_visit(team, patient)
    visit.kind = "review"
    visit.save(update_fields=["kind"])
    with pytest.raises(Refused) as refusal:
        consult.open_consultation(team.practitioner.actor, team.practitioner, patient, AT, visit)
    assert refusal.value.code == "other_kind"


def test_without_a_protocol_nothing_is_opened() -> None:
    team = a_team()
    with pytest.raises(Refused) as refusal:
        opened(team, PatientFactory.create(clinic=team.clinic))
    assert refusal.value.code == "no_protocol"


def test_a_draft_is_saved_piece_by_piece(team: Team, patient: Patient) -> None:
    draft, me = opened(team, patient), team.practitioner.actor
    consult.save(me, draft, {"skin_type": 5}, LATER)
    saved = consult.save(me, draft, {"goal": "maximum", "planned_depth": Decimal("1.25")}, LATER)
    saved.refresh_from_db()
    assert (saved.skin_type, saved.goal, saved.planned_depth) == (5, "maximum", Decimal("1.25"))
    assert saved.saved_at == LATER
    assert [row.fields for row in AuditEntry.objects.filter(verb="save").order_by("pk")] == [
        ["skin_type"],
        ["goal", "planned_depth"],
    ]


def test_answers_are_recorded_once(team: Team, patient: Patient) -> None:
    draft = a_draft(team.practitioner, patient)
    before = SafetyAnswer.objects.count()
    consult.save(team.practitioner.actor, draft, {"answers": clear_answers(draft.protocol_version)}, LATER)
    assert SafetyAnswer.objects.count() == before
    changed = Answer("SQ-SMOKE", "yes", TODAY)
    consult.save(team.practitioner.actor, draft, {"answers": [changed]}, LATER)
    assert SafetyAnswer.objects.count() == before + 1


def test_an_answer_that_still_counts_keeps_its_day_and_an_old_one_is_given_anew(
    team: Team, patient: Patient
) -> None:
    draft, me = a_draft(team.practitioner, patient), team.practitioner.actor

    def again(days: int) -> int:
        at = AT + datetime.timedelta(days=days)
        consult.save(me, draft, {"answers": [Answer("SQ-PREG", "no", at.date())]}, at)
        return SafetyAnswer.objects.filter(question="SQ-PREG").count()

    assert (again(3), again(4)) == (1, 2)


def test_a_stale_tab_overwrites_nothing(team: Team, patient: Patient) -> None:
    draft, me = opened(team, patient), team.practitioner.actor
    seen = draft.saved_at
    consult.save(me, draft, {"skin_type": 2, "seen": seen}, LATER)
    with pytest.raises(Refused) as refusal:
        consult.save(me, draft, {"skin_type": 6, "seen": seen}, LATER)
    assert refusal.value.code == "stale"
    draft.refresh_from_db()
    assert draft.skin_type == 2


def test_nobody_saves_the_draft_of_another(team: Team, patient: Patient) -> None:
    draft = opened(team, patient)
    with pytest.raises(Refused) as refusal:
        consult.save(team.lead.actor, draft, {"skin_type": 2}, LATER)
    assert refusal.value.code == "not_yours"
    with pytest.raises(Refused) as refusal:
        consult.save(team.desk.actor, draft, {"skin_type": 2}, LATER)
    assert refusal.value.code == "not_allowed"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"skin_type": 7}, "skin_type"),
        ({"sun_damage": "heavy"}, "sun_damage"),
        ({"goal": "everything"}, "goal"),
        ({"decision": "maybe"}, "decision"),
        ({"planned_depth": Decimal(0)}, "planned_depth"),
        ({"concerns": [{"id": "nothing", "severity": "mild", "areas": []}]}, "concerns"),
        ({"concerns": [{"id": "fine_lines", "severity": "awful", "areas": []}]}, "concerns"),
        ({"concerns": [{"id": "fine_lines", "severity": "mild", "areas": ["elbow"]}]}, "concerns"),
        ({"concerns": [{"id": "acne_scars", "grade": 5, "areas": []}]}, "concerns"),
    ],
)
def test_what_the_protocol_does_not_know_is_refused(
    team: Team, patient: Patient, data: dict[str, Any], field: str
) -> None:
    draft = opened(team, patient)
    with pytest.raises(Refused) as refusal:
        consult.save(team.practitioner.actor, draft, data, LATER)  # type: ignore[arg-type]
    assert refusal.value.field == field
    draft.refresh_from_db()
    assert draft.saved_at == AT


def flagged(team: Team, patient: Patient, **answers: str) -> Consultation:
    draft = opened(team, patient)
    data = complete(draft.protocol_version, answers=clear_answers(draft.protocol_version, **answers))
    return consult.save(team.practitioner.actor, draft, data, AT)


def test_a_practitioner_settles_a_review(team: Team, patient: Patient) -> None:
    draft = flagged(team, patient, SQ_HSV_PAST="yes")
    assert str(assess(draft, TODAY).status) == "review"
    row = consult.resolve_flag(team.practitioner.actor, draft, "SQ-HSV-PAST.R1", REASON, LATER)
    assert (row.role, row.reason, row.answer.question) == ("practitioner", REASON, "SQ-HSV-PAST")  # type: ignore[union-attr]
    assert str(assess(draft, TODAY).status) == "ready"
    assert consult.resolve_flag(team.practitioner.actor, draft, "SQ-HSV-PAST.R1", REASON, LATER) == row
    assert FlagResolution.objects.count() == AuditEntry.objects.filter(verb="settle").count() == 1


def test_a_block_for_a_prescriber_waits_for_one(team: Team, patient: Patient) -> None:
    draft = flagged(team, patient, SQ_KELOID="yes")
    with pytest.raises(Refused) as refusal:
        consult.resolve_flag(team.practitioner.actor, draft, "SQ-KELOID.R1", REASON, LATER)
    assert refusal.value.code == "role"
    consult.resolve_flag(team.lead.actor, draft, "SQ-KELOID.R1", REASON, LATER)
    assert str(assess(draft, TODAY).status) == "ready"


def test_nobody_lifts_what_nobody_may(team: Team, patient: Patient) -> None:
    draft = flagged(team, patient, SQ_PREG="yes")
    with pytest.raises(Refused) as refusal:
        consult.resolve_flag(team.lead.actor, draft, "SQ-PREG.R1", REASON, LATER)
    assert refusal.value.code == "nobody"
    assert not FlagResolution.objects.exists()


@pytest.mark.parametrize(
    ("reason", "code"), [("x" * 14, "reason"), (" " * 40, "reason"), ("x" * 1001, "reason")]
)
def test_a_reason_is_15_to_1000_characters(team: Team, patient: Patient, reason: str, code: str) -> None:
    draft = flagged(team, patient, SQ_HSV_PAST="yes")
    with pytest.raises(Refused) as refusal:
        consult.resolve_flag(team.practitioner.actor, draft, "SQ-HSV-PAST.R1", reason, LATER)
    assert (refusal.value.code, refusal.value.field) == (code, "reason")


@pytest.mark.parametrize("flag", ["SQ-HSV-PAST.R1", "SQ-SMOKE.R1", "NOTHING", "א" * 40])
def test_only_an_open_flag_is_settled(team: Team, patient: Patient, flag: str) -> None:
    draft = flagged(team, patient, SQ_SMOKE="yes")
    with pytest.raises(Refused) as refusal:
        consult.resolve_flag(team.lead.actor, draft, flag, REASON, LATER)
    assert refusal.value.code == "no_such_flag"


def test_a_lift_ends_with_the_answer_it_rested_on(team: Team, patient: Patient) -> None:
    draft, me = flagged(team, patient, SQ_ECZEMA="past"), team.practitioner.actor
    consult.resolve_flag(me, draft, "SQ-ECZEMA.R2", REASON, LATER)
    for answer in ("none", "past"):
        consult.save(me, draft, {"answers": [Answer("SQ-ECZEMA", answer, TODAY)]}, LATER)
    assert str(assess(draft, TODAY).status) == "ready"  # the same answer again: the lift holds
    consult.save(me, draft, {"answers": [Answer("SQ-ECZEMA", "unsure", TODAY)]}, LATER)
    assert str(assess(draft, TODAY).status) == "review"


def test_a_guard_settled_for_one_depth_opens_again_at_another(team: Team, patient: Patient) -> None:
    draft, me = a_draft(team.practitioner, patient, planned_depth=Decimal("1.75")), team.practitioner.actor
    for flag in assess(draft, TODAY).open:
        consult.resolve_flag(me, draft, flag.id, REASON, LATER)
    draft.refresh_from_db()
    assert str(assess(draft, TODAY).status) == "ready"
    draft = consult.save(me, draft, {"planned_depth": Decimal("2.25")}, LATER)
    assert "DEPTH-FACE-1.5" in {flag.id for flag in assess(draft, TODAY).open}


def test_a_lasting_answer_is_lifted_for_the_next_consultation_too(team: Team, patient: Patient) -> None:
    draft = flagged(team, patient, SQ_HSV_PAST="yes", SQ_ECZEMA="past")
    for flag in ("SQ-HSV-PAST.R1", "SQ-ECZEMA.R2"):
        consult.resolve_flag(team.practitioner.actor, draft, flag, REASON, LATER)
    consult.sign(team.practitioner.actor, draft, LATER)
    later = opened(team, patient)
    assert "SQ-HSV-PAST.R1" not in {flag.id for flag in assess(later, TODAY).open}
    assert "SQ-ECZEMA.R2" in {flag.id for flag in assess(later, TODAY).open}  # asked before each session


def test_an_addendum_stands_beside_what_was_signed(team: Team, patient: Patient) -> None:
    draft = a_draft(team.practitioner, patient)
    with pytest.raises(Refused) as refusal:
        consult.add_addendum(team.lead.actor, draft, "Called back.", LATER)
    assert refusal.value.code == "not_signed"
    consult.sign(team.practitioner.actor, draft, LATER)
    draft.refresh_from_db()
    words = "Ring back on Tuesday 🙂 مرحبا"
    addendum = consult.add_addendum(team.lead.actor, draft, f" {words} ", LATER)
    assert (addendum.text, addendum.signed_by) == (words, team.lead.user)
    assert consult.add_addendum(team.lead.actor, draft, words, LATER) == addendum
    assert Addendum.objects.count() == AuditEntry.objects.filter(verb="addendum").count() == 1


@pytest.mark.parametrize(("text", "code"), [("  ", "empty"), ("x" * 2001, "too_long")])
def test_an_addendum_has_1_to_2000_characters(team: Team, patient: Patient, text: str, code: str) -> None:
    draft = a_draft(team.practitioner, patient)
    consult.sign(team.practitioner.actor, draft, LATER)
    draft.refresh_from_db()
    with pytest.raises(Refused) as refusal:
        consult.add_addendum(team.practitioner.actor, draft, text, LATER)
    assert (refusal.value.code, refusal.value.field) == (code, "text")


def test_the_desk_and_a_stranger_add_nothing(team: Team, patient: Patient) -> None:
    draft, other = a_draft(team.practitioner, patient), a_team("casa-lima")
    consult.sign(team.practitioner.actor, draft, LATER)
    draft.refresh_from_db()
    for member in (team.desk, team.admin, other.lead):
        with pytest.raises(Refused):
            consult.add_addendum(member.actor, draft, "Something", LATER)
    assert not Addendum.objects.exists()


def test_the_concern_is_kept_as_given(team: Team, patient: Patient) -> None:
    assert a_draft(team.practitioner, patient).concerns == [CHEEKS]
