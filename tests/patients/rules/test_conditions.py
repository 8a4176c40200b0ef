"""The condition grammar: what it accepts, what it refuses, and what it means."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.rules.conditions import FIELDS, All, ConditionError, Facts, Kind, leaves, matches, parse

FIELDS_HERE = {**FIELDS, "severity_of.acne_scars": Kind.CHOICE}


def when(*entries: Any) -> dict[str, Any]:
    return {"all": list(entries)}


def leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def holds(raw: Any, facts: Facts) -> bool:
    return matches(parse(raw, FIELDS_HERE), facts)


def test_an_empty_list_always_matches() -> None:
    assert holds(when(), {}) is True
    assert parse(when(), FIELDS_HERE) == All()


@pytest.mark.parametrize(
    ("op", "value", "below", "at", "above"),
    [
        ("eq", 40, False, True, False),
        ("in", [40, 41], False, True, True),
        ("gt", 40, False, False, True),
        ("gte", 40, False, True, True),
        ("lt", 40, True, False, False),
        ("lte", 40, True, True, False),
    ],
)
def test_every_op_on_a_number_just_below_at_and_above(
    op: str, value: Any, below: bool, at: bool, above: bool
) -> None:
    raw = when(leaf("age", op, value))
    assert [holds(raw, {"age": age}) for age in (39, 40, 41)] == [below, at, above]


def test_lists_match_on_one_element_or_on_all() -> None:
    one = when(leaf("signs", "any_in", ["fever", "pus"]))
    every = when(leaf("signs", "has_all", ["fever", "pus"]))
    found: list[set[str]] = [set(), {"rash"}, {"fever"}, {"fever", "pus", "rash"}]
    assert [holds(one, {"signs": signs}) for signs in found] == [False, False, True, True]
    assert [holds(every, {"signs": signs}) for signs in found] == [False, False, False, True]


def test_any_and_all_nest() -> None:
    raw = when(
        leaf("session_number", "eq", 1),
        {"any": [leaf("skin_type", "in", [4, 5, 6]), when(leaf("age", "gt", 40), leaf("age", "lt", 50))]},
    )
    assert [
        holds(raw, {"session_number": 1, "skin_type": 5, "age": 20}),
        holds(raw, {"session_number": 1, "skin_type": 2, "age": 45}),
        holds(raw, {"session_number": 1, "skin_type": 2, "age": 50}),
        holds(raw, {"session_number": 2, "skin_type": 5, "age": 45}),
    ] == [True, True, False, False]


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("age", "lt", 200),
        ("depth_mm", "gte", 0),
        ("sun_damage", "in", ["none", "mild", "moderate", "severe"]),
        ("aggressive", "eq", True),
        ("areas", "any_in", ["neck"]),
        ("severity_of.acne_scars", "eq", "severe"),
    ],
)
def test_a_leaf_on_a_missing_value_is_false(field: str, op: str, value: Any) -> None:
    assert holds(when(leaf(field, op, value)), {}) is False
    assert holds(when(leaf(field, op, value)), {field: None}) is False


def test_missing_booleans_count_as_false() -> None:
    assert holds(when(leaf("aggressive", "eq", False)), {}) is True


def test_missing_session_numbers_count_as_one_and_the_goal_as_standard() -> None:
    raw = when(
        leaf("session_number", "eq", 1), leaf("sessions_left", "eq", 1), leaf("goal", "eq", "standard")
    )
    assert holds(raw, {}) is True


@pytest.mark.parametrize("given", [1.2, Decimal("1.2"), Decimal("1.20")])
def test_a_depth_equals_its_limit_however_it_was_written(given: float | Decimal) -> None:
    above, at_least = when(leaf("depth_mm", "gt", 1.2)), when(leaf("depth_mm", "gte", 1.2))
    assert (holds(above, {"depth_mm": given}), holds(at_least, {"depth_mm": given})) == (False, True)


@pytest.mark.parametrize(
    ("raw", "messages"),
    [
        ([], ["a condition is an object, not []"]),
        ({}, ["unknown keys in a condition: "]),
        ({"any": [leaf("age", "gt", 1)]}, ['a condition is {"all": [...]}']),
        (leaf("age", "gt", 1), ['a condition is {"all": [...]}']),
        (when({"none": []}), ["unknown keys in a condition: none"]),
        (when({"any": []}), ['an empty "any" never matches']),
        (when({**leaf("age", "gt", 1), "why": ""}), ["unknown keys in a condition: field, op, value, why"]),
        (when(leaf("weight", "gt", 1)), ["unknown field 'weight'"]),
        (when(leaf("severity_of.freckles", "eq", "mild")), ["unknown field 'severity_of.freckles'"]),
        (when(leaf("age", "between", 1)), ["unknown op 'between'"]),
        (when(leaf("age", "any_in", [1])), ["op 'any_in' does not fit the number field 'age'"]),
        (when(leaf("goal", "gt", "subtle")), ["op 'gt' does not fit the choice field 'goal'"]),
        (when(leaf("age", "gt", "old")), ["value 'old' does not fit 'age' gt"]),
        (when(leaf("age", "gt", True)), ["value True does not fit 'age' gt"]),
        (when(leaf("age", "in", 4)), ["value 4 does not fit 'age' in"]),
        (when(leaf("age", "in", [])), ["value [] does not fit 'age' in"]),
        (when(leaf("aggressive", "eq", 1)), ["value 1 does not fit 'aggressive' eq"]),
        (when(leaf("areas", "any_in", "neck")), ["value 'neck' does not fit 'areas' any_in"]),
        (
            when(leaf("weight", "gt", 1), {"any": [leaf("age", "near", 2)]}),
            ["unknown field 'weight'", "unknown op 'near'"],
        ),
    ],
)
def test_what_is_not_in_the_grammar_is_refused_with_every_fault(raw: Any, messages: list[str]) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(raw, FIELDS_HERE)
    assert list(caught.value.messages) == messages


def test_a_fact_of_the_wrong_kind_is_an_error_and_never_a_quiet_no() -> None:
    with pytest.raises(TypeError, match="areas is a list, not 'neck'"):
        holds(when(leaf("areas", "any_in", ["neck"])), {"areas": "neck"})
    with pytest.raises(TypeError, match="age is a number, not '40'"):
        holds(when(leaf("age", "gt", 30)), {"age": "40"})


def test_leaves_come_in_reading_order() -> None:
    raw = when(leaf("age", "gt", 1), {"any": [leaf("goal", "eq", "subtle"), when(leaf("pain", "gte", 6))]})
    assert [one.field for one in leaves(parse(raw, FIELDS_HERE))] == ["age", "goal", "pain"]


numbers = st.integers(min_value=-5, max_value=5)
some_leaves = st.builds(leaf, st.just("age"), st.sampled_from(["eq", "gt", "gte", "lt", "lte"]), numbers)
conditions = st.recursive(
    some_leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
    ),
    max_leaves=8,
)


@given(entries=st.lists(conditions, max_size=3), extra=conditions, age=st.none() | numbers)
def test_another_entry_never_makes_a_condition_match_more(
    entries: list[Any], extra: Any, age: int | None
) -> None:
    facts = {"age": age}
    if holds(when(*entries, extra), facts):
        assert holds(when(*entries), facts)


@given(entries=st.lists(conditions, max_size=3), age=numbers)
def test_all_and_any_mean_what_they_say(entries: list[Any], age: int) -> None:
    each = [holds(when(entry), {"age": age}) for entry in entries]
    assert holds(when(*entries), {"age": age}) == all(each)
    if entries:
        assert holds(when({"any": entries}), {"age": age}) == any(each)
