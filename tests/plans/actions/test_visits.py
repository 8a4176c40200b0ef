import datetime
import uuid

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from plans.actions import booking, course, disruptions, series, visits
from plans.actions.holding import SlotTaken
from plans.models import Occupancy, Series, Visit
from tests.factories.booking import MONDAY, TEN, Desk, a_desk, another_series, offer_on
from tests.factories.disruptions import NEXT, booked_consultation, drafted, leave
from tests.factories.plans import RecordFactory

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
    assert desk.fresh().state == "to_book"


def test_the_last_done_session_completes_the_series(desk: Desk, visit: Visit) -> None:
    def finish(one: Visit, at: datetime.datetime) -> str:
        visits.mark(desk.actor, one, "in_treatment", at=at)
        RecordFactory.create(visit=one, signed_at=at, signed_by=desk.team.practitioner.user)
        visits.mark(desk.actor, one, "done", at=at)
        return desk.fresh().state

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
    other = another_series(desk)
    offer = booking.offer(other, list(booking.read_offer(offer_on(desk, TODAY)).plan))
    booking.confirm(desk.actor, other, offer, at=MONDAY)
    with pytest.raises(SlotTaken):
        visits.undo(desk.actor, visit, at=AT_TEN + datetime.timedelta(minutes=8))
    visit.refresh_from_db()
    assert visit.state == "no_show"


@pytest.mark.parametrize("number", [1, 2])
def test_what_was_left_out_since_does_not_come_back(desk: Desk, number: int) -> None:
    """The last one is none of the series any more; the number of the first one is the second one's."""
    second = TODAY + datetime.timedelta(days=35)
    booking.confirm(desk.actor, desk.series, offer_on(desk, TODAY, second), at=MONDAY)
    at = AT_TEN + datetime.timedelta(days=35 * (number - 1), minutes=5)
    missed = Visit.objects.get(session_number=number)
    visits.mark(desk.actor, missed, "no_show", at=at)
    mine, why = Series.objects.get(), "the goal is nearly met, one fewer will do"
    if number == 2:
        change = course.remove(desk.practitioner, mine, reason=why, key=uuid.uuid4(), at=at)
    else:
        offer = course.offer(mine, 1, ())
        change = course.skip(desk.practitioner, mine, 1, offer, reason=why, at=at)
        booked = series.cancel(desk.actor, Visit.objects.get(state="booked"), at=at)
        assert booked is not None  # nobody has the number of the session that was missed
    with pytest.raises(Refused) as refused:
        visits.undo(desk.actor, missed, at=at + datetime.timedelta(minutes=1))
    missed.refresh_from_db()
    assert (refused.value.code, missed.state, Occupancy.objects.filter(visit=missed).count()) == (
        "recounted", "no_show", 0,
    )  # fmt: skip
    if number == 2:
        series.undo(desk.practitioner, change, at=at + datetime.timedelta(minutes=1))
        assert visits.undo(desk.actor, missed, at=at + datetime.timedelta(minutes=2)).state == "booked"


def test_a_session_left_out_before_keeps_nobody_from_coming_back(desk: Desk, visit: Visit) -> None:
    why = "the goal is nearly met, one fewer will do"
    course.remove(desk.practitioner, Series.objects.get(), reason=why, key=uuid.uuid4(), at=MONDAY)
    visits.mark(desk.actor, visit, "no_show", at=AT_TEN + datetime.timedelta(minutes=5))
    assert visits.undo(desk.actor, visit, at=AT_TEN + datetime.timedelta(minutes=6)).state == "booked"


def test_nobody_comes_back_into_time_that_was_taken_away_since(desk: Desk) -> None:
    taken, free = (
        booked_consultation(desk, name, NEXT, TEN + hour) for name, hour in (("Ana", 0), ("Bea", 60))
    )
    for one in (taken, free):
        series.cancel(desk.actor, one, at=MONDAY)
    wanted = leave(desk, hours=(TEN, TEN + 30))
    disruptions.draft(desk.admin, desk.team.clinic, wanted, at=AT_TEN)
    with pytest.raises(Refused) as refused:
        visits.undo(desk.actor, taken, at=AT_TEN)
    taken.refresh_from_db()
    assert (refused.value.code, taken.state, Occupancy.objects.count()) == ("taken_away", "cancelled", 0)
    assert visits.undo(desk.actor, free, at=AT_TEN).state == "booked"


def test_who_was_kept_in_an_absence_comes_back_there(desk: Desk) -> None:
    kept = booked_consultation(desk, "Ana", NEXT)
    absence = drafted(desk)
    choices = {row.pk: "keep" for row in absence.decisions.all()}
    disruptions.accept(desk.admin, absence, choices, at=MONDAY)
    series.cancel(desk.actor, kept, at=AT_TEN)
    assert visits.undo(desk.actor, kept, at=AT_TEN).state == "booked"
