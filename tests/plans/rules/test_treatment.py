"""What was done: depth, strength, guards, and records that cannot be signed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.rules.roles import Role
from patients.rules.flags import settle
from plans.rules.numbing import Numbing
from plans.rules.terms import Endpoint, Fault
from plans.rules.treatment import (
    Needling,
    Skin,
    Treated,
    TreatmentRecord,
    depth_category,
    errors,
    guards,
    is_strong,
    needling_facts,
)
from tests.plans.rules.shipped import PROTOCOL

LONDON = ZoneInfo("Europe/London")
START = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
RECORD = TreatmentRecord(
    started_at=START,
    ended_at=START + timedelta(minutes=40),
    areas=("cheeks", "forehead"),
    needling=Needling(depth_by_area={"cheeks": Decimal("1.0"), "forehead": Decimal("0.5")}),
    cartridge_expiry=date(2026, 6, 10),
    pain=3,
)
NUMBING = Numbing(
    product="EMLA",
    strength_percent=Decimal(5),
    grams=Decimal(10),
    area_cm2=Decimal(100),
    on_at=START - timedelta(minutes=65),
    off_at=START - timedelta(minutes=5),
    covered=False,
    fully_removed=True,
)
SKIN = Skin(skin_type=3)


def faults(**change: Any) -> tuple[Fault, ...]:
    return errors(PROTOCOL, replace(RECORD, **change), SKIN, LONDON)


def guard_ids(areas: tuple[str, ...], needling: Needling, skin: Skin = SKIN) -> list[str]:
    return [flag.id for flag in guards(PROTOCOL, areas, needling, skin)]


@pytest.mark.parametrize(
    ("depth", "category"),
    [
        ("0", "depth.superficial"),
        ("0.49", "depth.superficial"),
        ("0.5", "depth.standard"),
        ("1.49", "depth.standard"),
        ("1.5", "depth.deep"),
        ("3", "depth.deep"),
    ],
)
def test_the_name_of_a_depth_on_each_edge(depth: str, category: str) -> None:
    assert depth_category(PROTOCOL, Decimal(depth)).id == category


def test_a_negative_depth_has_no_name() -> None:
    with pytest.raises(ValueError, match=r"-0\.1 mm is not a depth"):
        depth_category(PROTOCOL, Decimal("-0.1"))


@pytest.mark.parametrize(
    ("needling", "strong"),
    [
        (Needling(), False),
        (Needling(Decimal("1.99")), False),
        (Needling(Decimal("2.0")), True),
        (Needling(depth_by_area={"cheeks": Decimal("2.0")}), True),
        (Needling(practitioner_marked=True), True),
        (Needling(endpoint=Endpoint.PINPOINT_BLEEDING), False),
        (Needling(endpoint=Endpoint.CONFLUENT_BLEEDING), True),
    ],
)
def test_what_makes_a_treatment_strong(needling: Needling, strong: bool) -> None:
    assert is_strong(PROTOCOL, ("cheeks",), needling) is strong


def test_the_deepest_depth_counts_and_each_area_is_held_to_its_own() -> None:
    needling = Needling(depth_by_area={"cheeks": Decimal("1.5"), "forehead": Decimal("1.0")})
    facts = needling_facts(PROTOCOL, ("cheeks", "forehead"), needling)
    assert (facts["depth_mm"], facts["depth_over_area_max"]) == (Decimal("1.5"), False)
    one_depth = needling_facts(PROTOCOL, ("cheeks", "forehead"), Needling(Decimal("1.5")))
    assert one_depth["depth_over_area_max"] is True


@pytest.mark.parametrize(
    ("areas", "needling", "skin", "expected"),
    [
        (("cheeks",), Needling(), SKIN, []),
        (("cheeks",), Needling(Decimal("1.5")), SKIN, []),
        (("cheeks",), Needling(Decimal("1.51")), SKIN, ["DEPTH-OVER-AREA", "DEPTH-FACE-1.5"]),
        (("abdomen",), Needling(Decimal("2.0")), SKIN, []),
        (("abdomen",), Needling(Decimal("2.5")), SKIN, ["DEPTH-OVER-AREA"]),
        (("abdomen",), Needling(Decimal("2.51")), SKIN, ["DEPTH-OVER-AREA", "DEPTH-DEVICE-2.5"]),
        (("cheeks",), Needling(Decimal("1.0")), Skin(5), []),
        (("cheeks",), Needling(Decimal("1.01")), Skin(5), ["DEPTH-DARK-FIRST"]),
        (("cheeks",), Needling(Decimal("1.01")), Skin(5, session_number=2), []),
        (("cheeks",), Needling(Decimal("1.01")), Skin(2, frozenset({"melasma"})), ["DEPTH-DARK-FIRST"]),
        (("around_eyes",), Needling(inside_orbital_rim=True), SKIN, ["EYE-RIM"]),
    ],
)
def test_the_guards_on_each_edge(
    areas: tuple[str, ...], needling: Needling, skin: Skin, expected: list[str]
) -> None:
    assert guard_ids(areas, needling, skin) == expected


def test_a_good_record_can_be_signed() -> None:
    assert faults() == ()
    assert faults(numbing=NUMBING) == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ended_at": START}, [Fault("ended_at", "is not after the start")]),
        ({"ended_at": START - timedelta(hours=1)}, [Fault("ended_at", "is not after the start")]),
        (
            {"ended_at": datetime(2026, 6, 10, 13, 0)},  # noqa: DTZ001
            [Fault("ended_at", "needs a time zone, and so does the start")],
        ),
        ({"areas": (), "needling": Needling()}, [Fault("areas", "at least one area was treated")]),
        (
            {"areas": ("scalp",), "needling": Needling(Decimal(1))},
            [Fault("areas", "'scalp' is not an area of this protocol")],
        ),
        (
            {"areas": ("cheeks",)},
            [Fault("depth_by_area", "forehead has a depth but was not treated")],
        ),
        (
            {"areas": ("cheeks", "forehead", "nose")},
            [Fault("depth_by_area", "nose has no depth")],
        ),
        ({"needling": Needling(Decimal(0))}, [
            Fault("depth_by_area", "cheeks: a depth is more than 0 mm"),
            Fault("depth_by_area", "forehead: a depth is more than 0 mm"),
        ]),
        (
            {"cartridge_expiry": date(2026, 6, 9)},
            [Fault("cartridge_expiry", "had passed on the day of the session")],
        ),
        ({"cartridge_sterile": False}, [Fault("cartridge_sterile", "a cartridge is sterile")]),
        ({"cartridge_single_use": False}, [Fault("cartridge_single_use", "a cartridge is used once")]),
        ({"pain": 11}, [Fault("pain", "is between 0 and 10")]),
        ({"pain": -1}, [Fault("pain", "is between 0 and 10")]),
        (
            {"numbing": replace(NUMBING, off_at=START + timedelta(minutes=1))},
            [Fault("numbing", "came off after the needling began")],
        ),
        (
            {"areas": ("abdomen",), "needling": Needling(Decimal("2.6"))},
            [Fault("needling", "DEPTH-DEVICE-2.5: Over 2.5 mm: deeper than the cleared devices we found.")],
        ),
        (
            {"needling": Needling(Decimal("0.5"), inside_orbital_rim=True)},
            [Fault("needling", "EYE-RIM: Never needle the eyelid or inside the eye socket rim.")],
        ),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_signed(change: dict[str, Any], told: list[Fault]) -> None:
    assert list(faults(**change)) == told


def test_the_expiry_is_judged_by_the_day_of_the_clinic() -> None:
    late = datetime(2026, 6, 10, 23, 30, tzinfo=UTC)
    record = replace(RECORD, started_at=late, ended_at=late + timedelta(minutes=30))
    assert [fault.field for fault in errors(PROTOCOL, record, SKIN, LONDON)] == ["cartridge_expiry"]
    assert errors(PROTOCOL, record, SKIN, ZoneInfo("America/Bogota")) == ()


def test_over_the_limit_may_be_signed_once_a_clinical_lead_has_lifted_it() -> None:
    record = replace(RECORD, areas=("abdomen",), needling=Needling(Decimal("2.6")))
    block = guards(PROTOCOL, record.areas, record.needling, SKIN)[1]
    resolution = settle(
        block,
        reason="Old striae, test area fine",
        role=Role.CLINICAL_LEAD,
        by="Dr Okafor",
        at=START - timedelta(days=1),
    )
    assert errors(PROTOCOL, record, SKIN, LONDON, [resolution]) == ()
    deeper = replace(record, needling=Needling(Decimal("2.7")))
    assert [fault.field for fault in errors(PROTOCOL, deeper, SKIN, LONDON, [resolution])] == ["needling"]


def test_a_depth_that_was_not_recorded_counts_as_deep_but_not_strong() -> None:
    facts = Treated(areas=("cheeks",), needling=Needling(), skin_type=3).facts(PROTOCOL)
    assert (facts["depth_mm"], facts["aggressive"]) == (Decimal("1.5"), False)


def test_one_area_without_its_depth_counts_as_deep() -> None:
    light = Needling(depth_by_area={"forehead": Decimal("0.25")})
    facts = Treated(areas=("forehead", "cheeks"), needling=light, skin_type=3).facts(PROTOCOL)
    assert facts["depth_mm"] == Decimal("1.5")


def test_an_unrecorded_depth_hides_neither_a_tick_nor_a_deeper_area() -> None:
    deep = Needling(depth_by_area={"abdomen": Decimal("2.0")})
    facts = Treated(areas=("abdomen", "back"), needling=deep, skin_type=3).facts(PROTOCOL)
    assert (facts["depth_mm"], facts["aggressive"]) == (Decimal("2.0"), True)
    ticked = Treated(areas=("back",), needling=Needling(practitioner_marked=True), skin_type=3)
    assert ticked.facts(PROTOCOL)["aggressive"] is True


depths = st.decimals("0.1", "4", places=2)
area_names = st.sampled_from([area.id for area in PROTOCOL.course.areas])


@given(
    areas=st.lists(area_names, min_size=1, max_size=3, unique=True).map(tuple),
    depth=depths,
    more=depths,
    skin_type=st.integers(1, 6),
)
def test_deeper_never_raises_fewer_guards(
    areas: tuple[str, ...], depth: Decimal, more: Decimal, skin_type: int
) -> None:
    shallow = guard_ids(areas, Needling(depth), Skin(skin_type))
    deep = guard_ids(areas, Needling(depth + more), Skin(skin_type))
    assert set(shallow) <= set(deep)
