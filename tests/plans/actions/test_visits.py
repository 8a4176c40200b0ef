import datetime

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from plans.actions import booking, visits
from plans.actions.holding import SlotTaken
from plans.models import Occupancy, Series, Visit
from tests.factories.booking import MONDAY, Desk, a_desk
from tests.factories.plans import RecordFactory
from tests.plans.actions.test_booking import a_desk_in, offer_on

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 2)
AT_TEN = MONDAY + datetime.timedelta(hours=2)


@pytest.fixture
def desk() -> Desk:
    return a_desk(sessions=2)


@pytest.fixture
def visit(desk: Desk) -> Visit:
    booking.confirm(desk.actor, desk.series, offer_on(desk, TODAY), at=MONDAY)
    return Visit.objects.get()


def test_a_visit_goes_step_by_step_and_each_is_logged(desk: Desk, visit: Visit) -> None:
    for state in ("confirmed", "arrived", "in_room", "in_treatment"):
        visits.mark(desk.actor, visit, state, at=AT_TEN)
    visit.refresh_from_db()
    assert (visit.state, visit.state_before, visit.state_at) == ("in_treatment", "in_room", AT_TEN)
    verbs = list(
        AuditEntry.objects.filter(subject_kind="visit").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == ["confirmed", "arrived", "in_room", "in_treatment"]


def test_the_same_state_twice_changes_nothing(desk: Desk, visit: Visit) -> None:
    visits.mark(desk.actor, visit, "arrived", at=AT_TEN)
    visits.mark(desk.actor, visit, "arrived", at=AT_TEN + datetime.timedelta(minutes=9))
    visit.refresh_from_db()
    assert visit.state_at == AT_TEN
    assert AuditEntry.objects.filter(verb="arrived").count() == 1


@pytest.mark.parametrize(
    ("state", "at", "code"),
    [
        ("done", AT_TEN, "state_order"),
        ("arrived", AT_TEN + datetime.timedelta(days=1), "other_day"),
        ("no_show", AT_TEN - datetime.timedelta(hours=1), "not_yet"),
    ],
)
def test_a_state_that_cannot_follow_is_refused(
    desk: Desk, visit: Visit, state: str, at: datetime.datetime, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        visits.mark(desk.actor, visit, state, at=at)
    assert refused.value.code == code
    visit.refresh_from_db()
    assert visit.state == "booked"


def test_a_treatment_is_not_finished_without_a_signed_record(desk: Desk, visit: Visit) -> None:
    visits.mark(desk.actor, visit, "arrived", at=AT_TEN)
    with pytest.raises(Refused) as refused:
        visits.mark(desk.actor, visit, "done", at=AT_TEN)
    assert refused.value.code == "no_record"


def test_a_no_show_frees_the_slot_and_takes_back_unsent_mail(desk: Desk, visit: Visit) -> None:
    visits.mark(desk.actor, visit, "no_show", at=AT_TEN + datetime.timedelta(hours=1))
    assert Occupancy.objects.count() == 0
    assert Message.objects.filter(subject_kind="visit").exclude(state="void").count() == 0
    assert Series.objects.get(pk=desk.series.pk).state == "to_book"


def test_the_last_done_session_completes_the_series(desk: Desk, visit: Visit) -> None:
    def finish(one: Visit, at: datetime.datetime) -> str:
        visits.mark(desk.actor, one, "in_treatment", at=at)
        RecordFactory.create(visit=one, signed_at=at, signed_by=desk.team.practitioner.user)
        visits.mark(desk.actor, one, "done", at=at)
        return Series.objects.get(pk=desk.series.pk).state

    assert finish(visit, AT_TEN) == "active"
    second = TODAY + datetime.timedelta(days=35)
    booking.confirm(desk.actor, desk.series, offer_on(desk, second, first=2), at=AT_TEN)
    assert finish(Visit.objects.get(session_number=2), AT_TEN + datetime.timedelta(days=35)) == "completed"


def test_a_step_is_taken_back_on_the_same_day(desk: Desk, visit: Visit) -> None:
    visits.mark(desk.actor, visit, "arrived", at=AT_TEN)
    visits.undo(desk.actor, visit, at=AT_TEN + datetime.timedelta(minutes=1))
    visit.refresh_from_db()
    assert (visit.state, visit.state_before) == ("booked", "")


def test_a_step_is_not_taken_back_on_another_day(desk: Desk, visit: Visit) -> None:
    visits.mark(desk.actor, visit, "arrived", at=AT_TEN)
    with pytest.raises(Refused) as refused:
        visits.undo(desk.actor, visit, at=AT_TEN + datetime.timedelta(days=1))
    assert refused.value.code == "nothing_to_undo"


def test_taking_a_no_show_back_holds_the_slot_again_unless_it_is_gone(desk: Desk, visit: Visit) -> None:
    visits.mark(desk.actor, visit, "no_show", at=AT_TEN + datetime.timedelta(minutes=5))
    visits.undo(desk.actor, visit, at=AT_TEN + datetime.timedelta(minutes=6))
    assert Occupancy.objects.count() == 4
    visits.mark(desk.actor, visit, "no_show", at=AT_TEN + datetime.timedelta(minutes=7))
    other = a_desk_in(desk)
    offer = booking.offer(other, list(booking.read_offer(offer_on(desk, TODAY)).plan))
    booking.confirm(desk.actor, other, offer, at=MONDAY)
    with pytest.raises(SlotTaken):
        visits.undo(desk.actor, visit, at=AT_TEN + datetime.timedelta(minutes=8))
    visit.refresh_from_db()
    assert visit.state == "no_show"
