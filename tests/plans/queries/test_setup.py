"""What stands on a room, a device, a person or a kind of visit, and who gives what."""

from datetime import timedelta

import pytest

from plans.models import Kind, VisitType
from plans.queries.setup import (
    SHOWN,
    Lack,
    given_by,
    kinds_in_use,
    lack_of,
    left_without,
    offers,
    only_given_by,
    standing_in,
    standing_of,
    standing_on,
    standing_with,
)
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.clinic import DeviceFactory, RoomFactory
from tests.factories.plans import VisitFactory

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()


@pytest.fixture
def desk() -> Desk:
    return a_desk(sessions=12)


def test_what_waits_to_be_had_is_counted_and_the_first_are_named(desk: Desk) -> None:
    room, pen = desk.team.clinic.rooms.get(kind="treatment"), desk.team.clinic.devices.get()
    days = [TODAY + timedelta(days=n) for n in range(SHOWN + 2)]
    for number, day in enumerate(days, 1):
        VisitFactory.create(series=desk.series, session_number=number, day=day, room=room, device=pen)
    for state in ("done", "cancelled", "no_show"):
        VisitFactory.create(
            patient=desk.patient, practitioner=desk.team.practitioner, kind="review", state=state, room=room
        )
    found = [standing_on(room), standing_on(pen), standing_with(desk.team.practitioner)]
    found += [standing_in(desk.team.clinic), standing_of(desk.team.clinic, "treatment")]
    for one in found:
        assert (one.count, one.first, one.last, one.more) == (SHOWN + 2, days[0], days[-1], 2)
        assert [visit.day for visit in one.visits] == days[:SHOWN]
    assert standing_of(desk.team.clinic, "review").count == 0
    assert standing_with(desk.team.lead).count == 0


def test_every_kind_is_offered_or_said_not_to_be(desk: Desk) -> None:
    VisitType.objects.get(kind="treatment").practitioners.set([desk.team.lead, desk.team.practitioner])
    told = {one.kind: one for one in offers(desk.team.clinic)}
    assert Kind.BLOCKED not in told
    assert told[Kind.TREATMENT].places == ["treatment", "needling pen"]
    assert told[Kind.TREATMENT].people == (desk.team.practitioner, desk.team.lead)
    assert (told[Kind.REVIEW].needs, told[Kind.REVIEW].places) == (None, [])


def test_who_is_named_or_nobody_gives_a_visit(desk: Desk) -> None:
    treatment, consultation = VisitType.objects.order_by("pk")
    treatment.practitioners.set([desk.team.lead])
    assert given_by(desk.team.practitioner) == [consultation]
    assert given_by(desk.team.lead) == [treatment, consultation]
    assert only_given_by(desk.team.lead) == [treatment]
    treatment.practitioners.add(desk.team.practitioner)
    assert only_given_by(desk.team.lead) == []


def test_what_nothing_else_could_serve_is_left_without(desk: Desk) -> None:
    clinic = desk.team.clinic
    room, pen = clinic.rooms.get(kind="treatment"), clinic.devices.get()
    assert [one.kind for one in left_without(room)] == ["treatment"]
    assert [one.kind for one in left_without(pen)] == ["treatment"]
    RoomFactory.create(clinic=clinic, kind="treatment", is_active=False)
    DeviceFactory.create()
    assert [one.kind for one in (*left_without(room), *left_without(pen))] == ["treatment"] * 2
    RoomFactory.create(clinic=clinic, kind="treatment")
    assert left_without(room) == []


def test_kinds_are_those_in_use(desk: Desk) -> None:
    RoomFactory.create(clinic=desk.team.clinic, kind="laser", is_active=False)
    assert kinds_in_use(desk.team.clinic, devices=False) == ["consulting", "treatment"]
    assert kinds_in_use(desk.team.clinic, devices=True) == ["needling_pen"]


def test_what_the_clinic_has_none_of_is_named_room_first(desk: Desk) -> None:
    clinic = desk.team.clinic
    assert [lack_of(clinic, kind) for kind in ("treatment", "consultation", "review")] == [None] * 3
    clinic.devices.update(is_active=False)
    assert lack_of(clinic, "treatment") == Lack("device", "needling pen")
    clinic.rooms.filter(kind="treatment").update(is_active=False)
    a_desk("harbour")  # what others have is of no use here
    assert lack_of(clinic, "treatment") == Lack("room", "treatment")
    assert lack_of(clinic, "consultation") is None
