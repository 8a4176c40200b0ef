"""The draft of a protocol, as the leads of a clinic edit and publish it."""

import datetime
from decimal import Decimal
from typing import Any

from clinic.models import Membership
from clinic.rules.roles import Actor
from patients.rules.terms import Text
from plans.actions.protocol_draft import Publication, publish_draft, save_line
from plans.models import ProtocolVersion
from plans.queries.protocol_draft import drafting
from tests.factories.clinic import MembershipFactory
from tests.people import Team

AT = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
LATER = AT + datetime.timedelta(minutes=5)
SUN, BASE = "aftercare/AC-SUN", "protocol/I-BASE"
REASON = "Agreed at the clinical meeting in March."


def save(
    team: Team,
    key: str = SUN,
    numbers: dict[str, Any] | None = None,
    wordings: dict[str, Text] | None = None,
    *,
    actor: Actor | None = None,
    seen: str | None = None,
    at: datetime.datetime = AT,
) -> Any:
    mark = drafting(team.clinic).seen(key) if seen is None else seen
    decimals = {name: Decimal(str(value)) for name, value in (numbers or {}).items()}
    return save_line(actor or team.lead.actor, team.clinic, key, decimals, wordings or {}, seen=mark, at=at)


def publish(team: Team, *, signs_off: bool = False, **given: Any) -> ProtocolVersion:
    seen = given.pop("seen", drafting(team.clinic).seen())
    reason, actor = given.pop("reason", REASON), given.pop("actor", team.lead.actor)
    wanted = Publication(reason, signs_off, seen, given.pop("read_at", None))
    return publish_draft(actor, team.clinic, wanted, at=LATER)


def another_lead(team: Team) -> Membership:
    made: Membership = MembershipFactory.create(
        clinic=team.clinic, is_practitioner=True, is_clinical_lead=True, user__name="Second Lead", licence=""
    )
    return made
