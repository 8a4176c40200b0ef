"""A sheet as data: the way to JSON and back, slots and print order."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from patients.rules.conditions import All, Leaf, Op
from patients.rules.terms import Language
from plans.rules.aftercare import compile_sheet
from plans.rules.sheet import ClinicTexts, Sheet, in_print_order, in_utc, wall_time, winners
from plans.rules.terms import Importance
from plans.rules.treatment import Needling, Treated
from tests.plans.rules.shipped import PROTOCOL

ENDED = datetime(2026, 6, 10, 9, 7, tzinfo=UTC)
SHEET = compile_sheet(
    PROTOCOL,
    Treated(areas=("neck",), needling=Needling(Decimal("0.75")), skin_type=3),
    ended_at=ENDED,
    tz=ZoneInfo("Europe/Madrid"),
    language=Language.ES,
    clinic=ClinicTexts("01632 960100", "112"),
)


def test_a_sheet_survives_being_stored() -> None:
    stored = json.loads(json.dumps(SHEET.to_data()))
    assert Sheet.from_data(stored) == SHEET
    assert Sheet.from_data(stored).to_data() == stored


def test_a_stored_line_reads_plainly() -> None:
    data = SHEET.to_data()
    (line,) = (line for line in data["items"] if line["slot"] == "cleanse_wait")
    assert line == {
        "id": "AC-CLEANSE-WAIT",
        "slot": "cleanse_wait",
        "category": "cleanse",
        "category_label": "Lavado",
        "kind": "dont",
        "importance": "must",
        "title": "Deja descansar tu piel",
        "text": "No laves la piel tratada hasta el miércoles 10 de junio a las 19:15. Déjala descansar.",
        "start_h": 0,
        "end_h": 8,
        "from": "2026-06-10T09:15:00+00:00",
        "until": "2026-06-10T17:15:00+00:00",
        "source_ids": ["SEED-004", "CLINIC-DERMATIQUE"],
        "ask_again": None,
    }
    assert {key: data[key] for key in ("language", "tz", "anchor", "omitted")} == {
        "language": "es",
        "tz": "Europe/Madrid",
        "anchor": "2026-06-10T09:07:00+00:00",
        "omitted": [{"id": "AC-NEXT", "why": "no_next_session"}],
    }


def test_what_is_no_sheet_is_refused() -> None:
    data = SHEET.to_data()
    del data["items"]
    with pytest.raises(KeyError, match="items"):
        Sheet.from_data(data)
    with pytest.raises(ValueError, match="fr"):
        Sheet.from_data({**SHEET.to_data(), "language": "fr"})


ALWAYS = All()


@dataclass(frozen=True)
class Line:
    id: str
    slot: str
    priority: int
    when: All = ALWAYS


ONLY_OLD = All((Leaf("age", Op.GT, Decimal(40)),))


def test_the_highest_priority_that_matches_wins_its_slot() -> None:
    lines = [Line("a", "sun", 1), Line("b", "wash", 1), Line("c", "sun", 2, ONLY_OLD)]
    assert [line.id for line in winners(lines, {"age": 41})] == ["b", "c"]
    assert [line.id for line in winners(lines, {"age": 40})] == ["a", "b"]
    assert winners([Line("d", "sun", 1, ONLY_OLD)], {}) == ()


def test_beyond_category_start_and_importance_the_order_stays() -> None:
    (first, *_) = SHEET.items
    one, other = replace(first, id="one"), replace(first, id="other")
    later, earlier = replace(first, id="later", start_h=2), replace(first, id="earlier", category="z")
    minor = replace(first, id="minor", importance=Importance.OPTIONAL)
    ordered = in_print_order([later, minor, one, earlier, other], ["z", first.category])
    assert [item.id for item in ordered] == ["earlier", "one", "other", "minor", "later"]


def test_instants_are_kept_in_utc_and_need_a_zone() -> None:
    assert in_utc(ENDED.astimezone(ZoneInfo("Asia/Tokyo"))).isoformat() == "2026-06-10T09:07:00+00:00"
    with pytest.raises(ValueError, match="time zone"):
        in_utc(datetime(2026, 6, 10, 9, 7))  # noqa: DTZ001


def test_wall_time_is_what_the_clock_shows() -> None:
    assert wall_time(ENDED + timedelta(seconds=59), ZoneInfo("Asia/Kathmandu")) == time(14, 52)
