from datetime import timedelta

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from patients.actions import access
from plans.actions import booking, failed_mail, single
from plans.actions.series import undo
from plans.rules.plan import numbered
from plans.rules.scheduling.model import Slot
from tests.factories.booking import MONDAY, TEN, Desk, a_desk, offer_on, slot
from tests.factories.disruptions import NEXT, booked_consultation
from tests.factories.mail import a_refused_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(desk: Desk) -> Message:
    return a_refused_mail(desk, attempts=12, error="SMTPRecipientsRefused")


def test_a_refused_mail_goes_out_again_to_the_address_as_it_is_now(desk: Desk, message: Message) -> None:
    type(desk.patient).objects.update(email="new@example.org")
    for _ in range(2):
        failed_mail.send_again(desk.actor, message, at=MONDAY)
    now = Message.objects.get()
    assert (now.state, now.to, now.attempts, now.error) == ("queued", "new@example.org", 0, "")
    assert AuditEntry.objects.get().verb == "send_again"


def test_without_an_address_it_does_not_go_out(desk: Desk, message: Message) -> None:
    type(desk.patient).objects.update(email="")
    with pytest.raises(Refused) as refused:
        failed_mail.send_again(desk.actor, message, at=MONDAY)
    assert (refused.value.code, Message.objects.get().state) == ("no_address", "parked")


def test_an_invitation_goes_where_it_was_addressed(desk: Desk, message: Message) -> None:
    type(desk.patient).objects.update(email="teen@example.org")
    Message.objects.update(is_secret=True, to="mother@example.org")
    failed_mail.send_again(desk.actor, message, at=MONDAY)
    now = Message.objects.get()
    assert (now.state, now.to) == ("queued", "mother@example.org")


def test_an_invitation_that_was_taken_back_does_not_go_out(desk: Desk) -> None:
    key = access.grant_access(desk.actor, desk.patient, "x@example.org", at=MONDAY)
    Message.objects.update(state="parked")
    access.revoke_access(desk.actor, key, at=MONDAY)
    failed_mail.send_again(desk.actor, Message.objects.get(), at=MONDAY)
    assert Message.objects.get().state == "void"


def test_a_mail_about_a_time_that_has_moved_does_not_go_out(desk: Desk) -> None:
    visit = booked_consultation(desk, "Cem", NEXT)
    told = Message.objects.get()
    Message.objects.update(state="parked")
    later = Slot(NEXT, desk.team.practitioner.user.resource_id, TEN + 120, visit.room_id)
    single.move(desk.actor, visit, later, at=MONDAY, seen=visit.sequence)
    failed_mail.send_again(desk.actor, told, at=MONDAY)
    assert list(Message.objects.order_by("pk").values_list("kind", "state")) == [
        ("plans/booked", "void"),
        ("plans/moved", "queued"),
    ]


def test_dates_that_a_later_change_replaced_are_told_by_a_call(desk: Desk) -> None:
    booking.confirm(desk.actor, desk.series, offer_on(desk, NEXT), at=MONDAY)
    told = Message.objects.get()
    Message.objects.update(state="parked")
    series = desk.fresh()
    change = booking.confirm(desk.actor, series, offer_on(desk, NEXT + timedelta(days=1)), at=MONDAY)
    with pytest.raises(Refused) as refused:
        failed_mail.send_again(desk.actor, told, at=MONDAY)
    assert (refused.value.code, Message.objects.get(pk=told.pk).state) == ("overtaken", "parked")
    undo(desk.actor, change, at=MONDAY)
    series = desk.fresh()
    second = numbered([2], [slot(desk, NEXT + timedelta(days=35))])
    booking.confirm(desk.actor, series, booking.offer(series, second), at=MONDAY)
    failed_mail.send_again(desk.actor, told, at=MONDAY)
    assert Message.objects.get(pk=told.pk).state == "queued"


def test_mail_to_staff_is_not_the_desks(desk: Desk, message: Message) -> None:
    Message.objects.update(patient_id=None, is_secret=True)
    message.refresh_from_db()
    for do in (failed_mail.settle, failed_mail.send_again):
        with pytest.raises(Refused) as refused:
            do(desk.actor, message, at=MONDAY)
        assert refused.value.code == "not_allowed"
    assert Message.objects.get().state == "parked"


def test_a_call_settles_it(desk: Desk, message: Message) -> None:
    for _ in range(2):
        failed_mail.settle(desk.actor, message, at=MONDAY)
    assert (Message.objects.get().state, AuditEntry.objects.get().verb) == ("void", "settle")


def test_what_was_sent_stays_sent(desk: Desk, message: Message) -> None:
    Message.objects.update(state="sent")
    failed_mail.settle(desk.actor, message, at=MONDAY)
    failed_mail.send_again(desk.actor, message, at=MONDAY)
    assert (Message.objects.get().state, AuditEntry.objects.count()) == ("sent", 0)


def test_another_clinic_settles_nothing(desk: Desk, message: Message) -> None:
    other = a_desk("harbour")
    for do in (failed_mail.settle, failed_mail.send_again):
        with pytest.raises(Refused):
            do(other.actor, message, at=MONDAY)
    with pytest.raises(Refused):
        failed_mail.settle(desk.admin, message, at=MONDAY)
    assert Message.objects.get().state == "parked"
