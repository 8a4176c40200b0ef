"""The one condition grammar of a protocol: parse it, check it, evaluate it.

`when = {"all": [...]}`; an empty list always matches. An entry is a leaf {field, op, value},
{"any": [...]} or {"all": [...]}. A leaf on a missing value is false, for every op.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a field holds."""

    NUMBER = "number"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    LIST = "list"


class Op(StrEnum):
    """How a leaf compares."""

    EQ = "eq"
    IN = "in"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    ANY_IN = "any_in"
    HAS_ALL = "has_all"


Scalar = bool | int | Decimal | str
Fact = Scalar | float | Collection[str] | None
Facts = Mapping[str, Fact]

OPS_FOR: Mapping[Kind, frozenset[Op]] = {
    Kind.NUMBER: frozenset({Op.EQ, Op.IN, Op.GT, Op.GTE, Op.LT, Op.LTE}),
    Kind.CHOICE: frozenset({Op.EQ, Op.IN}),
    Kind.BOOLEAN: frozenset({Op.EQ}),
    Kind.LIST: frozenset({Op.ANY_IN, Op.HAS_ALL}),
}
TAKES_LIST = frozenset({Op.IN, Op.ANY_IN, Op.HAS_ALL})

SEVERITY_OF = "severity_of."
"""Prefix of a field per concern: `severity_of.acne_scars`."""

FIELDS: Mapping[str, Kind] = {
    "age": Kind.NUMBER,
    "skin_type": Kind.NUMBER,
    "sun_damage": Kind.CHOICE,
    "goal": Kind.CHOICE,
    "depth_mm": Kind.NUMBER,
    "depth_over_area_max": Kind.BOOLEAN,
    "aggressive": Kind.BOOLEAN,
    "practitioner_marked": Kind.BOOLEAN,
    "endpoint": Kind.CHOICE,
    "inside_orbital_rim": Kind.BOOLEAN,
    "areas": Kind.LIST,
    "area_groups": Kind.LIST,
    "concerns": Kind.LIST,
    "severity_of.<concern id>": Kind.CHOICE,
    "this_concern.severity": Kind.CHOICE,
    "this_concern.grade": Kind.NUMBER,
    "history": Kind.LIST,
    "session_number": Kind.NUMBER,
    "sessions_left": Kind.NUMBER,
    "last_session": Kind.BOOLEAN,
    "last_downtime_days": Kind.NUMBER,
    "event_in_days": Kind.NUMBER,
    "clinic_products": Kind.LIST,
    "anaesthetic_used": Kind.BOOLEAN,
    "anaesthetic_planned": Kind.BOOLEAN,
    "answer": Kind.CHOICE,
    "days_since": Kind.NUMBER,
    "signs": Kind.LIST,
    "hours_since_end": Kind.NUMBER,
    "pain": Kind.NUMBER,
    "trend": Kind.CHOICE,
    "hours_without_answer": Kind.NUMBER,
    "open_flags": Kind.LIST,
    "block_open": Kind.BOOLEAN,
    "booking_state": Kind.CHOICE,
    "opted_out": Kind.BOOLEAN,
    "recalls_unanswered": Kind.NUMBER,
}
"""Every field that the rules can supply. A protocol that names another one does not load."""

_WHEN_MISSING: Mapping[str, Scalar] = {"session_number": 1, "sessions_left": 1, "goal": "standard"}


