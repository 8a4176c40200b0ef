"""Frozen dataclasses as JSON and back, for what the application keeps as it was: sheets, flags, proposals."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import EnumType, StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

_SCALARS: dict[type, Callable[[str], object]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
}


def to_data(value: object) -> Any:
    """`value` as JSON holds it: days and instants in ISO 8601, exact numbers as text, sets as sorted lists.

    A field name that ends in an underscore loses it: `from_` is kept under "from".
    """
    if is_dataclass(value):
        return {one.name.rstrip("_"): to_data(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [to_data(one) for one in value]
    if isinstance(value, frozenset):
        return sorted(to_data(one) for one in value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum | Decimal) else value


def from_data(shape: type[T], data: Any) -> T:
    """The `shape` that `to_data` wrote down. Raises KeyError, TypeError or ValueError for anything else.

    Not for shapes that hold conditions: those live in the protocol.
    """
    built: T = _built(shape, data)
    return built


def _built(shape: Any, value: Any) -> Any:
    if get_origin(shape) is UnionType:
        shape = next(option for option in get_args(shape) if option is not NoneType)
        return None if value is None else _built(shape, value)
    if get_origin(shape) in (tuple, frozenset):
        return get_origin(shape)(_built(get_args(shape)[0], one) for one in value)
    if is_dataclass(shape) and isinstance(shape, type):
        types = get_type_hints(shape)
        values = {one.name: _built(types[one.name], value[one.name.rstrip("_")]) for one in fields(shape)}
        return shape(**values)
    if isinstance(shape, EnumType):
        return shape(value)
    return _SCALARS[shape](value) if shape in _SCALARS else value
