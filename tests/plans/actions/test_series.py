import datetime

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from plans.actions import booking, series, waiting_offers
from plans.models import Occupancy, SeriesChange, Visit, WaitingEntry, WaitingOffer
from tests.factories.booking import DAYS, MONDAY, Desk, booked_on, offer_on, session
from tests.factories.disruptions import drafted, leave
from tests.factories.waiting import joined, offered

pytestmark = pytest.mark.django_db
SOON = MONDAY + datetime.timedelta(minutes=2)
LATER = MONDAY + datetime.timedelta(minutes=4)
REASON = "new medicine, wait for the doctor"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return booked_on(desk, *DAYS)


@pytest.mark.parametrize(("scope", "left"), [("one", [1, 3, 4]), ("following", [1]), ("all", [])])
def test_one_the_following_or_all_are_cancelled(desk: Desk, scope: str, left: list[int]) -> None:
    series.cancel(desk.actor, session(2), scope=scope, at=LATER, reason="holiday")
    held = Visit.objects.filter(state="booked").order_by("session_number")
    assert list(held.values_list("session_number", flat=True)) == left
    assert Occupancy.objects.count() == 4 * len(left)
    assert desk.fresh().state == ("booked" if left else "to_book")


def test_an_unknown_scope_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        series.cancel(desk.actor, session(2), scope="everything", at=LATER)
    assert (refused.value.code, refused.value.field) == ("scope", "scope")


def test_cancelling_what_is_cancelled_is_refused(desk: Desk) -> None:
    series.cancel(desk.actor, session(2), at=LATER)
    with pytest.raises(Refused) as refused:
        series.cancel(desk.actor, session(2), at=LATER)
    assert refused.value.code == "nothing_held"


def test_a_booking_is_undone_within_three_minutes_and_no_mail_goes(desk: Desk) -> None:
    series.undo(desk.actor, SeriesChange.objects.get(), at=SOON)
    assert (Visit.objects.count(), Occupancy.objects.count()) == (0, 0)
    assert desk.fresh().state == "to_book"
    assert list(Message.objects.values_list("state", flat=True)) == ["void"]


def test_a_cancellation_is_undone_with_every_slot(desk: Desk) -> None:
    before = set(Occupancy.objects.values_list("resource_id", "starts_at", "ends_at"))
    change = series.cancel(desk.actor, session(2), scope="following", at=MONDAY)
    assert change is not None
    series.undo(desk.actor, change, at=SOON)
    assert set(Occupancy.objects.values_list("resource_id", "starts_at", "ends_at")) == before
    assert Visit.objects.filter(state="booked").count() == 4


@pytest.mark.parametrize("verb", ["cancel", "move"])
def test_nothing_is_taken_back_into_time_that_was_taken_away_since(desk: Desk, verb: str) -> None:
    if verb == "cancel":
        change = series.cancel(desk.actor, session(4), at=MONDAY)
    else:
        offer = offer_on(desk, DAYS[3] + datetime.timedelta(days=1), first=4)
        change = booking.confirm(desk.actor, desk.series, offer, at=MONDAY)
    assert change is not None
    drafted(desk, leave(desk, DAYS[3]))
    before = set(Occupancy.objects.values_list("visit", "day"))
    with pytest.raises(Refused) as refused:
        series.undo(desk.actor, change, at=SOON)
    assert refused.value.code == "taken_away"
    assert set(Occupancy.objects.values_list("visit", "day")) == before


def test_a_move_is_undone_to_the_minute(desk: Desk) -> None:
    offer = offer_on(desk, DAYS[3] + datetime.timedelta(days=1), first=4)
    change = booking.confirm(desk.actor, desk.series, offer, at=MONDAY)
    series.undo(desk.actor, change, at=SOON)
    assert [session(n).day for n in (1, 2, 3, 4)] == DAYS


def test_undoing_twice_changes_nothing_more(desk: Desk) -> None:
    change = series.cancel(desk.actor, session(4), at=MONDAY)
    assert change is not None
    series.undo(desk.actor, change, at=SOON)
    series.undo(desk.actor, change, at=SOON)
    assert Visit.objects.filter(state="booked").count() == 4


def test_an_undo_is_refused_after_three_minutes_and_after_another_change(desk: Desk) -> None:
    booked = SeriesChange.objects.get()
    with pytest.raises(Refused) as refused:
        series.undo(desk.actor, booked, at=LATER)
    assert refused.value.code == "undo_too_late"
    series.cancel(desk.actor, session(4), at=SOON)
    with pytest.raises(Refused) as refused:
        series.undo(desk.actor, booked, at=SOON)
    assert refused.value.code == "undo_too_late"


