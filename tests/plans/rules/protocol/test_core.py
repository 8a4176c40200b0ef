"""A rule of the protocol that raises a flag."""

from decimal import Decimal

from patients.rules.conditions import Facts
from patients.rules.terms import Level, Override
from plans.rules.protocol.core import FlagRule
from tests.plans.rules.shipped import PROTOCOL

NECK = next(rule for rule in PROTOCOL.course.skin_type_rules if rule.id == "FST-NECK")
DARK_FIRST = next(rule for rule in PROTOCOL.course.depth.guards if rule.id == "DEPTH-DARK-FIRST")


def basis(rule: FlagRule, facts: Facts, version: str = "2026.1") -> str:
    flag = rule.flag(facts, version)
    assert flag is not None
    return flag.basis


def test_a_rule_that_does_not_match_raises_nothing() -> None:
    assert NECK.flag({"skin_type": 3, "areas": ("neck",)}, "2026.1") is None


def test_a_flag_carries_what_the_rule_says() -> None:
    flag = DARK_FIRST.flag({"session_number": 1, "skin_type": 5, "depth_mm": Decimal("1.25")}, "2026.1")
    assert flag is not None
    assert (flag.id, flag.level, flag.override, flag.source_ids, flag.question) == (
        "DEPTH-DARK-FIRST",
        Level.NEEDS_REVIEW,
        Override.PRACTITIONER,
        ("SEED-002", "SEED-004", "HOUSE"),
        None,
    )


def test_the_basis_is_what_the_condition_reads_and_the_version() -> None:
    facts: Facts = {"session_number": 1, "skin_type": 5, "depth_mm": Decimal("1.25"), "age": 30}
    assert basis(DARK_FIRST, facts) == basis(DARK_FIRST, {**facts, "age": 31})
    assert basis(DARK_FIRST, facts) != basis(DARK_FIRST, {**facts, "depth_mm": Decimal("1.5")})
    assert basis(DARK_FIRST, facts) != basis(DARK_FIRST, facts, "2027.1")


def test_the_basis_knows_neither_order_nor_trailing_zeros() -> None:
    facts: Facts = {"session_number": 1, "skin_type": 5, "depth_mm": Decimal("1.5")}
    assert basis(DARK_FIRST, facts) == basis(DARK_FIRST, {**facts, "depth_mm": Decimal("1.50")})
    areas: list[Facts] = [{"skin_type": 1, "areas": names} for names in (("neck", "nose"), ("nose", "neck"))]
    assert basis(NECK, areas[0]) == basis(NECK, areas[1])
