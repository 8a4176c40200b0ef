import datetime

import pytest
from django.db import transaction

from clinic.actions.refusal import Refused
from plans.actions import booking, holding
from plans.actions.holding import NoSuchTime, SlotTaken
from plans.models import Occupancy, Visit, VisitType
from plans.rules.plan import numbered
from tests.factories.booking import MONDAY, Desk, slot
from tests.factories.plans import VisitFactory

pytestmark = pytest.mark.django_db


def a_visit(desk: Desk, **fields: object) -> Visit:
    given = {"series": desk.series, "session_number": 1, "day": datetime.date(2026, 2, 3), **fields}
    visit: Visit = VisitFactory.create(room=desk.team.clinic.rooms.get(kind="treatment"), **given)
    return visit


def treatment(desk: Desk) -> VisitType:
    return VisitType.objects.get(clinic=desk.team.clinic, kind="treatment")


def test_back_to_back_is_no_overlap_but_a_buffer_counts(desk: Desk) -> None:
    kind = treatment(desk)
    holding.hold([a_visit(desk, start_minute=600)], kind)
    with pytest.raises(SlotTaken):
        holding.hold([a_visit(desk, start_minute=660, session_number=2)], kind)
    holding.hold([a_visit(desk, start_minute=675, session_number=3)], kind)
    assert Occupancy.objects.filter(resource__kind="room").count() == 2


def test_two_visits_of_one_plan_may_not_overlap_either(desk: Desk) -> None:
    with pytest.raises(SlotTaken), transaction.atomic():
        holding.hold([a_visit(desk), a_visit(desk, session_number=2)], treatment(desk))
    assert Occupancy.objects.count() == 0


def test_a_patient_is_in_one_place_at_a_time(desk: Desk) -> None:
    holding.hold([a_visit(desk)], None)
    elsewhere = a_visit(desk, session_number=2, practitioner=desk.team.lead, start_minute=630)
    elsewhere.room = None
    with pytest.raises(SlotTaken):
        holding.hold([elsewhere], None)


def test_what_is_let_go_is_free_again(desk: Desk) -> None:
    visit = a_visit(desk)
    holding.hold([visit], treatment(desk))
    holding.let_go([visit])
    holding.hold([visit], treatment(desk))
    assert Occupancy.objects.filter(visit=visit).count() == 3


def test_the_hour_that_the_clock_skips_cannot_be_held(desk: Desk) -> None:
    visit = a_visit(desk)
    visit.day, visit.start_minute = datetime.date(2026, 3, 29), 45
    with pytest.raises(NoSuchTime):
        holding.instants(visit)


def test_somebody_without_a_diary_cannot_be_booked(desk: Desk) -> None:
    visit = a_visit(desk, practitioner=desk.team.admin)
    with pytest.raises(Refused) as refused:
        holding.hold([visit], None)
    assert refused.value.code == "no_diary"


def test_the_instants_held_agree_with_the_local_cells_on_a_summer_day(desk: Desk) -> None:
    day = datetime.date(2026, 7, 7)
    booking.confirm(
        desk.actor, desk.series, booking.offer(desk.series, numbered([1], [slot(desk, day)])), at=MONDAY
    )
    for row in Occupancy.objects.all():
        midnight = datetime.datetime(2026, 7, 6, 23, tzinfo=datetime.UTC)
        assert row.starts_at == midnight + datetime.timedelta(minutes=5 * row.cell_from)
        assert row.ends_at == midnight + datetime.timedelta(minutes=5 * row.cell_to)


def test_nothing_to_hold_is_taken_by_nobody(desk: Desk) -> None:
    holding.claim([])
    assert Occupancy.objects.count() == 0