class ConditionError(ValueError):
    """A condition that is not in the grammar; `messages` lists every fault."""

    def __init__(self, messages: Collection[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages = tuple(messages)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison. `value` is a tuple for the ops that take a list."""

    field: str
    op: Op
    value: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Matches when at least one part does; an empty one is refused on load."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class All:
    """Matches when every part does; empty, it always matches."""

    parts: "tuple[Node, ...]" = ()


Node = Leaf | Any | All


def parse(raw: object, fields: Mapping[str, Kind]) -> All:
    """The condition in `raw`, using only `fields`. Raises ConditionError naming every fault."""
    faults: list[str] = []
    node = _node(raw, fields, faults)
    if isinstance(node, All) and not faults:
        return node
    raise ConditionError(faults or ['a condition is {"all": [...]}'])


def matches(when: Node, facts: Facts) -> bool:
    """Whether `when` holds for `facts`. Numbers compare as written in decimal: 1.2 is not above 1.2."""
    match when:
        case All(parts):
            return all(matches(part, facts) for part in parts)
        case Any(parts):
            return any(matches(part, facts) for part in parts)
        case Leaf():
            return _holds(when, facts.get(when.field))


def leaves(when: Node) -> Iterator[Leaf]:
    """Every leaf of `when`, in reading order."""
    if isinstance(when, Leaf):
        yield when
    else:
        for part in when.parts:
            yield from leaves(part)


def _node(raw: object, fields: Mapping[str, Kind], faults: list[str]) -> Node:
    if not isinstance(raw, dict):
        faults.append(f"a condition is an object, not {raw!r}")
    elif set(raw) in ({"all"}, {"any"}) and isinstance(parts := next(iter(raw.values())), list):
        nodes = tuple(_node(part, fields, faults) for part in parts)
        if "all" in raw:
            return All(nodes)
        if not nodes:
            faults.append('an empty "any" never matches')
        return Any(nodes)
    elif set(raw) == {"field", "op", "value"}:
        return _leaf(raw, fields, faults)
    else:
        faults.append(f"unknown keys in a condition: {', '.join(sorted(map(str, raw)))}")
    return All()


def _leaf(raw: Mapping[str, object], fields: Mapping[str, Kind], faults: list[str]) -> Node:
    field, op = str(raw["field"]), str(raw["op"])
    kind = fields.get(field)
    if kind is None:
        faults.append(f"unknown field {field!r}")
        return All()
    if op not in tuple(Op):
        faults.append(f"unknown op {op!r}")
        return All()
    if op not in OPS_FOR[kind]:
        faults.append(f"op {op!r} does not fit the {kind} field {field!r}")
    value = raw["value"]
    listed = isinstance(value, list)
    items: list[object] = value if isinstance(value, list) else [value]
    if listed != (op in TAKES_LIST) or not items or not all(_fits(item, kind) for item in items):
        faults.append(f"value {value!r} does not fit {field!r} {op}")
        return All()
    scalars = tuple(_scalar(item) for item in items)
    return Leaf(field, Op(op), scalars if listed else scalars[0])


def _fits(item: object, kind: Kind) -> bool:
    if kind is Kind.BOOLEAN:
        return isinstance(item, bool)
    if kind is Kind.NUMBER:
        return isinstance(item, int | float | Decimal) and not isinstance(item, bool)
    return isinstance(item, str)


def _scalar(item: object) -> Scalar:
    """Numbers become Decimal, by their written form, so that 1.2 from a form equals 1.2 from JSON."""
    if isinstance(item, bool | str):
        return item
    return Decimal(str(item))


def _holds(leaf: Leaf, fact: Fact) -> bool:
    if fact is None:
        fact = False if isinstance(leaf.value, bool) else _WHEN_MISSING.get(leaf.field)
    if fact is None:
        return False
    if leaf.op in (Op.ANY_IN, Op.HAS_ALL):
        return _list_holds(leaf, fact)
    return _scalar_holds(leaf, _scalar(fact))


def _list_holds(leaf: Leaf, fact: Fact) -> bool:
    if isinstance(fact, str) or not isinstance(fact, Collection) or not isinstance(leaf.value, tuple):
        raise TypeError(f"{leaf.field} is a list, not {fact!r}")
    found = [value in fact for value in leaf.value]
    return any(found) if leaf.op is Op.ANY_IN else all(found)


def _scalar_holds(leaf: Leaf, fact: Scalar) -> bool:
    wanted = leaf.value
    if isinstance(wanted, tuple):
        return fact in wanted
    if leaf.op is Op.EQ:
        return fact == wanted
    if not isinstance(fact, Decimal) or not isinstance(wanted, Decimal):
        raise TypeError(f"{leaf.field} is a number, not {fact!r}")
    return {
        Op.GT: fact > wanted,
        Op.GTE: fact >= wanted,
        Op.LT: fact < wanted,
        Op.LTE: fact <= wanted,
    }[leaf.op]
