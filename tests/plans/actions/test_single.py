import datetime
import uuid
from typing import Any

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from plans.actions import single
from plans.actions.holding import SlotTaken
from plans.models import Occupancy, Visit, VisitType
from plans.rules.scheduling.model import Slot
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.patients import PatientFactory

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 2, 3)


def a_slot(desk: Desk, start: int = 600, day: datetime.date = DAY) -> Slot:
    room = desk.team.clinic.rooms.get(kind="consulting")
    return Slot(day, desk.team.practitioner.user.resource_id, start, room.pk)


def book(desk: Desk, slot: Slot | None = None, **values: Any) -> Visit:
    given = {"kind": "consultation", "patient": desk.patient, "at": MONDAY, "key": uuid.uuid4(), **values}
    kind, patient = given.pop("kind"), given.pop("patient")
    return single.book(desk.actor, desk.team.clinic, kind, patient, slot or a_slot(desk), **given)


def block(desk: Desk, **values: Any) -> Visit:
    slot = Slot(DAY, desk.team.lead.user.resource_id, 720)
    given = {"slot": slot, "minutes": 45, "note": "meeting", "at": MONDAY, "key": uuid.uuid4(), **values}
    return single.block(desk.actor, desk.team.lead, **given)


def test_a_visit_is_booked_held_logged_and_told(desk: Desk) -> None:
    visit = book(desk, note="brings her mother")
    assert (visit.kind, visit.minutes, visit.state, visit.note) == (
        "consultation",
        45,
        "booked",
        "brings her mother",
    )
    assert (visit.practitioner, visit.starts_at) == (
        desk.team.practitioner,
        datetime.datetime(2026, 2, 3, 10, tzinfo=datetime.UTC),
    )
    assert set(Occupancy.objects.values_list("resource__kind", "cell_from", "cell_to")) == {
        ("practitioner", 120, 129), ("room", 120, 129), ("patient", 120, 129),
    }  # fmt: skip
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.subject_id, entry.patient_id) == ("book", str(visit.pk), desk.patient.pk)
    message = Message.objects.get()
    assert (message.kind, message.due_at) == ("plans/booked", MONDAY + datetime.timedelta(minutes=3))
    assert "consultation" not in (message.title + message.body).lower()


def test_the_same_form_twice_books_once(desk: Desk) -> None:
    key = uuid.uuid4()
    assert book(desk, key=key) == book(desk, key=key)
    assert (Visit.objects.count(), Message.objects.count()) == (1, 1)


def test_the_key_of_something_else_is_refused(desk: Desk) -> None:
    other = a_desk("harbour")
    theirs = book(other)
    with pytest.raises(Refused) as refused:
        book(desk, key=theirs.pk)
    assert refused.value.code == "key_used"
    mine = book(desk)
    with pytest.raises(Refused) as refused:
        block(desk, key=mine.pk)
    assert refused.value.code == "key_used"
    with pytest.raises(Refused) as refused:
        book(desk, key=mine.pk, patient=PatientFactory.create(clinic=desk.team.clinic))
    assert refused.value.code == "key_used"
    assert Visit.objects.count() == 2


@pytest.mark.parametrize(
    ("start", "day", "code"),
    [
        (600, datetime.date(2026, 2, 1), "past"),
        (465, datetime.date(2026, 2, 2), "past"),
        (600, datetime.date(2026, 2, 7), "unfit"),
        (605, DAY, "unfit"),
        (990, DAY, "unfit"),
    ],
)
def test_a_time_that_cannot_be_is_refused(desk: Desk, start: int, day: datetime.date, code: str) -> None:
    with pytest.raises(Refused) as refused:
        book(desk, a_slot(desk, start, day))
    assert refused.value.code == code
    assert Visit.objects.count() == 0


