"""Does every fact that the product was asked to cover still have its home in the data?"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from plans.rules.protocol.decode import Problem
from plans.rules.protocol.model import COURSE, FACTS

_PREFIXES = {"concern:": "concerns", "area:": "areas"}


def check_facts(files: Mapping[str, Any], ids: Collection[str]) -> Iterator[Problem]:
    """Every home in seed-facts.json that is neither an id nor a path into protocol.json."""
    facts = files[FACTS].get("facts", ()) if isinstance(files[FACTS], dict) else ()
    if not facts:
        yield Problem(FACTS, "the file", "holds no facts")
    for fact in facts:
        for home in fact["home"]:
            if not has_home(files, ids, home):
                yield Problem(FACTS, fact["id"], f"has no home at {home!r}")


def has_home(files: Mapping[str, Any], ids: Collection[str], home: str) -> bool:
    """Whether `home` names something: `SQ-ISO`, `concern:melasma` or `protocol.defaults.sessions_min`."""
    for prefix, key in _PREFIXES.items():
        if home.startswith(prefix):
            return home.removeprefix(prefix) in {thing["id"] for thing in files[COURSE][key]}
    head, *path = home.split(".")
    if head != "protocol" or not path:
        return home in ids
    place: Any = files[COURSE]
    for key in path:
        if not isinstance(place, dict) or key not in place:
            return False
        place = place[key]
    return True
