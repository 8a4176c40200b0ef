"""Strict decoding: what is missing, unknown or of another type is named, and everything is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from patients.rules.conditions import FIELDS, All, Leaf, Op
from patients.rules.terms import Text
from plans.rules.protocol.decode import Decoder, Problem
from tests.plans.rules.shipped import copied_files, problems, thing


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Part:
    id: str
    label: Text
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    from_: int
    share: float
    colour: Colour
    at: time
    when: All
    parts: tuple[Part, ...]
    choices: tuple[str | int, ...] | None


GOOD: dict[str, Any] = {
    "from": 1,
    "share": 2,
    "colour": "red",
    "at": "07:30",
    "when": {"all": [{"field": "age", "op": "gt", "value": 40}]},
    "parts": [{"id": "P1", "label": "One", "weight": 0.1}, {"id": "P2", "label": "Two"}],
    "choices": ["a", 2],
}
SPANISH = {("P1", "label"): "Uno", ("P2", "label"): "Dos"}


def decoded(raw: object) -> tuple[Whole | None, list[Problem]]:
    decoder = Decoder("whole.json", FIELDS, SPANISH)
    whole = decoder.read(Whole, raw)
    return whole, decoder.problems


def test_a_good_file_becomes_typed() -> None:
    assert decoded(GOOD) == (
        Whole(
            from_=1,
            share=2,
            colour=Colour.RED,
            at=time(7, 30),
            when=All((Leaf("age", Op.GT, Decimal(40)),)),
            parts=(
                Part("P1", Text("One", "Uno"), Decimal("0.1")),
                Part("P2", Text("Two", "Dos"), None),
            ),
            choices=("a", 2),
        ),
        [],
    )


@pytest.mark.parametrize(
    ("change", "id", "message"),
    [
        ({"from": "1"}, "from", "should be int, not '1'"),
        ({"from": True}, "from", "should be int, not True"),
        ({"from": 1.5}, "from", "should be int, not 1.5"),
        ({"share": "half"}, "share", "should be float, not 'half'"),
        ({"share": False}, "share", "should be float, not False"),
        ({"colour": "green"}, "colour", "'green' is not one of red, blue"),
        ({"colour": None}, "colour", "None is not one of red, blue"),
        ({"at": "7 o'clock"}, "at", 'should be a time of day, not "7 o\'clock"'),
        ({"parts": {}}, "parts", "should be a list, not {}"),
        ({"parts": ["P1"]}, "parts.0", "should be an object, not 'P1'"),
        ({"parts": [{"id": "P1", "label": ""}]}, "P1", "label: should be a text, not ''"),
        ({"parts": [{"id": "P1"}]}, "P1", "missing key 'label'"),
        ({"choices": ["a", 2.5]}, "choices.1", "unexpected value 2.5"),
        ({"when": {"all": [{"field": "age", "op": "near", "value": 1}]}}, "when", "unknown op 'near'"),
    ],
)
def test_each_fault_names_the_nearest_id_or_its_key(change: dict[str, Any], id: str, message: str) -> None:
    assert decoded({**GOOD, **change}) == (None, [Problem("whole.json", id, message)])


def test_every_fault_is_told() -> None:
    whole, found = decoded({**GOOD, "from": None, "share": "x", "more": 1, "parts": [{"id": "P1"}, {}]})
    assert whole is None
    assert list(map(str, found)) == [
        "whole.json: the file: unknown key 'more'",
        "whole.json: from: should be int, not None",
        "whole.json: share: should be float, not 'x'",
        "whole.json: P1: missing key 'label'",
        "whole.json: parts.1: missing key 'id'",
        "whole.json: parts.1: missing key 'label'",
    ]


def test_an_unknown_key_is_told_even_when_all_else_is_well() -> None:
    whole, found = decoded({**GOOD, "parts": [{**GOOD["parts"][0], "colour": "red"}, GOOD["parts"][1]]})
    assert whole is not None
    assert found == [Problem("whole.json", "P1", "unknown key 'colour'")]


def test_an_id_that_stands_twice_is_told() -> None:
    _, found = decoded({**GOOD, "parts": [GOOD["parts"][0], *GOOD["parts"]]})
    assert found == [Problem("whole.json", "P1", "this id stands twice")]


def unknown_field(files: dict[str, Any]) -> None:
    thing(files, "protocol.json", "I-DEEP")["when"]["all"][0]["field"] = "weight"


def unknown_op(files: dict[str, Any]) -> None:
    thing(files, "aftercare.json", "AC-SUN-STRONG")["when"]["all"][0]["op"] = "is"


def unknown_key(files: dict[str, Any]) -> None:
    thing(files, "screening.json", "SQ-ISO.R2")["colour"] = "red"


def unknown_key_in_an_object_without_id(files: dict[str, Any]) -> None:
    files["protocol.json"]["defaults"]["sessions"] = 4


def missing_key(files: dict[str, Any]) -> None:
    del thing(files, "precare.json", "PC-HAT")["importance"]


def wrong_enum(files: dict[str, Any]) -> None:
    thing(files, "screening.json", "SQ-ISO.R2")["level"] = "stop"


def not_a_file(files: dict[str, Any]) -> None:
    files["sources.json"] = ["SEED-000"]


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (unknown_field, "protocol.json: I-DEEP: when: unknown field 'weight'"),
        (unknown_op, "aftercare.json: AC-SUN-STRONG: when: unknown op 'is'"),
        (unknown_key, "screening.json: SQ-ISO.R2: unknown key 'colour'"),
        (unknown_key_in_an_object_without_id, "protocol.json: defaults: unknown key 'sessions'"),
        (missing_key, "precare.json: PC-HAT: missing key 'importance'"),
        (wrong_enum, "screening.json: SQ-ISO.R2: level: 'stop' is not one of block, needs_review, note"),
        (not_a_file, "sources.json: the file: should be an object, not ['SEED-000']"),
    ],
)
def test_the_shipped_files_broken_once(break_it: Callable[[dict[str, Any]], None], told: str) -> None:
    files = copied_files()
    break_it(files)
    assert problems(files) == [told]
