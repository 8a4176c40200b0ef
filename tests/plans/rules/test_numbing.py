"""Numbing cream against the limits of labels and regulators."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from plans.rules.numbing import Caution, Numbing, numbing_cautions, numbing_errors
from tests.plans.rules.shipped import PROTOCOL

OFF = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
EMLA = Numbing(
    product="EMLA",
    strength_percent=Decimal(5),
    grams=Decimal(15),
    area_cm2=Decimal(100),
    on_at=OFF - timedelta(minutes=60),
    off_at=OFF,
    covered=True,
    fully_removed=True,
    limit_id="AN-1",
)
OVER_THE_COUNTER = replace(
    EMLA, product="Lidocaine 4 %", strength_percent=Decimal(4), covered=False, limit_id="AN-2"
)
OTHER = replace(EMLA, product="Tetracaine", limit_id=None)


def minutes(numbing: Numbing, on: int) -> Numbing:
    return replace(numbing, on_at=OFF - timedelta(minutes=on))


def messages(numbing: Numbing, **change: Any) -> list[str]:
    return [caution.message for caution in numbing_cautions(PROTOCOL, replace(numbing, **change))]


def test_within_every_limit_there_is_nothing_to_say() -> None:
    assert messages(EMLA) == []
    assert messages(minutes(OVER_THE_COUNTER, 45)) == []
    assert messages(minutes(OTHER, 45)) == []


@pytest.mark.parametrize(
    ("numbing", "change", "told"),
    [
        (EMLA, {"grams": Decimal("15.1")}, ["more than 1.5 g per 10 cm²"]),
        (EMLA, {"grams": Decimal(61), "area_cm2": Decimal(600)}, ["more than 60 g"]),
        (EMLA, {"area_cm2": Decimal(601)}, ["more than 600 cm²"]),
        (minutes(EMLA, 59), {}, ["59 minutes on: less than 60"]),
        (minutes(EMLA, 301), {}, ["301 minutes on: more than 300"]),
        (
            minutes(OVER_THE_COUNTER, 45),
            {"strength_percent": Decimal("4.1")},
            ["4.1 % is stronger than 4 %"],
        ),
        (minutes(OVER_THE_COUNTER, 45), {"covered": True}, ["is not to be covered"]),
        (minutes(OTHER, 19), {}, ["19 minutes on: less than 20"]),
        (minutes(OTHER, 61), {}, ["61 minutes on: more than 60"]),
    ],
)
def test_each_limit_just_passed(numbing: Numbing, change: dict[str, Any], told: list[str]) -> None:
    assert messages(numbing, **change) == told


def test_a_caution_names_its_limit_and_source() -> None:
    assert numbing_cautions(PROTOCOL, minutes(EMLA, 59)) == (
        Caution("AN-1", "59 minutes on: less than 60", ("EMLA-SMPC",)),
    )


def test_a_limit_that_the_protocol_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError, match="AN-9"):
        numbing_cautions(PROTOCOL, replace(EMLA, limit_id="AN-9"))


def test_what_cannot_be_signed() -> None:
    assert numbing_errors(EMLA, started_at=OFF) == ()
    backwards = replace(EMLA, on_at=OFF + timedelta(minutes=1), fully_removed=False)
    assert numbing_errors(backwards, started_at=OFF - timedelta(minutes=1)) == (
        "came off before it went on",
        "came off after the needling began",
        "is wiped off to the last trace before needling",
    )
