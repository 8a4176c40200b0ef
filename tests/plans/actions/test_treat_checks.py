"""The signature of a session: what it does, and what keeps it from being given."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from patients.models import SafetyAnswer
from plans.actions import treat
from plans.models import AftercareSheet, FlagResolution, SessionRecord
from tests.factories.plans import clear_answers, consent_to_treatment
from tests.factories.treat import DAY, a_session, clock, done, problems, signed
from tests.people import a_team

pytestmark = pytest.mark.django_db


def test_a_signature_ends_the_visit_issues_the_sheet_and_sends_a_mail_that_names_no_treatment() -> None:
    team = a_team()
    visit = a_session(team)
    sheet = signed(team, visit)
    visit.refresh_from_db()
    record = visit.record
    assert (visit.state, visit.series.state) == ("done", "active")
    assert (record.signed_at, record.signed_by) == (clock(10, 50), team.practitioner.user)
    assert record.safety_repeated
    assert record.signed_as == f"{team.practitioner.user.name}, Nurse, LIC-1"
    assert record.ended_at == sheet.ended_at == clock(10, 50)
    mail = Message.objects.get()
    assert (mail.kind, mail.subject_id, mail.to) == ("plans/aftercare", str(sheet.pk), visit.patient.email)
    assert mail.title == "Fernway: your sheet is ready"
    for word in ("needl", "aftercare", "skin", "treat", "session", visit.patient.name.lower()):
        assert word not in mail.title.lower()
        assert word not in mail.body.replace("/aftercare/", "").lower()
    assert f"/my/{visit.patient_id}/aftercare/" in mail.body
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["in_treatment", "save", "done", "sign", "issue"]


def test_a_second_signature_returns_the_sheet_that_stands() -> None:
    team = a_team()
    visit = a_session(team)
    first = signed(team, visit)
    assert treat.sign(team.practitioner.actor, first.record, clock(10, 51)) == first
    assert (AftercareSheet.objects.count(), Message.objects.count()) == (1, 1)


def test_a_signed_record_is_not_saved_again() -> None:
    team = a_team()
    visit = a_session(team)
    signed(team, visit)
    with pytest.raises(Refused) as refusal:
        treat.save(team.practitioner.actor, visit, {"pain": 9}, clock(11))
    assert refusal.value.code == "already_signed"
    assert SessionRecord.objects.get().pain == 3


def test_every_missing_field_is_named_at_once() -> None:
    team = a_team()
    visit = a_session(team)
    record = treat.save(team.practitioner.actor, visit, {}, clock(10, 5))
    with pytest.raises(treat.NotReady) as refusal:
        treat.sign(team.practitioner.actor, record, clock(10, 50))
    assert dict(refusal.value.problems) == {
        "skin_cleaned": "Write down what the skin was cleaned with.",
        "device_make": "Enter the make of the device.",
        "device_model": "Enter the model of the device.",
        "device_serial": "Enter the serial number of the device.",
        "cartridge_lot": "Enter the lot of the cartridge.",
        "cartridge_expiry": "Enter the expiry date of the cartridge.",
        "areas": "Enter the depth of at least one area.",
        "products": "Write down what was put on the skin.",
        "endpoint": "Choose what the skin looked like at the end.",
        "is_strong": "Say whether this was a strong treatment.",
        "pain": "Enter the pain from 0 to 10.",
    }


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        (
            {"cartridge_expiry": DAY - datetime.timedelta(days=1)},
            "cartridge_expiry",
            "This cartridge had expired on the day of the session. Check the date on the pack.",
        ),
        (
            {"cartridge_sterile": False},
            "cartridge_sterile",
            "Confirm that the cartridge was sterile and its pack unopened.",
        ),
        (
            {"cartridge_single_use": False},
            "cartridge_single_use",
            "Confirm that the cartridge was used once and then discarded.",
        ),
        (
            {"numbing": {"product": "Cream", "on_at": "2026-03-02T09:20:00+00:00", "off_at": None}},
            "numbing_on",
            "Enter when the numbing cream went on and came off.",
        ),
        (
            {
                "numbing": {
                    "product": "Cream",
                    "strength_percent": "4",
                    "grams": "3",
                    "area_cm2": "100",
                    "on_at": "2026-03-02T09:20:00+00:00",
                    "off_at": "2026-03-02T09:55:00+00:00",
                    "fully_removed": False,
                }
            },
            "fully_removed",
            "Confirm that every trace of the cream was wiped off before needling.",
        ),
    ],
)
def test_a_cartridge_or_a_cream_that_was_not_handled_well_keeps_the_record_open(
    changes: dict[str, Any], field: str, message: str
) -> None:
    team = a_team()
    assert problems(team, a_session(team), **changes) == {field: message}


def test_a_cartridge_that_expires_on_the_day_may_be_used() -> None:
    team = a_team()
    assert signed(team, a_session(team), cartridge_expiry=DAY).number == 1


def test_without_consent_nothing_is_signed() -> None:
    team = a_team()
    visit = a_session(team, ready=False)
    clear_answers(visit.patient, team.clinic, clock(8))
    assert problems(team, visit) == {
        "consent": "There is no signed consent to treatment on file. Record it first."
    }


@pytest.mark.parametrize(("days", "counts"), [(3, True), (4, False)])
def test_answers_count_for_three_days(days: int, counts: bool) -> None:
    team = a_team()
    visit = a_session(team, ready=False)
    consent_to_treatment(visit.patient, team.clinic)
    clear_answers(visit.patient, team.clinic, clock(8) - datetime.timedelta(days=days))
    if counts:
        assert signed(team, visit).number == 1
        return
    record = treat.save(team.practitioner.actor, visit, done(), clock(10, 5))
    with pytest.raises(treat.NotReady) as refusal:
        treat.sign(team.practitioner.actor, record, clock(10, 50))
    assert {field for field, _ in refusal.value.problems} == {"flags"}
    assert any("SQ-PREG.UNANSWERED" in message for _, message in refusal.value.problems)


def test_a_block_stops_the_signature_and_nobody_may_lift_it() -> None:
    team = a_team()
    visit = a_session(team, ready=False)
    consent_to_treatment(visit.patient, team.clinic)
    clear_answers(visit.patient, team.clinic, clock(8), SQ_PREG="yes")
    assert list(problems(team, visit)) == ["flags"]
    with pytest.raises(Refused) as refusal:
        treat.resolve_flag(team.lead.actor, visit, "SQ-PREG.R1", "She insists on it", clock(10, 10))
    assert (refusal.value.code, refusal.value.field) == ("may_not_lift", "reason")
    assert FlagResolution.objects.count() == 0


def test_a_review_is_settled_with_a_reason_for_this_session() -> None:
    team = a_team()
    nurse = team.practitioner.actor
    visit = a_session(team, ready=False)
    consent_to_treatment(visit.patient, team.clinic)
    clear_answers(visit.patient, team.clinic, clock(8), SQ_ANTICOAG="yes")
    assert "SQ-ANTICOAG.R1" in problems(team, visit)["flags"]
    with pytest.raises(Refused) as refusal:
        treat.resolve_flag(nurse, visit, "SQ-ANTICOAG.R1", "  ", clock(10, 10))
    assert refusal.value.field == "reason"
    row = treat.resolve_flag(nurse, visit, "SQ-ANTICOAG.R1", "Light pressure only", clock(10, 10))
    again = treat.resolve_flag(nurse, visit, "SQ-ANTICOAG.R1", "Light pressure", clock(10, 11))
    assert (again, row.visit, row.role) == (row, visit, "practitioner")
    assert row.answer == SafetyAnswer.objects.get(question="SQ-ANTICOAG")
    assert treat.sign(nurse, SessionRecord.objects.get(), clock(10, 50)).number == 1
    kept = SessionRecord.objects.get().flags
    assert [(one["flag"], one["reason"]) for one in kept if one["level"] == "needs_review"] == [
        ("SQ-ANTICOAG.R1", "Light pressure only")
    ]


def test_deeper_than_usual_for_the_area_needs_a_reason_and_another_depth_needs_another() -> None:
    team = a_team()
    nurse = team.practitioner.actor
    visit = a_session(team)
    forehead = {"area": "forehead", "depth_mm": Decimal("1.25"), "passes": 2}
    both = [forehead, {"area": "cheeks", "depth_mm": Decimal("1.75"), "passes": 2}]
    deeper = [forehead, {"area": "cheeks", "depth_mm": Decimal("2.25"), "passes": 2}]
    found = problems(team, visit, areas=both)["flags"]
    assert "DEPTH-FACE-1.5" in found
    treat.resolve_flag(nurse, visit, "DEPTH-OVER-AREA", "Thick scar tissue", clock(10, 10))
    treat.resolve_flag(nurse, visit, "DEPTH-FACE-1.5", "Boxcar scars", clock(10, 15))
    assert "DEPTH-FACE-1.5" in problems(team, visit, areas=deeper)["flags"]
    treat.save(nurse, visit, {"areas": both}, clock(10, 30))
    sheet = treat.sign(nurse, SessionRecord.objects.get(), clock(10, 50))
    assert sheet.content["head"]["depths"] == ["1.25", "1.75"]


def test_over_two_and_a_half_millimetres_is_blocked_for_all_but_the_clinical_lead() -> None:
    team = a_team()
    visit = a_session(team)
    areas = [{"area": "abdomen", "depth_mm": Decimal("2.75"), "passes": 2}]
    treat.save(team.practitioner.actor, visit, done(areas=areas), clock(10, 5))
    with pytest.raises(Refused) as refusal:
        treat.resolve_flag(
            team.practitioner.actor, visit, "DEPTH-DEVICE-2.5", "Old stretch marks", clock(10, 9)
        )
    assert refusal.value.message == "Only the clinical lead may lift this."
    for flag in ("DEPTH-DEVICE-2.5", "DEPTH-OVER-AREA"):
        treat.resolve_flag(team.lead.actor, visit, flag, "Old stretch marks", clock(10, 10))
    assert treat.sign(team.practitioner.actor, SessionRecord.objects.get(), clock(10, 50)).number == 1


@pytest.mark.parametrize(("skin_type", "raised"), [(3, False), (4, True), (6, True)])
def test_the_first_session_on_dark_skin_stays_at_one_millimetre(skin_type: int, raised: bool) -> None:
    team = a_team()
    visit = a_session(team, skin_type=skin_type)
    areas = [{"area": "cheeks", "depth_mm": Decimal("1.25"), "passes": 3}]
    treat.save(team.practitioner.actor, visit, done(areas=areas), clock(10, 5))
    if raised:
        assert "DEPTH-DARK-FIRST" in problems(team, visit, areas=areas)["flags"]
    else:
        assert treat.sign(team.practitioner.actor, SessionRecord.objects.get(), clock(10, 50)).number == 1


def test_inside_the_rim_of_the_eye_socket_is_never_signed() -> None:
    team = a_team()
    visit = a_session(team)
    assert "EYE-RIM" in problems(team, visit, inside_orbital_rim=True)["flags"]
    with pytest.raises(Refused) as refusal:
        treat.resolve_flag(team.lead.actor, visit, "EYE-RIM", "It was only a little", clock(10, 10))
    assert refusal.value.code == "may_not_lift"


def test_the_first_session_of_four_leaves_the_series_under_way_and_the_last_completes_it() -> None:
    team = a_team()
    visit = a_session(team)
    visit.series.sessions = 1
    visit.series.save()
    signed(team, visit)
    visit.series.refresh_from_db()
    assert visit.series.state == "completed"
