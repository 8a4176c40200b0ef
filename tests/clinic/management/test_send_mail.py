"""The mail worker's command."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from clinic.actions import outbox
from clinic.models import Message
from tests.factories.clinic import ClinicFactory, UserFactory


@pytest.mark.django_db
def test_once_sends_all_that_is_due_and_stops(mailoutbox: list[object]) -> None:
    now, person = timezone.now(), UserFactory.build(language="en-gb")
    for clinic, wait in (
        (ClinicFactory.create(), -1),
        (ClinicFactory.create(), -2),
        (ClinicFactory.create(), 60),
    ):
        due = now + timedelta(minutes=wait)
        outbox.queue("patients/invitation", clinic, person, at=now, due_at=due, context={"clinic": clinic})
    out = StringIO()
    call_command("send_mail", once=True, stdout=out)
    assert out.getvalue() == "2 sent\n"
    assert len(mailoutbox) == 2
    assert sorted(Message.objects.values_list("state", flat=True)) == ["queued", "sent", "sent"]
