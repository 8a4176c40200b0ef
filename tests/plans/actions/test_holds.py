"""A hold, a resumption and an end of a series are taken back within three minutes, with all that they took."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from clinic.actions import outbox
from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from plans.actions import booking, series, waiting
from plans.actions.holding import SlotTaken
from plans.models import Occupancy, Series, SeriesChange, Visit, WaitingEntry, WaitingOffer
from plans.rules.plan import numbered
from tests.factories.booking import DAYS, MONDAY, Desk, another_series, booked_on, session, slot
from tests.factories.disruptions import drafted, leave
from tests.factories.waiting import joined, offered, wanted

pytestmark = pytest.mark.django_db
ONE = datetime.timedelta(minutes=1)
THEN = MONDAY + ONE  # within the three minutes of the booking, whose mail still waits
SOON = THEN + 2 * ONE
LATER = THEN + 4 * ONE
REASON = "new medicine, wait for the doctor"
Act = Callable[[Desk], Series]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """All four sessions have a date, the second is confirmed; the patient waits for less and has an offer."""
    booked_on(desk, *DAYS)
    Visit.objects.filter(session_number=2).update(state="confirmed", override_reason="her only free day")
    offered(desk, joined(desk, wanted(notice_hours=0)), day=0, start=720)
    return desk


def pause(desk: Desk) -> Series:
    return series.pause(desk.practitioner, desk.series, reason=REASON, at=THEN)


def resume(desk: Desk) -> Series:
    return series.resume(desk.practitioner, desk.series, earliest_on=DAYS[2], at=THEN)


def stop(desk: Desk) -> Series:
    return series.stop(
        desk.practitioner, desk.series, end_reason="stopped_reaction", reason="Redness for days.", at=THEN
    )


def paused(desk: Desk) -> None:
    """The series is on hold since a while, from a day on, by an answer."""
    held = {"hold_reason": REASON, "earliest_on": DAYS[1], "held_by_answers": True}
    Series.objects.update(state="paused", **held)


def stop_what_is_on_hold(desk: Desk) -> Series:
    return stop(desk)


STOPPED = (stop_what_is_on_hold, resume)
EVERY = (pause, resume, stop, stop_what_is_on_hold)


def last() -> SeriesChange:
    return SeriesChange.objects.latest("revision")


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    fields = ("state", "hold_reason", "earliest_on", "held_by_answers", "end_reason", "sessions", "windows")
    visits = (
        "session_number",
        "state",
        "day",
        "start_minute",
        "practitioner",
        "room",
        "device",
        "override_reason",
    )
    busy = ("resource", "visit", "starts_at", "ends_at", "day", "cell_from", "cell_to")
    mails = ("pk", "kind", "state", "to", "due_at", "subject_id", "claimed_until")
    return {
        "series": list(Series.objects.values_list(*fields)),
        "visits": list(Visit.objects.order_by("pk").values_list("pk", *visits)),
        "busy": sorted(Occupancy.objects.values_list(*busy), key=str),
        "mails": list(Message.objects.filter(state__in=outbox.UNSENT).order_by("pk").values_list(*mails)),
        "waiting": list(WaitingEntry.objects.values_list("pk", "state", "ended_at")),
        "offers": list(WaitingOffer.objects.values_list("pk", "state", "answered_at", "answered_by")),
    }


def begin(desk: Desk, act: Act) -> dict[str, list[tuple[Any, ...]]]:
    """Return what stands before the act, which for two of them is a series on hold."""
    if act in STOPPED:
        paused(desk)
    return snapshot()


@pytest.mark.parametrize("act", EVERY)
def test_everything_is_as_it_was_after_an_undo(desk: Desk, act: Act) -> None:
    before = begin(desk, act)
    assert (len(before["mails"]), len(before["busy"])) == (2, 16)
    act(desk)
    assert snapshot() != before
    series.undo(desk.practitioner, last(), at=SOON)
    assert snapshot() == before
    series.undo(desk.practitioner, last(), at=SOON)
    assert snapshot() == before


@pytest.mark.parametrize(("act", "cancelled"), [(pause, []), (resume, [1, 2]), (stop, [1, 2, 3, 4])])
def test_each_is_one_change_with_one_line_of_the_log_and_its_reason(
    desk: Desk, act: Act, cancelled: list[int]
) -> None:
    begin(desk, act)
    act(desk)
    verb = act.__name__
    change = SeriesChange.objects.exclude(verb="book").get()
    reason = {"pause": REASON, "resume": "", "stop": "Redness for days."}[verb]
    assert (change.verb, change.reason, change.cost, change.after) == (verb, reason, 0, [])
    assert [row[0] for row in change.before] == cancelled
    assert change.revision == desk.fresh().revision
    line = AuditEntry.objects.get(subject_kind="series", at=THEN)
    assert (line.verb, line.reason, line.fields) == (verb, reason, [*["dates"][: len(cancelled)], "state"])
    told = Message.objects.filter(kind="plans/cancelled", subject_id=str(change.pk), state="queued")
    assert list(told.values_list("due_at", flat=True)) == [THEN + 3 * ONE][: len(cancelled)]
    series.undo(desk.practitioner, change, at=SOON)
    change.refresh_from_db()
    assert change.undone_at == SOON
    assert AuditEntry.objects.filter(verb="undo", reason=verb).count() == 1


@pytest.mark.parametrize("act", EVERY)
def test_after_three_minutes_it_stays(desk: Desk, act: Act) -> None:
    begin(desk, act)
    act(desk)
    done = snapshot()
    with pytest.raises(Refused) as refused:
        series.undo(desk.practitioner, last(), at=LATER)
    assert refused.value.code == "undo_too_late"
    assert "three minutes have passed" in str(refused.value.message)
    assert snapshot() == done


def test_only_the_last_change_is_taken_back(desk: Desk) -> None:
    pause(desk)
    held = last()
    resume(desk)
    went_on = last()
    stop(desk)
    done = snapshot()
    for change in (held, went_on):
        with pytest.raises(Refused) as refused:
            series.undo(desk.practitioner, change, at=SOON)
        assert refused.value.code == "undo_too_late"
        assert "has changed since" in str(refused.value.message)
    assert snapshot() == done


@pytest.mark.parametrize("act", EVERY)
def test_the_desk_takes_back_no_decision_of_a_practitioner(desk: Desk, act: Act) -> None:
    begin(desk, act)
    act(desk)
    done = snapshot()
    with pytest.raises(Refused) as refused:
        series.undo(desk.actor, last(), at=SOON)
    assert refused.value.code == "not_allowed"
    assert snapshot() == done


@pytest.mark.parametrize("act", [resume, stop])
def test_a_time_that_was_taken_away_since_is_not_held_again(desk: Desk, act: Act) -> None:
    begin(desk, act)
    act(desk)
    done = snapshot()
    drafted(desk, leave(desk, DAYS[0]), at=SOON)
    with pytest.raises(Refused) as refused:
        series.undo(desk.practitioner, last(), at=SOON)
    assert refused.value.code == "taken_away"
    assert snapshot() == done


def test_a_time_that_somebody_else_has_by_now_is_not_held_again(desk: Desk) -> None:
    stop(desk)
    ended = last()
    other = another_series(desk)
    booking.confirm(desk.actor, other, booking.offer(other, numbered([1], [slot(desk, DAYS[0])])), at=SOON)
    with pytest.raises(SlotTaken):
        series.undo(desk.practitioner, ended, at=SOON)
    assert desk.fresh().state == "stopped"


def test_who_left_the_list_meanwhile_stays_away(desk: Desk) -> None:
    pause(desk)
    waiting.leave(desk.actor, WaitingEntry.objects.get(), at=SOON)
    series.undo(desk.practitioner, last(), at=SOON)
    assert (WaitingEntry.objects.get().state, WaitingOffer.objects.get().state) == ("left", "withdrawn")


def test_a_mail_that_comes_back_goes_to_the_address_of_today(desk: Desk) -> None:
    stop(desk)
    desk.patient.email = "new@example.org"
    desk.patient.save(update_fields=["email"])
    series.undo(desk.practitioner, last(), at=SOON)
    unsent = Message.objects.filter(state="queued")
    assert set(unsent.values_list("to", flat=True)) == {"new@example.org"}


def test_dates_that_are_taken_back_leave_a_series_on_hold(desk: Desk) -> None:
    paused(desk)
    series.cancel(desk.actor, session(4), at=THEN)
    series.undo(desk.actor, last(), at=SOON)
    assert (desk.fresh().state, session(4).state) == ("paused", "booked")
