"""JSON -> frozen dataclasses, strictly: the dataclasses are the schema.

A key that a dataclass does not know, one that it misses, or a value of another type is a problem, with the
file and the id of the nearest thing that has one. Nothing is coerced and nothing is dropped in silence.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import time
from decimal import Decimal
from enum import EnumType
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from patients.rules.conditions import All, ConditionError, Kind, parse
from patients.rules.terms import Text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a protocol: the file, the id of the thing (its key where it has none), what is wrong."""

    file: str
    id: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.id}: {self.message}"


def spanish_name(file: str) -> str:
    """The file that holds the Spanish of `file`."""
    return file.replace(".json", ".es.json")


class _BrokenError(Exception):
    """A value that cannot be built; the problem is on the list already."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a file we are: the nearest id, and the keys below it."""

    owner: str = ""
    path: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The nearest id, or the keys where nothing above has one."""
        return self.owner or ".".join(self.path) or "the file"

    def down(self, key: str) -> "_Place":
        return _Place(self.owner, (*self.path, key))


class Decoder:
    """Reads one file; gathers problems, and every text, condition, id and thing with the nearest id."""

    def __init__(
        self, file: str, condition_fields: Mapping[str, Kind], spanish: Mapping[tuple[str, str], str]
    ) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.texts: dict[tuple[str, str], Text] = {}
        self.conditions: list[tuple[str, All]] = []
        self.things: list[tuple[str, DataclassInstance]] = []
        self.ids: list[str] = []
        self._condition_fields = condition_fields
        self._spanish = spanish

    def read(self, shape: type[T], raw: object) -> T | None:
        """`raw` as a `shape`; None if it cannot be built, with the reasons among the problems."""
        try:
            value: T = self._build(shape, raw, _Place())
        except _BrokenError:
            return None
        self._look_for_strays()
        return value

    def _build(self, shape: Any, raw: object, place: _Place) -> Any:
        optional, inner, how = _reading(shape)
        if raw is None and optional:
            return None
        return how(self, inner, raw, place)

    def _object(self, shape: Any, raw: object, place: _Place) -> Any:
        if not isinstance(raw, dict):
            raise self._broken(place, f"should be an object, not {raw!r}")
        place = self._own(raw, place)
        hints = _hints(shape)
        for key in sorted(raw.keys() - hints.keys()):
            self._fault(place, f"unknown key {key!r}")
        values, broken = {}, False
        for key, (name, kind, optional) in hints.items():
            if key not in raw and optional:
                continue
            try:
                values[name] = self._member(kind, raw, key, place)
            except _BrokenError:
                broken = True
        if broken:
            raise _BrokenError
        built = shape(**values)
        self.things.append((place.name, built))
        return built

    def _own(self, raw: Mapping[str, object], place: _Place) -> _Place:
        """The place of an object: its own id becomes the nearest one."""
        own = raw.get("id", raw.get("name"))
        if not isinstance(own, str):
            return place
        if "id" in raw:
            self.ids.append(own)
        return _Place(own)

    def _member(self, kind: Any, raw: Mapping[str, object], key: str, place: _Place) -> Any:
        if key not in raw:
            raise self._broken(place, f"missing key {key!r}")
        return self._build(kind, raw[key], place.down(key))

    def _tuple(self, shape: Any, raw: object, place: _Place) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise self._broken(place, f"should be a list, not {raw!r}")
        built, broken = [], False
        for index, item in enumerate(raw):
            key = item.get("value", index) if isinstance(item, dict) else index
            try:
                built.append(self._build(shape, item, place.down(str(key))))
            except _BrokenError:
                broken = True
        if broken:
            raise _BrokenError
        return tuple(built)

    def _text(self, shape: Any, raw: object, place: _Place) -> Text:
        key = (place.owner, ".".join(place.path))
        if not isinstance(raw, str) or not raw.strip():
            raise self._broken(place, f"should be a text, not {raw!r}")
        spanish = self._spanish.get(key, "")
        if not spanish.strip():
            self._spanish_fault(*key, "has no Spanish")
        self.texts[key] = Text(raw, spanish)
        return self.texts[key]

    def _condition(self, shape: Any, raw: object, place: _Place) -> All:
        try:
            condition = parse(raw, self._condition_fields)
        except ConditionError as error:
            for message in error.messages:
                self._fault(place, message)
            raise _BrokenError from error
        self.conditions.append((place.name, condition))
        return condition

    def _enum(self, shape: Any, raw: object, place: _Place) -> Any:
        if raw not in tuple(shape):
            raise self._broken(place, f"{raw!r} is not one of {', '.join(shape)}")
        return shape(raw)

    def _one_of(self, shapes: tuple[type, ...], raw: object, place: _Place) -> Any:
        if type(raw) not in shapes:
            raise self._broken(place, f"unexpected value {raw!r}")
        return raw

    def _plain(self, shape: Any, raw: object, place: _Place) -> Any:
        numeric = isinstance(raw, int | float) and not isinstance(raw, bool)
        if shape is Decimal and numeric:
            return Decimal(str(raw))
        if shape is time and isinstance(raw, str):
            return self._time(raw, place)
        if (shape is float and numeric) or type(raw) is shape:
            return raw
        raise self._broken(place, f"should be {shape.__name__}, not {raw!r}")

    def _time(self, raw: str, place: _Place) -> time:
        try:
            return time.fromisoformat(raw)
        except ValueError as error:
            raise self._broken(place, f"should be a time of day, not {raw!r}") from error

    def _look_for_strays(self) -> None:
        for owner, path in sorted(self._spanish.keys() - self.texts.keys()):
            self._spanish_fault(owner, path, "translates a text that does not exist")
        for name in sorted({name for name in self.ids if self.ids.count(name) > 1}):
            self._fault(_Place(name), "this id stands twice")

    def _spanish_fault(self, owner: str, path: str, message: str) -> None:
        self.problems.append(Problem(spanish_name(self.file), owner, f"{path}: {message}"))

    def _broken(self, place: _Place, message: str) -> _BrokenError:
        self._fault(place, message)
        return _BrokenError()

    def _fault(self, place: _Place, message: str) -> None:
        where = f"{'.'.join(place.path)}: " if place.owner and place.path else ""
        self.problems.append(Problem(self.file, place.name, where + message))


Reading = tuple[bool, Any, Callable[[Decoder, Any, object, _Place], Any]]


@cache
def _reading(shape: Any) -> Reading:
    """How to read a shape: whether it may be null, what is left of it then, and the method that does it."""
    options = get_args(shape) if get_origin(shape) is UnionType else (shape,)
    wanted = tuple(option for option in options if option is not NoneType)
    optional, inner = len(wanted) < len(options), wanted[0]
    if len(wanted) > 1:
        return optional, wanted, Decoder._one_of
    if inner is Text:
        return optional, inner, Decoder._text
    if inner is All:
        return optional, inner, Decoder._condition
    if get_origin(inner) is tuple:
        return optional, get_args(inner)[0], Decoder._tuple
    if is_dataclass(inner):
        return optional, inner, Decoder._object
    return optional, inner, Decoder._enum if isinstance(inner, EnumType) else Decoder._plain


@cache
def _hints(shape: type) -> Mapping[str, tuple[str, Any, bool]]:
    """JSON key -> (field name, type, optional). A trailing underscore spares Python's keywords."""
    types = get_type_hints(shape)
    return {
        one.name.rstrip("_"): (one.name, types[one.name], one.default is not MISSING) for one in fields(shape)
    }
