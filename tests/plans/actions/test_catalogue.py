"""What a clinic offers: set, changed, and every way in which it cannot be."""

import datetime
from typing import Any

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from clinic.rules.roles import SYSTEM
from plans.actions import catalogue
from plans.actions.catalogue import Buffers
from plans.models import VisitType
from plans.queries.slots import treatment_of
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
TREATMENT = {
    "minutes": 60,
    "room_kind": "treatment",
    "device_kind": "needling_pen",
    "buffers": Buffers(room_before=5, room_after=10),
}


def offer(team: Team, kind: str = "treatment", **other: Any) -> VisitType:
    return catalogue.offer(team.admin.actor, team.clinic, kind, at=AT, **{**TREATMENT, **other})


def audited() -> list[tuple[str, list[str]]]:
    return list(AuditEntry.objects.order_by("pk").values_list("verb", "fields"))


def test_the_scheduler_sees_what_is_offered() -> None:
    team = a_team()
    kind = offer(team, practitioners=[team.lead])
    needs = treatment_of(kind, team.clinic)
    assert (needs.minutes, needs.room_kind, needs.device_kind) == (60, "treatment", "needling_pen")
    assert (needs.practitioner_buffer, needs.room_buffer, needs.device_buffer) == ((0, 0), (5, 10), (0, 0))
    assert list(needs.able or ()) == [team.lead.user.resource_id]


def test_offering_again_changes_the_kind_and_names_what_changed() -> None:
    team = a_team()
    offer(team)
    second = offer(team, minutes=75, practitioners=[team.lead])
    assert VisitType.objects.get() == second
    assert (second.minutes, second.room_after) == (75, 10)
    assert audited()[1:] == [("offer", ["minutes", "practitioners"])]


def test_the_first_offer_names_every_field() -> None:
    team = a_team()
    offer(team)
    assert audited() == [("offer", sorted(["minutes", "room_kind", "device_kind", *Buffers().minutes()]))]


def test_offering_the_same_twice_is_written_down_once() -> None:
    team = a_team()
    first = offer(team)
    assert offer(team) == first
    assert len(audited()) == 1


def test_nobody_named_means_everybody() -> None:
    team = a_team()
    offer(team, practitioners=[team.lead])
    assert treatment_of(offer(team), team.clinic).able is None


def test_the_operator_may_offer() -> None:
    team = a_team()
    kind = catalogue.offer(SYSTEM, team.clinic, "review", minutes=20, room_kind="consulting", at=AT)
    assert (kind.kind, kind.device_kind) == ("review", "")
    assert AuditEntry.objects.get().clinic_id == team.clinic.pk


@pytest.mark.parametrize(
    ("kind", "other", "code", "field"),
    [
        ("blocked", {}, "kind", "kind"),
        ("massage", {}, "kind", "kind"),
        ("treatment", {"minutes": 4}, "minutes", "minutes"),
        ("treatment", {"minutes": 481}, "minutes", "minutes"),
        ("treatment", {"buffers": Buffers(device_before=-5)}, "buffer", "device_before"),
        ("treatment", {"buffers": Buffers(room_after=245)}, "buffer", "room_after"),
        ("treatment", {"room_kind": "sauna"}, "room_kind", "room_kind"),
        ("treatment", {"room_kind": ""}, "room_kind", "room_kind"),
        ("treatment", {"device_kind": "laser"}, "device_kind", "device_kind"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    kind: str, other: dict[str, Any], code: str, field: str
) -> None:
    team = a_team()
    with pytest.raises(Refused) as refusal:
        offer(team, kind, **other)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert (VisitType.objects.count(), audited()) == (0, [])


def test_a_practitioner_of_another_clinic_is_refused() -> None:
    team, other = a_team(), a_team("harbour", "America/New_York")
    with pytest.raises(Refused) as refusal:
        offer(team, practitioners=[other.lead])
    assert refusal.value.code == "practitioners"
    assert (VisitType.objects.count(), audited()) == (0, [])


def test_the_colleague_without_the_right_and_the_stranger_are_refused() -> None:
    team, other = a_team(), a_team("harbour", "America/New_York")
    for actor in (team.desk.actor, team.lead.actor, other.admin.actor):
        with pytest.raises(Refused) as refusal:
            catalogue.offer(actor, team.clinic, "review", minutes=20, room_kind="consulting", at=AT)
        assert refusal.value.code == "not_allowed"
    assert not VisitType.objects.exists()
