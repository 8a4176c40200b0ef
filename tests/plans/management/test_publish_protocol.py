"""The command that publishes a folder."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from plans.models import ProtocolVersion
from tests.factories.consult import SHIPPED, shipped_files
from tests.people import a_team

pytestmark = pytest.mark.django_db


def test_a_folder_is_published_and_named() -> None:
    a_team()
    out = StringIO()
    call_command("publish_protocol", "fernway", str(SHIPPED), stdout=out)
    version = ProtocolVersion.objects.get()
    assert out.getvalue() == (
        f"microneedling 2026.1-draft stands for Fernway, checksum {version.checksum[:12]}.\n"
    )


def test_every_fault_is_printed_with_file_and_id_and_nothing_is_published(tmp_path: Path) -> None:
    a_team()
    files = shipped_files()
    files["protocol.json"]["interval_rules"][0]["surprise"] = 1
    files["screening.json"]["questions"][0]["rules"][0]["level"] = "maybe"
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    told = StringIO()
    with pytest.raises(CommandError, match="nothing was published"):
        call_command("publish_protocol", "fernway", str(tmp_path), stderr=told)
    lines = told.getvalue().splitlines()
    assert any(line.startswith("protocol.json: I-BASE: ") for line in lines)
    assert any(line.startswith("screening.json: SQ-PREG.R1: ") for line in lines)
    assert not ProtocolVersion.objects.exists()


def test_other_content_under_the_same_version_is_refused(tmp_path: Path) -> None:
    a_team()
    call_command("publish_protocol", "fernway", str(SHIPPED), stdout=StringIO())
    files = shipped_files()
    files["protocol.json"]["defaults"]["comment"] = "Changed."
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    with pytest.raises(CommandError, match="published with other content"):
        call_command("publish_protocol", "fernway", str(tmp_path))


@pytest.mark.parametrize(
    ("slug", "text", "message"), [("nowhere", "{}", "no clinic"), ("fernway", "{", "a.json")]
)
def test_what_cannot_be_read_is_told(tmp_path: Path, slug: str, text: str, message: str) -> None:
    a_team()
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(CommandError, match=message):
        call_command("publish_protocol", slug, str(tmp_path))


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    a_team()
    with pytest.raises(CommandError, match="no JSON files"):
        call_command("publish_protocol", "fernway", str(tmp_path))
