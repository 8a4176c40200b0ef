"""Publish a folder of protocol files for a clinic."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.actions.refusal import Refused
from clinic.models import Clinic
from clinic.rules.roles import SYSTEM
from plans.actions import protocols
from plans.rules.protocol import ProtocolError


class Command(BaseCommand):
    help = "Check the JSON files of a folder and publish them as a clinic's next protocol version."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the clinic's slug and the folder."""
        parser.add_argument("clinic", help="the slug of the clinic, as in its addresses")
        parser.add_argument("folder", type=Path, help="the folder that holds protocol.json and the others")

    def handle(self, *args: Any, clinic: str, folder: Path, **options: Any) -> None:
        """Publish, or print every fault with its file and id."""
        place = Clinic.objects.filter(slug=clinic).first()
        if place is None:
            raise CommandError(f"There is no clinic {clinic!r}.")
        try:
            version = protocols.publish(SYSTEM, place, read_folder(folder), timezone.now())
        except ProtocolError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(error.problems)} fault(s): nothing was published.") from error
        except Refused as refused:
            raise CommandError(str(refused.message)) from refused
        self.stdout.write(f"{version} stands for {place.name}, checksum {version.checksum[:12]}.")


def read_folder(folder: Path) -> dict[str, Any]:
    """Return the decoded JSON files of a folder by name. Raises CommandError for what is not JSON."""
    files: dict[str, Any] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            files[path.name] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise CommandError(f"{path.name}: {error}") from error
    if not files:
        raise CommandError(f"{folder} holds no JSON files.")
    return files
