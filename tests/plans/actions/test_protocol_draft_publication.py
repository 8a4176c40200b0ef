"""A draft is published once, with a reason, by a lead who has read it, and on the version in force."""

import datetime
from typing import Any

import pytest

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from patients.rules.terms import Text
from plans.actions import protocols
from plans.actions.protocol_draft import (
    carry_over,
)
from plans.models import ProtocolDraft, ProtocolVersion
from plans.queries.protocol_draft import drafting
from plans.queries.protocols import current, parsed
from plans.rules.protocol.drafting import is_draft, stamped
from tests.factories.plans import shipped_files
from tests.factories.protocol import AT, BASE, LATER, REASON, SUN, another_lead, publish, save
from tests.people import Team

pytestmark = pytest.mark.django_db


def test_publishing_makes_the_next_version_and_leaves_the_last_as_it_was(team: Team) -> None:
    before = current(team.clinic)
    content = before.content.files
    save(team, BASE, {"days": 35}, {"patient_text": Text("Five weeks.", "Cinco semanas.")})
    published = publish(team)
    assert (published.version, published.reason) == ("2026.2-draft", REASON)
    assert (published.published_by, published.based_on) == (team.lead.user, before)
    assert published.signed_as == f"{team.lead.user.name}, Nurse, LIC-1"
    assert current(team.clinic) == published
    typed = parsed(published)
    assert typed.version == "2026.2-draft"
    assert is_draft(typed)
    assert [rule.days for rule in typed.course.interval_rules if rule.id == "I-BASE"] == [35]
    assert typed.text("I-BASE", "patient_text", "es") == "Cinco semanas."  # type: ignore[arg-type]
    before.refresh_from_db()
    assert before.content.files == content
    assert not ProtocolDraft.objects.exists()
    line = AuditEntry.objects.get(verb="publish", subject_id=str(published.pk))
    assert line.reason == REASON


def test_a_clinician_signs_the_whole_protocol_off(team: Team) -> None:
    published = publish(team, signs_off=True)
    assert published.version == "2026.2"
    assert not is_draft(parsed(published))
    assert parsed(published).course.status == f"Signed off by {published.signed_as}, 2026-03-02"
    with pytest.raises(Refused) as refusal:
        publish(team, signs_off=True)
    assert refusal.value.code == "nothing"


@pytest.mark.parametrize("reason", ["", "because", " " * 40, "x" * 501])
def test_a_version_needs_a_reason(team: Team, reason: str) -> None:
    save(team, SUN, {"end_h": 72})
    with pytest.raises(Refused) as refusal:
        publish(team, reason=reason)
    assert (refusal.value.code, refusal.value.field) == ("reason", "reason")
    assert str(refusal.value.message) == "Say why, in 15 to 500 characters."
    assert ProtocolVersion.objects.count() == 1


def test_signing_off_needs_a_licence(team: Team) -> None:
    with pytest.raises(Refused) as refusal:
        publish(team, signs_off=True, actor=another_lead(team).actor)
    assert (refusal.value.code, refusal.value.field) == ("licence", "signs_off")


def test_nothing_to_publish_is_refused(team: Team) -> None:
    with pytest.raises(Refused) as refusal:
        publish(team)
    assert refusal.value.code == "nothing"


def test_a_draft_that_changed_since_it_was_read_is_not_published(team: Team) -> None:
    save(team, SUN, {"end_h": 72})
    seen = drafting(team.clinic).seen()
    save(team, BASE, {"days": 35}, actor=another_lead(team).actor, at=LATER)
    with pytest.raises(Refused) as refusal:
        publish(team, seen=seen, read_at=AT)
    assert refusal.value.code == "stale"
    assert str(refusal.value.message) == (
        "Second Lead changed I-BASE since you read this page. Read the changes again before you sign."
    )
    assert ProtocolVersion.objects.count() == 1


def test_publishing_twice_publishes_once(team: Team) -> None:
    save(team, SUN, {"end_h": 72})
    seen = drafting(team.clinic).seen()
    made = publish(team, seen=seen)
    assert publish(team, seen=seen) == made
    others: tuple[dict[str, Any], ...] = (
        {"actor": another_lead(team).actor},
        {"reason": "Agreed at another meeting."},
        {"seen": drafting(team.clinic).seen()[:-1]},
        {"signs_off": True},
    )
    for other in others:
        with pytest.raises(Refused) as refusal:
            publish(team, **{"seen": seen, **other})
        assert refusal.value.code == "stale"
    save(team, BASE, {"days": 35})
    with pytest.raises(Refused):
        publish(team, seen=seen)
    assert ProtocolVersion.objects.count() == 2
    assert AuditEntry.objects.filter(verb="publish", reason=REASON).count() == 1


def test_signing_off_twice_signs_off_once(team: Team) -> None:
    seen = drafting(team.clinic).seen()
    assert publish(team, seen=seen, signs_off=True) == publish(team, seen=seen, signs_off=True)
    assert ProtocolVersion.objects.count() == 2


def overtake(team: Team) -> ProtocolVersion:
    """Publish another version by command while a draft is open: seven days out of the sun, and 28 days stay."""
    files = stamped(shipped_files(), "2026.7-draft", "DRAFT")
    lines = [dict(line) for line in files["aftercare.json"]["instructions"]]
    for line in lines:
        if line["id"] == "AC-SUN":
            line["end_h"] = 72
    files["aftercare.json"] = {**files["aftercare.json"], "instructions": lines}
    return protocols.publish(team.lead.actor, team.clinic, files, AT + datetime.timedelta(minutes=1))


def test_a_draft_on_an_older_version_is_carried_over_first(team: Team) -> None:
    save(team, SUN, {"end_h": 72})
    save(team, BASE, {"days": 35})
    newer = overtake(team)
    for verb in (lambda: publish(team), lambda: save(team, SUN, {"end_h": 60})):
        with pytest.raises(Refused) as refusal:
            verb()
        assert refusal.value.code == "overtaken"
        assert "2026.7-draft" in str(refusal.value.message)
    carry_over(team.lead.actor, team.clinic, at=LATER)
    standing = drafting(team.clinic)
    assert (standing.base_version, set(standing.edits)) == (newer, {BASE})
    assert publish(team).version == "2026.8-draft"
    assert parsed(current(team.clinic)).aftercare.instructions[5].end_h == 72


def test_carrying_over_what_the_new_version_says_already_ends_the_draft(team: Team) -> None:
    save(team, SUN, {"end_h": 72})
    overtake(team)
    carry_over(team.lead.actor, team.clinic, at=LATER)
    carry_over(team.lead.actor, team.clinic, at=LATER)
    assert not ProtocolDraft.objects.exists()
