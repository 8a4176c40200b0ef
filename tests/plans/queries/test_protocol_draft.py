"""The draft beside the version in force, and what is under way on each version."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from plans.models import ProtocolDraft, ProtocolVersion
from plans.queries.protocol_draft import Held, drafting, under_way, versions
from plans.rules.protocol.drafting import Edit
from tests.factories.clinic import MembershipFactory
from tests.factories.patients import PatientFactory
from tests.factories.plans import ConsultationFactory, SeriesFactory
from tests.factories.protocol import AT, SUN
from tests.people import Team, a_team

pytestmark = pytest.mark.django_db


def a_row(team: Team, **hours: float) -> ProtocolDraft:
    edits = {
        f"aftercare/{name.replace('_', '-')}": {
            **Edit({"end_h": Decimal(str(value))}).to_data(),
            "by": "Second Lead",
            "at": (AT + datetime.timedelta(minutes=minute)).isoformat(),
        }
        for minute, (name, value) in enumerate(hours.items())
    }
    return ProtocolDraft.objects.create(
        clinic=team.clinic,
        based_on=drafting(team.clinic).version,
        edits=edits,
        edited_at=AT,
        edited_by=team.lead.user,
    )


def test_without_a_draft_everything_is_as_in_the_version(team: Team) -> None:
    standing = drafting(team.clinic)
    assert (standing.row, standing.edits, standing.changes, standing.problems) == (None, {}, (), ())
    assert standing.draft is standing.base
    assert not standing.is_overtaken


def test_a_draft_has_its_changes_and_who_made_them_since(team: Team) -> None:
    a_row(team, AC_SUN=60, AC_TOUCH=48)
    standing = drafting(team.clinic)
    assert [(one.line.id, getattr(one, "now", None)) for one in standing.changes] == [
        ("AC-SUN", Decimal(60)),
        ("AC-TOUCH", Decimal(48)),
    ]
    later = AT + datetime.timedelta(minutes=1)
    assert list(standing.edited()) == [(SUN, "Second Lead", AT), ("aftercare/AC-TOUCH", "Second Lead", later)]
    assert [key for key, _by, _at in standing.edited(AT)] == ["aftercare/AC-TOUCH"]


def test_a_mark_changes_with_what_stands_in_the_line_and_with_nothing_else(team: Team) -> None:
    before = drafting(team.clinic)
    a_row(team, AC_TOUCH=48)
    after = drafting(team.clinic)
    assert after.seen(SUN) == before.seen(SUN)
    assert after.seen("aftercare/AC-TOUCH") != before.seen("aftercare/AC-TOUCH")
    assert after.seen() != before.seen()


def test_a_draft_that_does_not_load_says_why_and_changes_nothing(team: Team) -> None:
    a_row(team, AC_SUN=168)
    standing = drafting(team.clinic)
    assert [(one.id, one.message) for one in standing.problems] == [
        ("AC-SUN-LONGER", "ends earlier than AC-SUN, which it outranks")
    ]
    assert standing.draft is standing.base


def test_what_is_under_way_by_version(team: Team) -> None:
    def series(state: str) -> Any:
        return SeriesFactory.create(
            patient=PatientFactory.create(clinic=team.clinic), practitioner=team.practitioner, state=state
        )

    for state in ("to_book", "booked", "active", "paused", "completed", "stopped"):
        series(state)
    ConsultationFactory.create(
        patient=PatientFactory.create(clinic=team.clinic),
        practitioner=team.practitioner,
        signed_at=None,
        signed_by=team.practitioner.user,
    )
    stranger = MembershipFactory.create(is_practitioner=True)
    SeriesFactory.create(patient=PatientFactory.create(clinic=stranger.clinic), practitioner=stranger)
    assert under_way(team.clinic) == [Held("2026.1-draft", series=4, consultations=1)]


def test_versions_come_newest_first(team: Team) -> None:
    old = drafting(team.clinic).version
    new = ProtocolVersion.objects.create(
        clinic=team.clinic, protocol="microneedling", version="2026.2", checksum="1" * 64, published_at=AT
    )
    assert versions(team.clinic) == [new, old]
    assert versions(a_team("harbour").clinic) == []