def test_a_practitioner_holds_a_series_and_lets_it_go_on_from_a_day(desk: Desk) -> None:
    series.pause(desk.practitioner, desk.series, reason=REASON, at=LATER)
    assert (desk.fresh().state, desk.fresh().hold_reason) == ("paused", REASON)
    assert Visit.objects.filter(state="booked").count() == 4
    series.resume(desk.practitioner, desk.series, earliest_on=DAYS[1], at=LATER)
    assert (desk.fresh().state, desk.fresh().hold_reason) == ("booked", "")
    assert list(Visit.objects.filter(state="cancelled").values_list("session_number", flat=True)) == [1]


def test_the_desk_neither_holds_nor_ends_a_series(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        series.pause(desk.actor, desk.series, reason=REASON, at=LATER)
    assert refused.value.code == "not_allowed"
    with pytest.raises(Refused) as refused:
        series.stop(desk.actor, desk.series, end_reason="patient_choice", at=LATER)
    assert refused.value.code == "not_allowed"


def test_a_short_reason_does_not_hold_a_series(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        series.pause(desk.practitioner, desk.series, reason=" short ", at=LATER)
    assert (refused.value.code, refused.value.field) == ("reason_short", "reason")


def test_ending_a_series_cancels_what_is_to_come(desk: Desk) -> None:
    series.stop(desk.practitioner, desk.series, end_reason="patient_choice", at=LATER)
    assert (desk.fresh().state, desk.fresh().end_reason) == ("stopped", "patient_choice")
    assert Occupancy.objects.count() == 0
    with pytest.raises(Refused) as refused:
        series.stop(desk.practitioner, desk.series, end_reason="patient_choice", at=LATER)
    assert refused.value.code == "ended"


def test_what_moved_because_of_an_absence_does_not_move_back_into_it(desk: Desk) -> None:
    SeriesChange.objects.update(verb="replan")
    with pytest.raises(Refused) as refused:
        series.undo(desk.actor, SeriesChange.objects.get(), at=SOON)
    assert refused.value.code == "undo_absence"


@pytest.mark.parametrize("end_reason", ["", "paused_pregnancy", "nonsense"])
def test_a_series_does_not_end_for_a_reason_that_ends_none(desk: Desk, end_reason: str) -> None:
    with pytest.raises(Refused) as refused:
        series.stop(desk.practitioner, desk.series, end_reason=end_reason, at=LATER)
    assert refused.value.code == "end_reason"


def test_ending_a_series_tells_the_patient_and_sends_no_older_word(desk: Desk) -> None:
    series.stop(desk.practitioner, desk.series, end_reason="stopped_reaction", at=SOON)
    waiting = Message.objects.exclude(state="void")
    assert [message.title for message in waiting] == ["A visit is cancelled"]
    assert not AuditEntry.objects.filter(reason__contains="reaction").exists()


def on_offer(desk: Desk) -> WaitingOffer:
    """Cancel every date; the patient waits, and is offered a time."""
    series.cancel(desk.actor, session(1), scope="all", at=MONDAY)
    return offered(desk, joined(desk))


def accepted(desk: Desk) -> SeriesChange:
    """Book nothing but what the patient takes from the waiting list."""
    waiting_offers.accept(desk.actor, on_offer(desk), at=MONDAY)
    return SeriesChange.objects.latest("revision")


def test_who_took_an_offer_waits_again_when_the_booking_is_undone(desk: Desk) -> None:
    series.undo(desk.actor, accepted(desk), at=SOON)
    entry, offer = WaitingEntry.objects.get(), WaitingOffer.objects.get()
    assert (entry.state, entry.ended_at, offer.state) == ("waiting", None, "withdrawn")
    assert Visit.objects.filter(state="booked").count() == 0
    with pytest.raises(Refused) as refused:
        waiting_offers.accept(desk.actor, offer, at=SOON)
    assert refused.value.code == "offer_over"


def test_who_joined_again_before_the_undo_waits_once(desk: Desk) -> None:
    change, again = accepted(desk), joined(desk)
    for _ in range(2):
        series.undo(desk.actor, change, at=SOON)
    assert WaitingEntry.objects.get(state="waiting") == again
    assert set(WaitingEntry.objects.values_list("state", flat=True)) == {"waiting", "served"}


def test_ending_a_series_ends_the_waiting_and_the_offer(desk: Desk) -> None:
    on_offer(desk)
    series.stop(desk.practitioner, desk.series, end_reason="patient_choice", at=MONDAY)
    assert (WaitingEntry.objects.get().state, WaitingOffer.objects.get().state) == ("left", "withdrawn")
    assert Message.objects.get(kind="plans/offer").state == "void"


def test_holding_a_series_withdraws_the_offer_and_keeps_the_place(desk: Desk) -> None:
    on_offer(desk)
    series.pause(desk.practitioner, desk.series, reason=REASON, at=MONDAY)
    assert (WaitingEntry.objects.get().state, WaitingOffer.objects.get().state) == ("waiting", "withdrawn")
    assert Message.objects.get(kind="plans/offer").state == "void"
