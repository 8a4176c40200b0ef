"""What a clinic may change in a protocol, and what it may not."""

from typing import Any

import pytest

from plans.rules import protocol as protocols
from tests.plans.rules.shipped import PROTOCOL, copied_files, thing

AFTER, BEFORE, COURSE, SCREENING = "aftercare.json", "precare.json", "protocol.json", "screening.json"


def faults(files: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in protocols.check_edits(PROTOCOL, protocols.parse(files))]


def changed(file: str, name: str, **change: Any) -> list[str]:
    files = copied_files()
    thing(files, file, name).update(change)
    return faults(files)


def test_an_unchanged_protocol_has_no_faults() -> None:
    assert faults(copied_files()) == []


def test_a_clinic_may_name_its_version_and_say_that_it_is_signed() -> None:
    files = copied_files()
    files[COURSE]["protocol"]["version"] = "2027.1"
    for file in (AFTER, BEFORE, COURSE, SCREENING):
        files[file]["status"] = "Signed by Dr Okafor"
    assert faults(files) == []


@pytest.mark.parametrize(
    ("file", "name", "change"),
    [
        (AFTER, "AC-SUN", {"end_h": 72}),
        (AFTER, "AC-SUN", {"title": "No sun", "text": "No sun until {until}, please."}),
        (AFTER, "AC-CLEANSE-FIRST", {"night_text": "After {from} wash with {product_cleanser}."}),
        (AFTER, "AC-SPF", {"params": {"spf": 50, "tinted": False}}),
        (BEFORE, "PC-NUMB", {"start_h": -0.5}),
        (COURSE, "nose", {"depth_mm": {"min": 0.25, "max": 0.5}}),
        (COURSE, "back", {"depth_mm": {"min": 0.5, "max": 2.5}}),
        (COURSE, "I-DEEP", {"days": 28}),
        (COURSE, "I-BASE", {"days": 42, "patient_text": "Six weeks."}),
        (COURSE, "acne_scars.mild", {"min": 3, "suggest": 5, "max": 6, "patient_text": "About five."}),
        (COURSE, "MT-STD", {"target_days": 365, "patient_text": "Once a year."}),
    ],
)
def test_a_clinic_may_change(file: str, name: str, change: dict[str, Any]) -> None:
    assert changed(file, name, **change) == []


OURS = "is not the clinic's to change"


@pytest.mark.parametrize(
    ("file", "name", "change", "told"),
    [
        (AFTER, "AC-SUN", {"importance": "optional"}, f"{AFTER}: AC-SUN: importance: {OURS}"),
        (
            AFTER,
            "AC-SUN",
            {"end_h": 36, "editable": [{"field": "end_h", "min": 24, "max": 168}]},
            f"{AFTER}: AC-SUN: end_h: {OURS}",
        ),
        (AFTER, "AC-SPF", {"params": {"spf": 50, "tinted": True}}, f"{AFTER}: AC-SPF: params: {OURS}"),
        (BEFORE, "PC-THINNER", {"start_h": -24}, f"{BEFORE}: PC-THINNER: start_h: {OURS}"),
        (AFTER, "RF-PUS", {"urgency": "call_same_day", "end_h": 48}, f"{AFTER}: red_flags: {OURS}"),
        (SCREENING, "SQ-METAL.R1", {"override": "practitioner"}, f"{SCREENING}: questions: {OURS}"),
        (COURSE, "I-DEEP", {"when": {"all": []}}, f"{COURSE}: interval_rules: {OURS}"),
        (COURSE, "MT-STD", {"max_days": 730, "target_days": 700}, f"{COURSE}: maintenance: {OURS}"),
        (COURSE, "nose", {"depth_mm": {"min": 0.25, "max": 3.0}}, f"{COURSE}: areas: {OURS}"),
        (COURSE, "nose", {"depth_mm": {"min": 0.05, "max": 0.5}}, f"{COURSE}: areas: {OURS}"),
        (COURSE, "nose", {"group": "body"}, f"{COURSE}: areas: {OURS}"),
        (COURSE, "DEPTH-DEVICE-2.5", {"level": "needs_review"}, f"{COURSE}: depth: {OURS}"),
    ],
)
def test_a_clinic_may_not_change(file: str, name: str, change: dict[str, Any], told: str) -> None:
    assert told in changed(file, name, **change)


def test_sessions_stay_within_the_bounds_of_every_proposal() -> None:
    files = copied_files()
    files[COURSE]["defaults"]["sessions_max"] = 8
    thing(files, COURSE, "acne_scars.mild")["max"] = 8
    assert f"{COURSE}: concerns: {OURS}" in faults(files)


def test_days_stay_within_the_bounds_of_every_proposal() -> None:
    files = copied_files()
    files[COURSE]["defaults"]["interval_min_days"] = 21
    thing(files, COURSE, "I-DEEP")["days"] = 21
    assert f"{COURSE}: interval_rules: {OURS}" in faults(files)


def test_a_line_is_neither_added_nor_left_out() -> None:
    files = copied_files()
    files[AFTER]["instructions"] = [
        line for line in files[AFTER]["instructions"] if line["id"] != "AC-HAIRDYE"
    ]
    del files["aftercare.es.json"]["texts"]["AC-HAIRDYE"]
    assert faults(files) == [f"{AFTER}: instructions: adding, leaving out or moving a line {OURS}"]


def test_sources_come_with_the_protocol() -> None:
    files = copied_files()
    thing(files, "sources.json", "SEED-000")["title"] = "Our own study"
    assert faults(files) == [f"sources.json: sources: {OURS}"]
