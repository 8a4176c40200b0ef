"""What is planned or was done to the skin: depth, strength, guards, and what makes a record impossible.

Depths are in millimetres. Limits come from `depth` and `areas` in protocol.json.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from clinic.rules.timegrid import local_day
from patients.rules.conditions import Fact, Facts, matches
from patients.rules.flags import Flag, Resolution, open_flags
from patients.rules.terms import Level
from plans.rules.numbing import Numbing, numbing_errors
from plans.rules.protocol import Protocol
from plans.rules.protocol.core import DepthCategory
from plans.rules.terms import Endpoint, Fault

PAIN_SCALE = range(11)
"""Pain is recorded from 0 to 10."""


@dataclass(frozen=True, slots=True)
class Needling:
    """How deep and how strong: one depth for every area, or a depth of its own for some of them."""

    depth_mm: Decimal | None = None
    depth_by_area: Mapping[str, Decimal] = field(default_factory=dict)
    endpoint: Endpoint | None = None
    practitioner_marked: bool = False
    inside_orbital_rim: bool = False

    def depth_at(self, area: str) -> Decimal | None:
        """The depth at `area` in mm, None if it is not known."""
        return self.depth_by_area.get(area, self.depth_mm)


@dataclass(frozen=True, slots=True)
class TreatmentRecord:
    """What the practitioner recorded of one session; instants carry their zone."""

    started_at: datetime
    ended_at: datetime
    areas: tuple[str, ...]
    needling: Needling
    cartridge_expiry: date | None = None
    cartridge_sterile: bool = True
    cartridge_single_use: bool = True
    pain: int | None = None
    numbing: Numbing | None = None


@dataclass(frozen=True, slots=True)
class Skin:
    """What the guards must know of the patient: skin type 1-6, history, and which session this is."""

    skin_type: int
    history: frozenset[str] = frozenset()
    session_number: int = 1


@dataclass(frozen=True, slots=True)
class Treated:
    """One session as aftercare and check-ins need to know it.

    `sessions_left` counts the sessions still to come; `clinic_products` are roles of products handed over.
    """

    areas: tuple[str, ...]
    needling: Needling
    skin_type: int
    history: frozenset[str] = frozenset()
    concerns: tuple[str, ...] = ()
    session_number: int = 1
    sessions_left: int = 1
    last_session: bool = False
    clinic_products: tuple[str, ...] = ()
    anaesthetic_used: bool = False

    def facts(self, protocol: Protocol) -> Facts:
        """What the conditions of aftercare.json read. A depth that was not recorded counts as deep."""
        return {
            **needling_facts(protocol, self.areas, _with_unknown_depth(protocol, self.areas, self.needling)),
            "skin_type": self.skin_type,
            "history": self.history,
            "concerns": self.concerns,
            "session_number": self.session_number,
            "sessions_left": self.sessions_left,
            "last_session": self.last_session,
            "clinic_products": self.clinic_products,
            "anaesthetic_used": self.anaesthetic_used,
        }


def depth_category(protocol: Protocol, depth_mm: Decimal) -> DepthCategory:
    """Light, standard or deep (`depth.categories`). Raises ValueError for a negative depth."""
    for category in protocol.course.depth.categories:
        if category.from_mm <= depth_mm and (category.below_mm is None or depth_mm < category.below_mm):
            return category
    raise ValueError(f"{depth_mm} mm is not a depth")


def is_strong(protocol: Protocol, areas: Iterable[str], needling: Needling) -> bool:
    """Whether it is a strong treatment: ticked, 2.0 mm or deeper, or confluent bleeding (`depth`)."""
    return bool(needling_facts(protocol, areas, needling)["aggressive"])


def needling_facts(protocol: Protocol, areas: Iterable[str], needling: Needling) -> Facts:
    """What conditions read of depth and areas; `depth_mm` is the deepest, missing where none is known."""
    treated = tuple(areas)
    known = [depth for area in treated if (depth := needling.depth_at(area)) is not None]
    facts: dict[str, Fact] = {
        "depth_mm": max(known, default=needling.depth_mm),
        "practitioner_marked": needling.practitioner_marked,
        "endpoint": needling.endpoint,
    }
    return {
        **facts,
        "aggressive": matches(protocol.course.depth.aggressive_when, facts),
        "depth_over_area_max": any(_is_over(protocol, area, needling) for area in treated),
        "inside_orbital_rim": needling.inside_orbital_rim,
        "areas": treated,
        "area_groups": tuple(protocol.area(area).group for area in treated),
    }


def guards(protocol: Protocol, areas: Iterable[str], needling: Needling, skin: Skin) -> tuple[Flag, ...]:
    """The flags of depth and place (`depth.guards`), for a plan or for a record.

    Without any depth no guard of depth matches; needling inside the rim of the eye socket always blocks.
    """
    facts = {
        **needling_facts(protocol, areas, needling),
        "skin_type": skin.skin_type,
        "history": skin.history,
        "session_number": skin.session_number,
    }
    raised = (guard.flag(facts, protocol.version) for guard in protocol.course.depth.guards)
    return tuple(flag for flag in raised if flag is not None)


def errors(
    protocol: Protocol,
    record: TreatmentRecord,
    skin: Skin,
    tz: ZoneInfo,
    resolutions: Iterable[Resolution] = (),
) -> tuple[Fault, ...]:
    """Everything that keeps `record` from being signed; `tz` is the zone of the clinic.

    A guard that blocks (over 2.5 mm, inside the eye socket) is an error until it is lifted. Reviews are not
    errors: they are settled like any other flag.
    """
    faults = [*_time_faults(record), *_depth_faults(protocol, record), *_cartridge_faults(record, tz)]
    if record.pain is not None and record.pain not in PAIN_SCALE:
        faults.append(Fault("pain", "is between 0 and 10"))
    known = [area for area in record.areas if area in {one.id for one in protocol.course.areas}]
    raised = open_flags(guards(protocol, known, record.needling, skin), resolutions)
    blocks = (flag for flag in raised if flag.level is Level.BLOCK)
    return (*faults, *(Fault("needling", f"{flag.id}: {flag.staff_note}") for flag in blocks))


def _with_unknown_depth(protocol: Protocol, areas: Iterable[str], needling: Needling) -> Needling:
    unknown = protocol.course.depth.unknown_recorded_depth_counts_as_mm
    depths = {area: depth for area in areas if (depth := needling.depth_at(area)) is not None}
    return replace(needling, depth_mm=unknown, depth_by_area=depths)


def _is_over(protocol: Protocol, area: str, needling: Needling) -> bool:
    depth = needling.depth_at(area)
    return depth is not None and depth > protocol.area(area).depth_mm.max


def _time_faults(record: TreatmentRecord) -> Iterator[Fault]:
    if record.started_at.tzinfo is None or record.ended_at.tzinfo is None:
        yield Fault("ended_at", "needs a time zone, and so does the start")
    elif record.ended_at <= record.started_at:
        yield Fault("ended_at", "is not after the start")
    elif record.numbing is not None:
        for message in numbing_errors(record.numbing, record.started_at):
            yield Fault("numbing", message)


def _depth_faults(protocol: Protocol, record: TreatmentRecord) -> Iterator[Fault]:
    known = {area.id for area in protocol.course.areas}
    if not record.areas:
        yield Fault("areas", "at least one area was treated")
    for area in (*record.areas, *(record.needling.depth_by_area.keys() - set(record.areas))):
        depth = record.needling.depth_at(area)
        if area not in known:
            yield Fault("areas", f"{area!r} is not an area of this protocol")
        elif area not in record.areas:
            yield Fault("depth_by_area", f"{area} has a depth but was not treated")
        elif depth is None:
            yield Fault("depth_by_area", f"{area} has no depth")
        elif depth <= 0:
            yield Fault("depth_by_area", f"{area}: a depth is more than 0 mm")


def _cartridge_faults(record: TreatmentRecord, tz: ZoneInfo) -> Iterator[Fault]:
    day = None if record.started_at.tzinfo is None else local_day(record.started_at, tz)
    if day is not None and record.cartridge_expiry is not None and record.cartridge_expiry < day:
        yield Fault("cartridge_expiry", "had passed on the day of the session")
    if not record.cartridge_sterile:
        yield Fault("cartridge_sterile", "a cartridge is sterile")
    if not record.cartridge_single_use:
        yield Fault("cartridge_single_use", "a cartridge is used once")
