import datetime

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Clinic, Message
from plans.actions import booking
from plans.actions.holding import SlotTaken
from plans.models import Occupancy, Series, SeriesChange, Visit, VisitType
from plans.rules.plan import Session, numbered
from tests.factories.booking import (
    DAYS,
    MONDAY,
    Desk,
    a_desk,
    another_series,
    best_offer,
    booked_on,
    offer_on,
    slot,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def test_a_series_is_booked_whole_with_what_each_session_holds(desk: Desk) -> None:
    change = booking.confirm(desk.actor, desk.series, best_offer(desk), at=MONDAY)
    visits = list(Visit.objects.filter(series=desk.series))
    assert [visit.session_number for visit in visits] == [1, 2, 3, 4]
    assert [visit.day for visit in visits] == [
        datetime.date(2026, 2, 2),
        datetime.date(2026, 3, 9),
        datetime.date(2026, 4, 13),
        datetime.date(2026, 5, 18),
    ]
    # Wall time stays when the clocks change on 29 March.
    assert [visit.starts_at.hour * 60 + visit.starts_at.minute for visit in visits] == [
        visits[0].start_minute,
        visits[0].start_minute,
        visits[0].start_minute - 60,
        visits[0].start_minute - 60,
    ]
    assert Occupancy.objects.count() == 16
    assert change.verb == "book"
    desk.series.refresh_from_db()
    assert (desk.series.state, desk.series.revision) == (Series.State.BOOKED, 1)


def test_buffers_are_held_for_the_room_and_not_for_the_patient(desk: Desk) -> None:
    booking.confirm(desk.actor, desk.series, offer_on(desk, datetime.date(2026, 2, 3)), at=MONDAY)
    cells = dict(Occupancy.objects.values_list("resource__kind", "cell_from"))
    ends = dict(Occupancy.objects.values_list("resource__kind", "cell_to"))
    assert cells == {"practitioner": 120, "room": 119, "device": 120, "patient": 120}
    assert ends == {"practitioner": 132, "room": 134, "device": 132, "patient": 132}


def test_confirming_twice_books_once(desk: Desk) -> None:
    token = best_offer(desk)
    first = booking.confirm(desk.actor, desk.series, token, at=MONDAY)
    again = booking.confirm(desk.actor, desk.series, token, at=MONDAY)
    assert again == first
    assert (Visit.objects.count(), SeriesChange.objects.count(), Message.objects.count()) == (4, 1, 1)


def test_the_patient_is_told_after_three_minutes_and_not_what_for(desk: Desk) -> None:
    booking.confirm(desk.actor, desk.series, best_offer(desk), at=MONDAY)
    message = Message.objects.get()
    assert message.due_at == MONDAY + datetime.timedelta(minutes=3)
    assert message.to == desk.patient.email
    assert "Monday 2 February 2026" in message.body
    assert not any(
        word in (message.title + message.body).lower() for word in ("needl", "treatment", "session")
    )


def test_one_audit_row_tells_of_a_booking(desk: Desk) -> None:
    booking.confirm(desk.actor, desk.series, best_offer(desk), at=MONDAY)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.subject_kind, entry.patient_id) == ("book", "series", desk.patient.pk)


def test_booking_six_sessions_takes_fourteen_statements() -> None:
    desk = a_desk(sessions=6)
    token = best_offer(desk)
    series = Series.objects.select_related("clinic", "patient", "protocol_version").get()
    with CaptureQueriesContext(connection) as asked:
        booking.confirm(desk.actor, series, token, at=MONDAY)
    frame = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    told = [one["sql"] for one in asked.captured_queries if not one["sql"].startswith(frame)]
    assert (Visit.objects.count(), len(told)) == (6, 14)


def test_an_offer_made_before_the_series_changed_is_stale(desk: Desk) -> None:
    early, late = best_offer(desk), best_offer(desk)
    booking.confirm(desk.actor, desk.series, early, at=MONDAY)
    with pytest.raises(Refused) as refused:
        booking.confirm(desk.actor, desk.series, late, at=MONDAY)
    assert refused.value.code == "offer_stale"
    assert Visit.objects.count() == 4


def test_a_change_says_what_it_disturbed(desk: Desk) -> None:
    first = booked_on(desk, *DAYS).fresh().changes.get()
    token = booking.offer(
        desk.fresh(), numbered([2], [slot(desk, DAYS[1] + datetime.timedelta(days=1), 630)])
    )
    moved = booking.confirm(desk.actor, desk.fresh(), token, at=MONDAY)
    # Another day, one day on, half an hour later: 200 + 10 + 4.
    assert (first.cost, moved.cost) == (0, 214)


