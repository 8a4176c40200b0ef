"""Facts without a home in the data."""

from typing import Any

import pytest

from tests.plans.rules.shipped import copied_files, problems


@pytest.mark.parametrize(
    ("home", "told"),
    [
        (["AC-NONE"], "has no home at 'AC-NONE'"),
        (["concern:freckles"], "has no home at 'concern:freckles'"),
        (["area:scalp"], "has no home at 'area:scalp'"),
        (["protocol.defaults.sessions"], "has no home at 'protocol.defaults.sessions'"),
        (["protocol.algorithm.first"], "has no home at 'protocol.algorithm.first'"),
        ([], "has no home"),
    ],
)
def test_a_fact_without_a_home_is_told(home: list[str], told: str) -> None:
    files = copied_files()
    files["seed-facts.json"]["facts"][0]["home"] = home
    assert problems(files) == [f"seed-facts.json: F001: {told}"]


@pytest.mark.parametrize("home", ["SQ-ISO", "SQ-ISO.R2", "concern:melasma", "area:neck", "protocol.areas"])
def test_every_kind_of_home_is_known(home: str) -> None:
    files = copied_files()
    files["seed-facts.json"]["facts"][0]["home"] = [home]
    assert problems(files) == []


def test_facts_of_another_shape_are_told() -> None:
    files = copied_files()
    facts: list[dict[str, Any]] = files["seed-facts.json"]["facts"]
    del facts[0]["software"]
    assert problems(files) == ["seed-facts.json: F001: missing key 'software'"]
