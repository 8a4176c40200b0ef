"""Every fact that the product was asked to cover has its home in the shipped data."""

from typing import Any

import pytest

from plans.rules.protocol.check_facts import has_home
from tests.plans.rules.shipped import FILES, PROTOCOL

FACTS: list[dict[str, Any]] = FILES["seed-facts.json"]["facts"]


def ids_in(place: Any) -> set[str]:
    if isinstance(place, list):
        return {name for inner in place for name in ids_in(inner)}
    if isinstance(place, dict):
        own = {place["id"]} if "id" in place else set()
        return own | {name for inner in place.values() for name in ids_in(inner)}
    return set()


IDS = set().union(
    *(ids_in(FILES[name]) for name in ("protocol.json", "screening.json", "aftercare.json", "precare.json"))
)


def test_all_of_them_are_there() -> None:
    assert [fact["id"] for fact in FACTS] == [f"F{number:03d}" for number in range(1, 97)]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["id"])
def test_a_fact_has_its_home(fact: dict[str, Any]) -> None:
    assert fact["home"], fact["fact"]
    for home in fact["home"]:
        assert has_home(home, PROTOCOL, FILES["protocol.json"], IDS), home
