"""Leads who edit and publish one draft at the same moment, on a database that is really committed."""

from threading import Event

import pytest
from django.db import connection, transaction

from clinic.actions import audit
from clinic.actions.refusal import Refused
from plans.models import ProtocolVersion
from plans.queries.protocol_draft import drafting
from tests.factories.protocol import AT, BASE, another_lead, publish, save
from tests.people import Team
from tests.rush import rush

pytestmark = pytest.mark.django_db(transaction=True)


def test_leads_who_sign_at_the_same_moment_publish_one_version(team: Team) -> None:
    save(team, BASE, {"days": 35})
    seen = drafting(team.clinic).seen()
    leads = [team.lead, *(another_lead(team) for _ in range(3))]

    def sign(number: int) -> str:
        return publish(team, seen=seen, actor=leads[number].actor).version

    results = rush(4, sign)
    assert sorted(one for one in results if isinstance(one, str)) == ["2026.2-draft"]
    assert {one.code for one in results if isinstance(one, Refused)} == {"stale"}
    assert sum(isinstance(one, Refused) for one in results) == 3
    assert ProtocolVersion.objects.count() == 2


def test_a_draft_that_is_being_saved_holds_up_nobody_else(team: Team) -> None:
    begun, logged = Event(), Event()

    def work(number: int) -> bool:
        if number:
            begun.wait()
            audit.record(team.desk.actor, "read", ("page", "plans:day"), at=AT)
            logged.set()
            return True
        with transaction.atomic():
            save(team, BASE, {"days": 35})
            begun.set()
            # SQLite has one writer at a time.
            return connection.vendor == "sqlite" or logged.wait(10)

    assert rush(2, work) == [True, True]


def test_leads_who_begin_a_draft_at_the_same_moment_share_it(team: Team) -> None:
    keys = [BASE, "protocol/I-AGE-40", "protocol/I-FST-4"]
    marks = [drafting(team.clinic).seen(key) for key in keys]
    results = rush(3, lambda number: save(team, keys[number], {"days": 40}, seen=marks[number]).edits.keys())
    assert not [one for one in results if isinstance(one, Exception)]
    assert set(drafting(team.clinic).edits) == set(keys)
