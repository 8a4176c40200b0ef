from datetime import UTC, date, datetime

import pytest

from clinic.actions import people, site
from clinic.actions.refusal import Refused
from clinic.actions.returns import give_back
from clinic.models import AuditEntry, Closure, Leave, Outage
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST, THIRD, LAST = date(2026, 3, 9), date(2026, 3, 11), date(2026, 3, 13)


def rows(team: Team) -> list[Closure | Leave | Outage]:
    actor = team.admin.actor
    return [
        site.close(actor, team.clinic, FIRST, LAST, at=AT),
        people.give_leave(actor, team.practitioner, FIRST, LAST, at=AT),
        site.put_out_of_use(actor, team.clinic.rooms.earliest("pk"), FIRST, LAST, at=AT),
        site.put_out_of_use(actor, team.clinic.devices.get(), FIRST, LAST, at=AT),
    ]


def test_the_days_before_the_return_stay() -> None:
    team = a_team()
    for row in rows(team):
        give_back(team.admin.actor, row, THIRD, at=AT)
        row.refresh_from_db()
        assert (row.first, row.last) == (FIRST, date(2026, 3, 10))
    told = AuditEntry.objects.filter(verb="give_back").values_list("subject_kind", "fields")
    assert sorted((kind, fields) for kind, fields in told) == [
        ("closure", ["last"]),
        ("leave", ["last"]),
        ("outage", ["last"]),
        ("outage", ["last"]),
    ]


def test_what_has_not_begun_goes_whole() -> None:
    team = a_team()
    for row in rows(team):
        give_back(team.admin.actor, row, FIRST, at=AT)
    assert (Closure.objects.count(), Leave.objects.count(), Outage.objects.count()) == (0, 0, 0)


def test_a_return_after_the_end_adds_nothing() -> None:
    team = a_team()
    closure = rows(team)[0]
    give_back(team.admin.actor, closure, date(2026, 4, 1), at=AT)
    assert Closure.objects.get().last == LAST


def test_only_who_runs_that_clinic_may() -> None:
    team, next_door = a_team(), a_team("harbour")
    for row in rows(team):
        for actor in (team.desk.actor, team.practitioner.actor, next_door.admin.actor):
            with pytest.raises(Refused) as refusal:
                give_back(actor, row, FIRST, at=AT)
            assert refusal.value.code == "not_allowed"
    assert (Closure.objects.count(), Leave.objects.count(), Outage.objects.count()) == (1, 1, 2)
