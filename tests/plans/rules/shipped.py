"""The protocol that the product ships, read once; and copies of its files to break."""

import copy
import json
from collections.abc import Iterator
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


def problems(files: dict[str, Any]) -> list[str]:
    """Every problem of the protocol in `files`, as it is told."""
    try:
        protocols.parse(files)
    except protocols.ProtocolError as error:
        return list(map(str, error.problems))
    return []


def thing(files: dict[str, Any], file: str, name: str) -> dict[str, Any]:
    """The object with that id in one file, free to change."""
    found = list(_with_id(files[file], name))
    assert len(found) == 1, f"{len(found)} things are called {name}"
    return found[0]


def _with_id(place: Any, name: str) -> Iterator[dict[str, Any]]:
    if isinstance(place, dict):
        if place.get("id") == name:
            yield place
        for inner in place.values():
            yield from _with_id(inner, name)
    elif isinstance(place, list):
        for inner in place:
            yield from _with_id(inner, name)