def test_a_session_that_moves_keeps_its_own_minutes_whatever_its_kind_takes_by_now(desk: Desk) -> None:
    booked_on(desk, DAYS[0], DAYS[1])
    VisitType.objects.filter(kind="treatment").update(minutes=30)
    later = DAYS[1] + datetime.timedelta(days=1)
    booking.confirm(
        desk.actor, desk.fresh(), booking.offer(desk.fresh(), numbered([2], [slot(desk, later)])), at=MONDAY
    )
    moved = Visit.objects.get(session_number=2)
    held = Occupancy.objects.get(visit=moved, resource=desk.team.practitioner.user.resource)
    assert (moved.minutes, held.starts_at, held.ends_at) == (60, moved.starts_at, moved.ends_at)


def test_a_clinic_that_moved_to_another_zone_meanwhile_is_booked_in_its_own(desk: Desk) -> None:
    series = Series.objects.select_related("clinic").get()
    token = booking.offer(series, numbered([1], [slot(desk, DAYS[0])]))
    Clinic.objects.update(time_zone="Europe/Madrid")
    booking.confirm(desk.actor, series, token, at=MONDAY)
    assert Visit.objects.get().starts_at == datetime.datetime(2026, 2, 3, 9, tzinfo=datetime.UTC)


def test_an_offer_of_nothing_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        booking.confirm(desk.actor, desk.series, booking.offer(desk.series, []), at=MONDAY)
    assert refused.value.code == "offer_forged"


def test_an_offer_for_another_series_is_refused(desk: Desk) -> None:
    other = a_desk("harbour")
    with pytest.raises(Refused) as refused:
        booking.confirm(desk.actor, desk.series, best_offer(other), at=MONDAY)
    assert refused.value.code == "offer_of_another"


@pytest.mark.parametrize("token", ["", "x", "🙂" * 50, "a" * 10_000])
def test_a_forged_offer_is_refused(desk: Desk, token: str) -> None:
    with pytest.raises(Refused) as refused:
        booking.confirm(desk.actor, desk.series, token, at=MONDAY)
    assert refused.value.code == "offer_forged"


def test_an_offer_signed_for_something_else_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        booking.confirm(desk.actor, desk.series, signing.dumps([1, 2, 3], salt=booking.SALT), at=MONDAY)
    assert refused.value.code == "offer_forged"


def test_a_slot_that_is_gone_books_nothing_at_all(desk: Desk) -> None:
    other = another_series(desk)
    days = [datetime.date(2026, 2, 3) + 35 * DAY * i for i in range(4)]
    booking.confirm(desk.actor, other, booking.offer(other, numbered([1], [slot(desk, days[2])])), at=MONDAY)
    with pytest.raises(SlotTaken):
        booking.confirm(desk.actor, desk.series, offer_on(desk, *days), at=MONDAY)
    assert Visit.objects.filter(series=desk.series).count() == 0
    assert Occupancy.objects.count() == 4


@pytest.mark.parametrize(
    ("days", "by_practitioner", "reason", "code"),
    [
        (20, True, "the patient leaves the country", "too_early"),
        (24, False, "the patient leaves the country", "practitioner_books"),
        (24, True, "", "reason_needed"),
        (49, False, "", "reason_needed"),
        (60, False, "the patient was travelling", "practitioner_books"),
        (120, True, "the patient was travelling", "lapsed"),
    ],
)
def test_a_gap_outside_the_window_is_refused_by_who_may_book_it(
    desk: Desk, days: int, by_practitioner: bool, reason: str, code: str
) -> None:
    actor = desk.practitioner if by_practitioner else desk.actor
    first = datetime.date(2026, 2, 3)
    second = first + days * DAY
    second += max(0, second.weekday() - 4) * DAY if code != "too_early" else 0 * DAY
    with pytest.raises(Refused) as refused:
        booking.confirm(actor, desk.series, offer_on(desk, first, second), at=MONDAY, reason=reason)
    assert refused.value.code == code
    assert Visit.objects.count() == 0


@pytest.mark.parametrize(("days", "by_practitioner"), [(24, True), (49, False), (63, True)])
def test_a_gap_outside_the_window_is_booked_by_who_may_with_a_reason(
    desk: Desk, days: int, by_practitioner: bool
) -> None:
    actor = desk.practitioner if by_practitioner else desk.actor
    first = datetime.date(2026, 2, 3)
    why = "agreed with the patient today"
    booking.confirm(actor, desk.series, offer_on(desk, first, first + days * DAY), at=MONDAY, reason=why)
    assert [visit.override_reason for visit in Visit.objects.all()] == ["", why]