@pytest.mark.parametrize("kind", ["treatment", "blocked", "review", "nonsense"])
def test_a_kind_that_is_not_offered_here_is_refused(desk: Desk, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        book(desk, kind=kind)
    assert (refused.value.code, refused.value.field) == ("kind", "kind")


def test_a_slot_that_somebody_has_is_taken(desk: Desk) -> None:
    book(desk)
    with pytest.raises(SlotTaken):
        book(desk, patient=PatientFactory.create(clinic=desk.team.clinic))
    assert Visit.objects.count() == 1


def test_a_patient_is_not_in_two_places(desk: Desk) -> None:
    book(desk)
    with pytest.raises(SlotTaken):
        book(desk, Slot(DAY, desk.team.lead.user.resource_id, 615, a_slot(desk).room))


def test_another_clinics_people_and_rooms_are_refused(desk: Desk) -> None:
    other = a_desk("harbour")
    with pytest.raises(Refused):
        book(desk, a_slot(other))
    assert Visit.objects.count() == 0


def test_time_is_blocked_for_one_person_and_nobody_is_told(desk: Desk) -> None:
    visit = block(desk)
    assert (visit.kind, visit.patient, visit.minutes, visit.note) == ("blocked", None, 45, "meeting")
    assert list(Occupancy.objects.values_list("resource_id", "cell_from", "cell_to")) == [
        (desk.team.lead.user.resource_id, 144, 153)
    ]
    assert (AuditEntry.objects.get().verb, Message.objects.count()) == ("block", 0)
    with pytest.raises(SlotTaken):
        block(desk)


@pytest.mark.parametrize(
    ("minutes", "code"), [(0, "minutes"), (4, "minutes"), (721, "minutes"), (45, "practitioner")]
)
def test_blocked_time_that_cannot_be_is_refused(desk: Desk, minutes: int, code: str) -> None:
    who = desk.team.lead if code == "minutes" else desk.team.practitioner
    with pytest.raises(Refused) as refused:
        block(desk, minutes=minutes, slot=Slot(DAY, who.user.resource_id, 720))
    assert refused.value.code == code


def test_a_visit_moves_with_its_mail(desk: Desk) -> None:
    visit = book(desk)
    Visit.objects.update(state="confirmed")
    moved = single.move(desk.actor, visit, a_slot(desk, 660), at=MONDAY, seen=0)
    assert (moved.start_minute, moved.sequence, moved.state) == (660, 1, "booked")
    assert set(Occupancy.objects.values_list("cell_from", flat=True)) == {132}
    assert sorted(Message.objects.values_list("kind", "state")) == [
        ("plans/booked", "void"),
        ("plans/moved", "queued"),
    ]


def test_a_visit_that_moves_keeps_its_own_minutes_whatever_its_kind_takes_by_now(desk: Desk) -> None:
    visit = book(desk)
    VisitType.objects.update(minutes=15)
    moved = single.move(desk.actor, visit, a_slot(desk, 660), at=MONDAY, seen=0)
    held = Occupancy.objects.get(resource=desk.team.practitioner.user.resource)
    assert (moved.minutes, held.starts_at, held.ends_at) == (45, moved.starts_at, moved.ends_at)


def test_the_same_move_twice_moves_once_and_a_later_one_is_stale(desk: Desk) -> None:
    visit = book(desk)
    for _ in range(2):
        single.move(desk.actor, visit, a_slot(desk, 660), at=MONDAY, seen=0)
    assert Visit.objects.get().sequence == 1
    with pytest.raises(Refused) as refused:
        single.move(desk.actor, visit, a_slot(desk, 720), at=MONDAY, seen=0)
    assert refused.value.code == "offer_stale"


@pytest.mark.parametrize("state", ["done", "cancelled", "no_show"])
def test_what_is_not_held_does_not_move(desk: Desk, state: str) -> None:
    visit = book(desk)
    Visit.objects.update(state=state)
    with pytest.raises(Refused) as refused:
        single.move(desk.actor, visit, a_slot(desk, 660), at=MONDAY, seen=0)
    assert refused.value.code == "offer_stale"


def test_blocked_time_does_not_move(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        single.move(desk.actor, block(desk), a_slot(desk, 660), at=MONDAY, seen=0)
    assert refused.value.code == "kind"


def test_a_move_onto_somebody_elses_time_leaves_everything(desk: Desk) -> None:
    visit = book(desk)
    book(desk, a_slot(desk, 720), patient=PatientFactory.create(clinic=desk.team.clinic))
    before = set(Occupancy.objects.values_list("resource_id", "cell_from"))
    with pytest.raises(SlotTaken):
        single.move(desk.actor, visit, a_slot(desk, 705), at=MONDAY, seen=0)
    assert set(Occupancy.objects.values_list("resource_id", "cell_from")) == before
