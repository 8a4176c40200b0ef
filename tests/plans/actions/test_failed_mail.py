import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry, Message
from plans.actions import failed_mail
from tests.factories.booking import MONDAY, Desk, a_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return a_desk()


@pytest.fixture
def message(desk: Desk) -> Message:
    return Message.objects.create(
        clinic=desk.team.clinic, patient_id=desk.patient.pk, kind="plans/booked", to="old@example.org",
        title="t", body="b", state="parked", due_at=MONDAY, queued_at=MONDAY, subject_kind="visit",
        subject_id="1", attempts=12, error="SMTPRecipientsRefused",
    )  # fmt: skip


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
        failed_mail.settle(desk.team.admin.actor, message, at=MONDAY)
    assert Message.objects.get().state == "parked"