@pytest.mark.parametrize(
    ("day", "start", "code"),
    [
        (datetime.date(2026, 2, 2), 7 * 60, "past"),
        (datetime.date(2026, 1, 30), 600, "past"),
        (datetime.date(2026, 2, 7), 600, "unfit"),  # a Saturday
        (datetime.date(2026, 2, 3), 605, "unfit"),  # off the grid
        (datetime.date(2026, 2, 3), 16 * 60 + 30, "unfit"),  # would end after closing
    ],
)
def test_a_time_that_cannot_be_is_refused(desk: Desk, day: datetime.date, start: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        booking.confirm(desk.actor, desk.series, offer_on(desk, day, start=start), at=MONDAY)
    assert refused.value.code == code
    assert Visit.objects.count() == 0


def test_nothing_is_booked_for_a_series_on_hold(desk: Desk) -> None:
    token = best_offer(desk)
    Series.objects.update(state=Series.State.PAUSED)
    with pytest.raises(Refused) as refused:
        booking.confirm(desk.actor, desk.series, token, at=MONDAY)
    assert refused.value.code == "not_open"


def test_days_before_an_event_are_kept_clear_for_the_desk(desk: Desk) -> None:
    Series.objects.update(event_on=datetime.date(2026, 2, 10), keep_clear_days=14, event_name="Wedding")
    with pytest.raises(Refused) as refused:
        booking.confirm(desk.actor, desk.series, offer_on(desk, datetime.date(2026, 2, 3)), at=MONDAY)
    assert refused.value.code == "event"


def test_nothing_is_booked_before_the_day_a_hold_ends(desk: Desk) -> None:
    Series.objects.update(earliest_on=datetime.date(2026, 2, 5))
    with pytest.raises(Refused) as refused:
        booking.confirm(desk.actor, desk.series, offer_on(desk, datetime.date(2026, 2, 4)), at=MONDAY)
    assert refused.value.code == "held_until"
    booking.confirm(desk.actor, desk.series, offer_on(desk, datetime.date(2026, 2, 5)), at=MONDAY)
    assert Visit.objects.count() == 1


def test_a_confirmed_offer_moves_sessions_that_have_a_date(desk: Desk) -> None:
    days = [datetime.date(2026, 2, 3) + 35 * DAY * i for i in range(4)]
    booking.confirm(desk.actor, desk.series, offer_on(desk, *days), at=MONDAY)
    before = Visit.objects.get(session_number=2)
    token = offer_on(desk, days[1] + DAY, first=2)
    change = booking.confirm(desk.actor, desk.series, token, at=MONDAY, reason="cannot come")
    after = Visit.objects.get(session_number=2)
    assert (after.pk, after.day, after.sequence) == (before.pk, days[1] + DAY, before.sequence + 1)
    assert (change.verb, change.reason, len(change.before), len(change.after)) == (
        "move",
        "cannot come",
        1,
        1,
    )
    assert Occupancy.objects.count() == 16


def test_a_plan_survives_being_signed(desk: Desk) -> None:
    plan = (Session(1, slot(desk, datetime.date(2026, 2, 3))),)
    read = booking.read_offer(booking.offer(desk.series, plan))
    assert (read.series, read.revision, read.plan) == (desk.series.pk, 0, plan)


def test_an_old_offer_is_refused(desk: Desk, time_machine: object) -> None:
    token = best_offer(desk)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=31)
    time_machine.move_to(later)  # type: ignore[attr-defined]
    with pytest.raises(Refused) as refused:
        booking.confirm(desk.actor, desk.series, token, at=MONDAY)
    assert refused.value.code == "offer_expired"


@pytest.mark.parametrize("state", ["arrived", "in_room", "in_treatment", "done"])
def test_a_session_that_has_begun_does_not_move(desk: Desk, state: str) -> None:
    booking.confirm(desk.actor, desk.series, offer_on(desk, datetime.date(2026, 2, 3)), at=MONDAY)
    Visit.objects.update(state=state)
    with pytest.raises(Refused) as refused:
        booking.confirm(desk.actor, desk.series, offer_on(desk, datetime.date(2026, 2, 4)), at=MONDAY)
    assert refused.value.code == "offer_stale"
    assert Visit.objects.get().day == datetime.date(2026, 2, 3)
