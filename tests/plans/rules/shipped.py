"""The protocol that the product ships, read once; and copies of its files to break."""

import copy
import json
from pathlib import Path
from typing import Any

from plans.rules import protocol as protocols

FOLDER = Path(__file__).parents[3] / "plans" / "protocols" / "microneedling"
FILES: dict[str, Any] = {
    path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
PROTOCOL = protocols.parse(FILES)


def copied_files() -> dict[str, Any]:
    """Every file of the protocol, free to change."""
    return copy.deepcopy(FILES)
