"""A session as it is recorded, and everything that must be refused on the way."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from patients.rules.questions import Answer
from plans.actions import treat
from plans.models import Addendum, AftercareSheet, SessionRecord, Visit
from plans.queries.treat import done_days, done_on
from tests.factories.treat import DAY, a_session, clock, done, signed
from tests.people import a_team

pytestmark = pytest.mark.django_db


def test_the_first_save_begins_the_treatment_and_takes_the_device_of_the_visit() -> None:
    team = a_team()
    visit = a_session(team)
    visit.device = team.clinic.devices.get()
    visit.save()
    record = treat.save(team.practitioner.actor, visit, {}, clock(10, 5))
    visit.refresh_from_db()
    assert visit.state == "in_treatment"
    assert (record.device_make, record.device_model) == ("Dermis", "P2")
    assert record.device_serial == visit.device.serial
    assert (record.started_at, record.practitioner) == (clock(10, 5), team.practitioner)


def test_a_later_save_changes_only_what_it_names() -> None:
    team = a_team()
    visit = a_session(team)
    treat.save(team.practitioner.actor, visit, done(), clock(10, 5))
    record = treat.save(team.practitioner.actor, visit, {"pain": 5}, clock(10, 20))
    assert (record.pain, record.cartridge_lot, record.saved_at) == (5, "LOT-7", clock(10, 20))
    assert record.areas == [{"area": "cheeks", "depth_mm": "1.00", "passes": 3}]
    assert SessionRecord.objects.count() == 1
    second = AuditEntry.objects.filter(verb="save").latest("pk")
    assert second.fields == ["pain"]


def test_answers_that_cannot_be_take_the_rest_of_the_save_back_with_them() -> None:
    team = a_team()
    visit = a_session(team)
    answer = Answer("SQ-PREG", "no", free_text="x" * 10_000, given_on=DAY)
    with pytest.raises(Refused) as refusal:
        treat.save(team.practitioner.actor, visit, done(), clock(10, 5), [answer])
    assert (refusal.value.code, refusal.value.field) == ("too_long", "SQ-PREG")
    visit.refresh_from_db()
    assert (visit.state, SessionRecord.objects.count()) == ("arrived", 0)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"ended_at": clock(9, 50)}, "end_before_start", "ended_at"),
        ({"ended_at": clock(10)}, "end_before_start", "ended_at"),
        ({"ended_at": clock(10, 30)}, "future", "ended_at"),
        ({"started_at": clock(10, 30)}, "future", "started_at"),
        ({"areas": [{"area": "left_knee", "depth_mm": Decimal(1), "passes": 1}]}, "areas", "areas"),
        ({"areas": [{"area": "cheeks", "depth_mm": Decimal(0), "passes": 1}]}, "depth", "depth_cheeks"),
        ({"areas": [{"area": "cheeks", "depth_mm": Decimal("3.01"), "passes": 1}]}, "depth", "depth_cheeks"),
        ({"areas": [{"area": "cheeks", "depth_mm": Decimal(1), "passes": 0}]}, "passes", "passes_cheeks"),
        ({"reaction": "x" * 10_000}, "value", "reaction"),
        ({"cartridge_lot": "🪡" * 41}, "value", "cartridge_lot"),
        ({"pain": 11}, "value", "pain"),
        ({"endpoint": "purple"}, "value", "endpoint"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_changes_nothing(
    changes: dict[str, Any], code: str, field: str
) -> None:
    team = a_team()
    visit = a_session(team)
    with pytest.raises(Refused) as refusal:
        treat.save(team.practitioner.actor, visit, done(**changes), clock(10, 5))
    assert (refusal.value.code, refusal.value.field) == (code, field)
    visit.refresh_from_db()
    assert (visit.state, SessionRecord.objects.count()) == ("arrived", 0)


def test_words_in_any_script_are_kept_as_typed() -> None:
    team = a_team()
    record = treat.save(
        team.practitioner.actor, a_session(team), {"reaction": "احمرار خفيف 🙂"}, clock(10, 5)
    )
    assert SessionRecord.objects.get(pk=record.pk).reaction == "احمرار خفيف 🙂"


@pytest.mark.parametrize("state", ["cancelled", "no_show"])
def test_a_visit_that_is_off_has_no_record(state: str) -> None:
    team = a_team()
    visit = a_session(team)
    record = treat.save(team.practitioner.actor, visit, done(), clock(10, 5))
    Visit.objects.filter(pk=visit.pk).update(state=state)
    for attempt in (
        lambda: treat.save(team.practitioner.actor, visit, {}, clock(10, 6)),
        lambda: treat.sign(team.practitioner.actor, record, clock(10, 50)),
    ):
        with pytest.raises(Refused) as refusal:
            attempt()
        assert refusal.value.code == "visit_state"


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_a_held_series_is_not_treated(state: str) -> None:
    team = a_team()
    visit = a_session(team)
    visit.series.state = state
    visit.series.save()
    with pytest.raises(Refused) as refusal:
        treat.save(team.practitioner.actor, visit, done(), clock(10, 5))
    assert refusal.value.code == "series_held"


def test_the_desk_the_admin_and_another_clinic_record_nothing() -> None:
    team, others = a_team(), a_team("casa-lima", "America/Lima")
    visit = a_session(team)
    record = treat.save(team.practitioner.actor, visit, done(), clock(10, 5))
    for member in (team.desk, team.admin, others.practitioner):
        for attempt in (
            lambda actor: treat.save(actor, visit, {}, clock(10, 6)),
            lambda actor: treat.sign(actor, record, clock(10, 50)),
            lambda actor: treat.resolve_flag(actor, visit, "SQ-PREG.R1", "Because", clock(10, 7)),
            lambda actor: treat.correct_end(actor, record, clock(10, 40), "Because", clock(10, 50)),
        ):
            with pytest.raises(Refused) as refusal:
                attempt(member.actor)
            assert refusal.value.code == "not_allowed"


def test_a_corrected_end_keeps_the_record_and_shifts_every_time() -> None:
    team = a_team()
    visit = a_session(team)
    first = signed(team, visit)
    second = treat.correct_end(
        team.practitioner.actor, first.record, clock(10, 35), "Typed too late", clock(11)
    )
    assert (second.number, second.ended_at, second.reason) == (2, clock(10, 35), "Typed too late")
    assert SessionRecord.objects.get().ended_at == clock(10, 50)
    assert Addendum.objects.get().text == (
        "The session ended at 2026-03-02 10:35, not at 2026-03-02 10:50. Typed too late"
    )
    shift = [
        (datetime.datetime.fromisoformat(new["from"]) - datetime.datetime.fromisoformat(old["from"])).seconds
        for old, new in zip(first.content["sheet"]["items"], second.content["sheet"]["items"], strict=True)
    ]
    assert set(shift) == {datetime.timedelta(days=1, minutes=-15).seconds}
    told = Message.objects.order_by("pk").values_list("subject_id", "state", "title")
    assert list(told) == [
        (str(first.pk), "void", "Fernway: your sheet is ready"),
        (str(second.pk), "queued", "Fernway: something changes, see your page"),
    ]
    again = treat.correct_end(team.practitioner.actor, first.record, clock(10, 35), "Typed", clock(11, 1))
    assert (again, AftercareSheet.objects.count(), Addendum.objects.count()) == (second, 2, 1)


@pytest.mark.parametrize(
    ("ended_at", "reason", "code", "field"),
    [
        (clock(10), "Typed too late", "end_before_start", "ended_at"),
        (clock(11, 1), "Typed too late", "future", "ended_at"),
        (clock(10, 35), " ", "reason", "reason"),
        (clock(10, 35), "x" * 10_000, "reason", "reason"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    ended_at: datetime.datetime, reason: str, code: str, field: str
) -> None:
    team = a_team()
    first = signed(team, a_session(team))
    with pytest.raises(Refused) as refusal:
        treat.correct_end(team.practitioner.actor, first.record, ended_at, reason, clock(11))
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert (AftercareSheet.objects.count(), Addendum.objects.count()) == (1, 0)


def test_what_really_happened_is_what_the_newest_sheet_says(django_assert_num_queries: Any) -> None:
    team = a_team()
    visit = a_session(team)
    assert (done_on(visit), done_days(visit.series)) == (None, {})
    signed(team, visit)
    with django_assert_num_queries(1):
        assert done_days(visit.series) == {1: DAY}
    assert done_on(visit) == DAY
