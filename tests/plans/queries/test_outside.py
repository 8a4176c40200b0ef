import datetime
from dataclasses import replace

import pytest

from clinic.models import Closure, Leave, Outage
from plans.actions import booking
from plans.models import VisitType
from plans.queries.outside import Outside, Typed, outside
from tests.factories.booking import MONDAY, Desk, another_series, offer_on
from tests.factories.clinic import DeviceFactory, RoomFactory
from tests.factories.plans import VisitFactory

pytestmark = pytest.mark.django_db
TUESDAY = datetime.date(2026, 2, 3)
SATURDAY = datetime.date(2026, 2, 7)
EVENING = 18 * 60


def asked(desk: Desk, day: datetime.date = TUESDAY, start: int = EVENING) -> Outside:
    typed = Typed(day, start, desk.team.practitioner)
    return outside(desk.team.clinic, "treatment", typed, at=MONDAY, patient=desk.patient)


def test_an_evening_can_be_had_with_room_and_device_and_the_hours_beside_it(desk: Desk) -> None:
    found = asked(desk)
    assert (found.code, found.is_open, found.is_on_shift, found.is_usual) == ("ok", False, False, False)
    assert (found.opening, found.working) == (((540, 1020),), ((540, 1020),))
    assert found.slot is not None
    room, device = desk.team.clinic.rooms.get(kind="treatment"), desk.team.clinic.devices.get()
    assert (found.slot.start, found.slot.room, found.slot.device) == (EVENING, room.pk, device.pk)
    assert found.starts_at == datetime.datetime(2026, 2, 3, 18, tzinfo=datetime.UTC)


def test_a_day_on_which_nobody_works_can_be_had(desk: Desk) -> None:
    found = asked(desk, SATURDAY, 600)
    assert (found.code, found.opening, found.working) == ("ok", (), ())


def test_a_usual_time_is_said_to_be_one(desk: Desk) -> None:
    assert asked(desk, start=600).is_usual


def test_it_takes_as_many_queries_on_a_full_day(desk: Desk, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(4):  # type: ignore[operator]
        asked(desk)
    booking.confirm(desk.actor, desk.series, offer_on(desk, TUESDAY), at=MONDAY)
    with django_assert_num_queries(4):  # type: ignore[operator]
        asked(desk)


@pytest.mark.parametrize(
    ("day", "start", "code"),
    [
        (MONDAY.date(), 420, "past"),
        (TUESDAY, 23 * 60 + 30, "clock"),
        (datetime.date(2026, 3, 29), 60, "clock"),
        (TUESDAY, EVENING + 5, "off the grid"),
    ],
)
def test_a_time_that_is_none_says_so(desk: Desk, day: datetime.date, start: int, code: str) -> None:
    found = asked(desk, day, start)
    assert (found.code, found.slot) == (code, None)


def test_a_closure_and_leave_still_forbid_it(desk: Desk) -> None:
    leave = Leave.objects.create(membership=desk.team.practitioner, first=TUESDAY, last=TUESDAY)
    assert asked(desk).code == "practitioner away"
    leave.delete()
    Closure.objects.create(clinic=desk.team.clinic, first=TUESDAY, last=TUESDAY)
    assert asked(desk).code == "closed"


def test_what_is_taken_is_named(desk: Desk) -> None:
    team = desk.team
    offered = offer_on(desk, TUESDAY)
    booking.confirm(desk.actor, desk.series, offered, at=MONDAY)
    ten = 600
    assert asked(desk, start=ten).code == "practitioner busy"
    with_lead, other = Typed(TUESDAY, ten, team.lead), another_series(desk).patient
    assert outside(team.clinic, "treatment", with_lead, at=MONDAY, patient=other).code == "no room"
    RoomFactory.create(clinic=team.clinic, kind="treatment")
    DeviceFactory.create(clinic=team.clinic)
    assert (
        outside(team.clinic, "treatment", with_lead, at=MONDAY, patient=desk.patient).code == "patient busy"
    )
    for device in team.clinic.devices.all():
        Outage.objects.create(resource=device.resource, first=SATURDAY, last=SATURDAY)
    assert asked(desk, SATURDAY).code == "no device"


def test_who_does_not_give_it_cannot(desk: Desk) -> None:
    VisitType.objects.get(kind="treatment").practitioners.add(desk.team.lead)
    assert asked(desk).code == "practitioner not able"


def test_a_visit_that_moves_is_not_in_its_own_way(desk: Desk) -> None:
    booking.confirm(desk.actor, desk.series, offer_on(desk, TUESDAY), at=MONDAY)
    own = VisitFactory._meta.model.objects.get()
    typed = Typed(TUESDAY, 600, desk.team.practitioner)
    given = {"at": MONDAY, "patient": desk.patient, "without": [own.pk]}
    found = outside(desk.team.clinic, "treatment", typed, **given)  # type: ignore[arg-type]
    assert replace(found, slot=None, starts_at=None).code == "ok"
