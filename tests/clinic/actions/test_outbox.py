"""Mail is queued with its cause, claimed once, sent by a real server, tried again, or parked."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction

from clinic.actions import outbox
from clinic.models import Clinic, Message
from tests.clinic.smtp_sink import Sink, smtp_sink
from tests.factories.clinic import ClinicFactory, UserFactory
from tests.rush import rush

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
State = Message.State


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with smtp_sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.SITE_URL = "https://clinic.example"
        yield server


def queue(clinic: Clinic, at: datetime = AT, to: str = "ana@example.org", **more: Any) -> Message:
    person = UserFactory.build(email=to, language=more.pop("language", "en-gb"))
    outbox.queue("patients/invitation", clinic, person, at=at, context={"clinic": clinic}, **more)
    return Message.objects.get(subject_id=str(clinic.pk), due_at=more.get("due_at") or at)


@pytest.fixture
def clinic(db: None) -> Clinic:
    made: Clinic = ClinicFactory.create(name="Fernway")
    return made


# --- Queueing --------------------------------------------------------------------------------------
def test_a_mail_is_worded_and_waits(clinic: Clinic) -> None:
    message = queue(clinic, due_at=AT + timedelta(minutes=3), clinic_id=clinic.pk)
    message.refresh_from_db()
    assert (message.state, message.to, message.title) == (
        State.QUEUED,
        "ana@example.org",
        "Your page at Fernway",
    )
    assert (message.queued_at, message.due_at) == (AT, AT + timedelta(minutes=3))
    assert "/my/sign-in/" in message.body
    assert outbox.send_due(at=AT) == 0


def test_a_mail_exists_exactly_when_its_cause_does(clinic: Clinic) -> None:
    @transaction.atomic
    def fail_half_way() -> None:
        queue(clinic)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert not Message.objects.exists()


def test_the_same_mail_of_the_same_cause_is_queued_once(clinic: Clinic) -> None:
    assert queue(clinic) == queue(clinic)
    assert queue(clinic, at=AT + timedelta(minutes=1)) != queue(clinic)
    assert Message.objects.count() == 2


def test_nobody_without_an_address_gets_mail(clinic: Clinic) -> None:
    person = UserFactory.build(email="")
    outbox.queue("patients/code", clinic, person, at=AT)
    assert not Message.objects.exists()


def test_a_name_with_line_breaks_makes_no_second_header(clinic: Clinic, sink: Sink) -> None:
    clinic.name = "Fernway\r\nBcc: evil@example.org\r\n\r\nBody"
    message = queue(clinic)
    assert message.title == "Your page at Fernway Bcc: evil@example.org Body"
    assert outbox.send_due(at=AT) == 1
    (mail,) = sink.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Your page at Fernway Bcc: evil@example.org Body"


# --- Sending ---------------------------------------------------------------------------------------
def test_a_mail_is_sent_with_a_stable_name(clinic: Clinic, sink: Sink) -> None:
    message = queue(clinic)
    assert outbox.send_due(at=AT) == 1
    assert outbox.send_due(at=AT) == 0
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts, message.error) == (State.SENT, AT, 1, "")
    assert "/my/sign-in/" in message.body
    (mail,) = sink.mails
    assert (mail["To"], mail["Message-ID"]) == ("ana@example.org", f"<interval-{message.pk}@clinic.example>")
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_secret_is_wiped_when_sent_and_not_before(clinic: Clinic, sink: Sink) -> None:
    message = queue(clinic, secret=True)
    assert message.body
    outbox.send_due(at=AT)
    message.refresh_from_db()
    assert (message.state, message.body) == (State.SENT, "")
    assert "/my/sign-in/" in sink.mails[0].get_content()


def test_a_mail_whose_cause_is_gone_is_never_sent(clinic: Clinic, sink: Sink) -> None:
    first, other = queue(clinic), queue(ClinicFactory.create())
    assert outbox.void(clinic) == 1
    assert outbox.send_due(at=AT) == 1
    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.state, other.state, len(sink.mails)) == (State.VOID, State.SENT, 1)
    assert outbox.void(ClinicFactory.build(pk=other.subject_id)) == 0


def test_a_refused_mail_whose_cause_is_gone_is_taken_back_too(clinic: Clinic) -> None:
    message = queue(clinic)
    Message.objects.update(state=State.PARKED)
    assert outbox.void(clinic) == 1
    message.refresh_from_db()
    assert message.state == State.VOID


def test_a_refused_connection_is_tried_again_later_and_later(clinic: Clinic, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    message = queue(clinic)
    waits, now = [], AT
    for _ in range(12):
        assert outbox.send_due(at=now) == 0
        assert outbox.send_due(at=now) == 0  # not at once
        message.refresh_from_db()
        if message.claimed_until is None:
            break
        waits.append(int((message.claimed_until - now).total_seconds()))
        now = message.claimed_until + timedelta(seconds=1)
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600]
    assert (message.state, message.attempts, message.error) == (State.PARKED, 12, "ConnectionRefusedError")


def test_a_mail_goes_once_the_server_is_back(clinic: Clinic, sink: Sink) -> None:
    sink.answer = "451 try later"
    message = queue(clinic)
    assert outbox.send_due(at=AT) == 0
    message.refresh_from_db()
    assert (message.state, message.error) == (State.CLAIMED, "SMTPRecipientsRefused")
    sink.answer = "250 ok"
    assert outbox.send_due(at=AT + timedelta(seconds=59)) == 0
    assert outbox.send_due(at=AT + timedelta(seconds=61)) == 1


def test_an_address_that_is_refused_for_good_is_parked(clinic: Clinic, sink: Sink) -> None:
    sink.answer = "550 no such person"
    message = queue(clinic)
    assert outbox.send_due(at=AT) == 0
    message.refresh_from_db()
    assert (message.state, message.error) == (State.PARKED, "SMTPRecipientsRefused")
    sink.answer = "250 ok"
    assert outbox.send_due(at=AT + timedelta(days=9)) == 0
    assert sink.mails == []


def test_an_address_that_no_server_can_be_asked_for_is_parked_and_holds_up_no_other(
    clinic: Clinic, sink: Sink
) -> None:
    impossible = queue(clinic, to="a@" + "é" * 62 + ".com")
    fine = queue(ClinicFactory.create(name="Harbour"), to="fine@example.org")
    outbox.send_due(at=AT)
    impossible.refresh_from_db()
    fine.refresh_from_db()
    assert (impossible.state, fine.state) == (State.PARKED, State.SENT)


def test_one_refused_mail_holds_up_no_other(clinic: Clinic, sink: Sink) -> None:
    sink.answer = "550 no"
    queue(clinic)
    outbox.send_due(at=AT)
    sink.answer = "250 ok"
    queue(clinic, at=AT + timedelta(seconds=1))
    assert outbox.send_due(at=AT + timedelta(seconds=1)) == 1


def test_the_claim_of_a_dead_worker_runs_out(clinic: Clinic, sink: Sink) -> None:
    message = queue(clinic)
    Message.objects.update(state=State.CLAIMED, claimed_until=AT + outbox.LEASE, attempts=1)
    assert outbox.send_due(at=AT + outbox.LEASE) == 0
    assert outbox.send_due(at=AT + outbox.LEASE + timedelta(seconds=1)) == 1
    assert sink.mails[0]["Message-ID"] == f"<interval-{message.pk}@clinic.example>"


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_fifty_mails_once_each(sink: Sink) -> None:
    clinic = ClinicFactory.create()
    for second in range(50):
        queue(clinic, at=AT + timedelta(seconds=second))
    later = AT + timedelta(hours=1)
    counts = rush(4, lambda _: outbox.send_due(at=later))
    assert sum(count for count in counts if isinstance(count, int)) == 50
    names = [mail["Message-ID"] for mail in sink.mails]
    assert len(names) == len(set(names)) == 50
    assert set(Message.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


@pytest.mark.django_db(transaction=True)
def test_four_processes_send_fifty_mails_once_each(sink: Sink, database_url: str, tmp_path: Any) -> None:
    clinic = ClinicFactory.create()
    for second in range(50):
        queue(clinic, at=AT - timedelta(days=900) + timedelta(seconds=second))
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "INTERVAL_TESTING": "1",
        "INTERVAL_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        "SINK_PORT": str(sink.port),
    }
    program = (
        "import os, django; from django.conf import settings; django.setup();"
        "settings.EMAIL_BACKEND = 'django.core.mail.backends.smtp.EmailBackend';"
        "settings.EMAIL_HOST = '127.0.0.1'; settings.EMAIL_PORT = int(os.environ['SINK_PORT']);"
        "from django.core.management import call_command; call_command('send_mail', once=True)"
    )
    command = [sys.executable, "-c", program]
    workers = [
        subprocess.Popen(
            command, env=environment, cwd=django_settings.BASE_DIR, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    told = [worker.communicate()[0].split()[0] for worker in workers]
    assert sum(map(int, told)) == 50
    names = [mail["Message-ID"] for mail in sink.mails]
    assert len(names) == len(set(names)) == 50
    assert set(Message.objects.values_list("state", "attempts")) == {(State.SENT, 1)}
