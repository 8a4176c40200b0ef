"""Publishing: whole or not at all, once, and by a clinical lead."""

import copy
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from clinic.actions.refusal import Refused
from clinic.models import AuditEntry
from clinic.rules.roles import SYSTEM
from plans.actions import protocols
from plans.models import ProtocolVersion
from plans.rules.protocol import ProtocolError
from tests.people import a_team

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
SHIPPED = settings.BASE_DIR / "plans" / "protocols" / "microneedling"


def files() -> dict[str, Any]:
    return {path.name: json.loads(path.read_text()) for path in Path(SHIPPED).glob("*.json")}


def test_the_shipped_protocol_is_published_with_its_checksum_and_one_line_in_the_log() -> None:
    team = a_team()
    version = protocols.publish(team.lead.actor, team.clinic, files(), AT)
    assert (version.protocol, version.version) == ("microneedling", "2026.1-draft")
    assert version.checksum == protocols.checksum(files())
    assert version.published_by == team.lead.user
    assert [(row.verb, row.subject_id) for row in AuditEntry.objects.all()] == [("publish", str(version.pk))]


def test_the_same_content_again_is_the_same_version() -> None:
    team = a_team()
    first = protocols.publish(SYSTEM, team.clinic, files(), AT)
    assert protocols.publish(SYSTEM, team.clinic, dict(reversed(files().items())), AT) == first
    assert ProtocolVersion.objects.count() == AuditEntry.objects.count() == 1


def test_other_content_under_a_published_version_is_refused() -> None:
    team = a_team()
    protocols.publish(SYSTEM, team.clinic, files(), AT)
    changed = files()
    changed["protocol.json"]["defaults"]["comment"] = "Something else."
    with pytest.raises(Refused) as refusal:
        protocols.publish(SYSTEM, team.clinic, changed, AT)
    assert (refusal.value.code, refusal.value.field) == ("version_taken", "version")
    assert ProtocolVersion.objects.count() == 1


def test_another_clinic_publishes_its_own() -> None:
    one, two = a_team(), a_team("casa-lima", "America/Lima")
    assert protocols.publish(SYSTEM, one.clinic, files(), AT) != protocols.publish(
        SYSTEM, two.clinic, files(), AT
    )


@pytest.mark.parametrize("who", ["practitioner", "desk", "admin"])
def test_nobody_but_a_clinical_lead_publishes(who: str) -> None:
    team = a_team()
    with pytest.raises(Refused) as refusal:
        protocols.publish(getattr(team, who).actor, team.clinic, files(), AT)
    assert refusal.value.code == "not_allowed"


def test_a_lead_of_another_clinic_does_not_publish_here() -> None:
    team, other = a_team(), a_team("casa-lima")
    with pytest.raises(Refused):
        protocols.publish(other.lead.actor, team.clinic, files(), AT)


def test_a_fault_names_file_and_id_and_publishes_nothing() -> None:
    team, broken = a_team(), copy.deepcopy(files())
    broken["protocol.json"]["interval_rules"][0]["source_ids"] = ["NOWHERE"]
    broken["screening.json"]["questions"][0]["surprise"] = 1
    with pytest.raises(ProtocolError) as error:
        protocols.publish(SYSTEM, team.clinic, broken, AT)
    assert {problem.file for problem in error.value.problems} == {"screening.json", "protocol.json"}
    assert "SQ-PREG" in str(error.value)
    assert not ProtocolVersion.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_dangling_source_is_a_fault() -> None:
    team, broken = a_team(), copy.deepcopy(files())
    broken["protocol.json"]["interval_rules"][0]["source_ids"] = ["NOWHERE"]
    with pytest.raises(ProtocolError) as error:
        protocols.publish(SYSTEM, team.clinic, broken, AT)
    assert ("protocol.json", "I-BASE") in {(problem.file, problem.id) for problem in error.value.problems}
    assert not ProtocolVersion.objects.exists()
