"""Instructions, warning signs and check-ins that contradict one another."""

from typing import Any

import pytest

from tests.plans.rules.shipped import copied_files, problems, thing

AFTER, BEFORE = "aftercare.json", "precare.json"
ONLY_STRONG = {"all": [{"field": "aggressive", "op": "eq", "value": True}]}


@pytest.mark.parametrize(
    ("file", "name", "change", "told"),
    [
        (
            AFTER,
            "AC-SUN-LONGER",
            {"priority": 1},
            ["AC-SUN-LONGER: has the same priority as AC-SUN in slot 'sun_avoid'"],
        ),
        (
            BEFORE,
            "PC-SUN-DARK",
            {"priority": 1},
            ["PC-SPF: has the same priority as PC-SUN-DARK in slot 'spf'"],
        ),
        (
            AFTER,
            "AC-MAKEUP-STRONG",
            {"end_h": 48, "editable": []},
            ["AC-MAKEUP-STRONG: ends earlier than AC-MAKEUP-DEEP, which it outranks"],
        ),
        (
            AFTER,
            "AC-CLEANSE-WAIT",
            {"when": ONLY_STRONG},
            ["AC-CLEANSE-FIRST: starts after slot 'cleanse_wait', which may stay empty"],
        ),
        (
            AFTER,
            "AC-MAKEUP-BACK",
            {"starts_after_slot": "eyeliner"},
            ["AC-MAKEUP-BACK: starts after slot 'eyeliner', which may stay empty"],
        ),
        (
            AFTER,
            "AC-CLEANSE-FIRST",
            {"night_rule": None},
            ["AC-CLEANSE-FIRST: a night rule needs its text, and a night text its rule"],
        ),
        (AFTER, "AC-SUN", {"category": "beach"}, ["AC-SUN: unknown category 'beach'"]),
        (BEFORE, "PC-EAT", {"end_h": -4}, ["PC-EAT: ends before it starts"]),
        (AFTER, "AC-SUN", {"end_h": 24}, ["AC-SUN: end_h 24 is not within 48 to 168"]),
        (AFTER, "AC-SPF", {"params": {"spf": 15, "tinted": False}}, [
            "AC-SPF: params.spf 15 is not within 30 to 50"
        ]),
        (BEFORE, "PC-RETINOID", {"start_h": -12}, ["PC-RETINOID: start_h -12 is not within -336 to -24"]),
        (
            AFTER,
            "AC-SHADE",
            {"editable": [{"field": "start_h", "min": 24, "max": 72}]},
            ["AC-SHADE: editable: has no number 'start_h'"],
        ),
        (
            AFTER,
            "AC-SUN",
            {"editable": [{"field": "title", "min": 0, "max": 1}]},
            ["AC-SUN: editable: has no number 'title'"],
        ),
        (AFTER, "AC-TANBED", {"end_h": None, "editable": []}, [
            "AC-TANBED: has no end to print as {until}"
        ]),
        (BEFORE, "PC-WAX", {"screening_question": "SQ-NONE"}, ["PC-WAX: unknown question 'SQ-NONE'"]),
        (AFTER, "CI-24", {"questions": ["HQ-PAIN", "HQ-NONE"]}, ["CI-24: unknown question 'HQ-NONE'"]),
        (AFTER, "TR-20", {"red_flag": "RF-NONE"}, ["TR-20: unknown red flag 'RF-NONE'"]),
        (AFTER, "TR-20", {"red_flag": None}, ["TR-20: the action red_flag names one, and no other does"]),
        (AFTER, "TR-20", {"red_flag": "RF-EYE"}, ["TR-20: is more urgent than a line above it"]),
        (
            AFTER,
            "RF-LINES",
            {"urgency": "urgent_medical"},
            [
                "RF-LINES: is more urgent than RF-LUMPS, which stands above it",
                "TR-20: is more urgent than a line above it",
            ],
        ),
        (AFTER, "urgency.emergency", {"rank": 2}, [
            "urgency: should rank every urgency once, the soonest first"
        ]),
    ],
)  # fmt: skip
def test_broken_once(file: str, name: str, change: dict[str, Any], told: list[str]) -> None:
    files = copied_files()
    thing(files, file, name).update(change)
    assert problems(files) == [f"{file}: {message}" for message in told]


def with_text(file: str, name: str, placeholder: str) -> list[str]:
    """The problems when one text, in both languages, carries a placeholder that its item lists."""
    files = copied_files()
    line = thing(files, file, name)
    line.update(text=f"Mind {{{placeholder}}}.", placeholders=[placeholder])
    files[file.replace(".json", ".es.json")]["texts"][name]["text"] = f"Ojo: {{{placeholder}}}."
    return problems(files)


@pytest.mark.parametrize(
    ("file", "name", "placeholder", "told"),
    [
        (AFTER, "AC-HAIRDYE", "clear_date", "placeholder 'clear_date' is not one that may stand here"),
        (AFTER, "EX-D0", "clear_date", "placeholder 'clear_date' is not one that may stand here"),
        (BEFORE, "PC-HAT", "until", "placeholder 'until' is not one that may stand here"),
        (AFTER, "RF-PREG", "until", "has no end to print as {until}"),
        (AFTER, "EX-D0", "next_session", "without a booked session {next_session} is not known"),
    ],
)
def test_a_placeholder_that_cannot_be_filled_is_told(
    file: str, name: str, placeholder: str, told: str
) -> None:
    assert with_text(file, name, placeholder) == [f"{file}: {name}: {told}"]


def test_before_care_lists_only_what_is_known_before_a_session() -> None:
    files = copied_files()
    files[BEFORE]["placeholders"].append("until")
    assert problems(files) == ["precare.json: placeholders: 'until' cannot be filled in before a session"]


def test_whom_to_call_is_a_number_of_the_clinic() -> None:
    files = copied_files()
    thing(files, AFTER, "urgency.call_soon")["who"] = "{product_cleanser}"
    files["aftercare.es.json"]["texts"]["urgency.call_soon"]["who"] = "{product_cleanser}"
    assert problems(files) == [
        "aftercare.json: urgency.call_soon: placeholder 'product_cleanser' is not one that may stand here"
    ]


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        (AFTER, {"round_minutes": 25}, "round_minutes should divide an hour"),
        (AFTER, {"round_until": "down"}, "should round up, so that no wait is cut short"),
        (BEFORE, {"round_from": "up"}, "should round down, so that nobody comes too late"),
    ],
)
def test_the_way_of_rounding_is_not_free(file: str, change: dict[str, Any], told: str) -> None:
    files = copied_files()
    files[file]["time_rules"].update(change)
    assert problems(files) == [f"{file}: time_rules: {told}"]


def test_a_product_without_a_default_is_told() -> None:
    files = copied_files()
    files[AFTER]["product_defaults"].pop()
    del files["aftercare.es.json"]["texts"]["product_sunscreen"]
    assert problems(files) == ["aftercare.json: product_sunscreen: has no default"]
