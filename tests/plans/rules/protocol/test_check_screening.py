"""Questions that contradict themselves."""

from typing import Any

import pytest

from tests.plans.rules.shipped import copied_files, problems, thing


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("SQ-PREG", {"group": "nowhere"}, ["SQ-PREG: unknown group 'nowhere'"]),
        (
            "SQ-PREG",
            {"clear_answer": "never"},
            ["SQ-PREG: clear_answer: 'never' is not one of the options"],
        ),
        ("SQ-KELOID", {"valid_days": 365}, ["SQ-KELOID: valid_days should be 180"]),
        ("SQ-PREG", {"valid_days": 180}, ["SQ-PREG: valid_days should be 3"]),
        (
            "SQ-HSV-NOW.R1",
            {"closes_only_with": "gone"},
            ["SQ-HSV-NOW: SQ-HSV-NOW.R1: closes_only_with: 'gone' is not one of the options"],
        ),
        (
            "SQ-PREG.R1",
            {"when": {"all": [{"field": "answer", "op": "in", "value": ["yes", "perhaps"]}]}},
            ["SQ-PREG: SQ-PREG.R1: 'perhaps' is not one of the options"],
        ),
        ("SQ-HEAL.UNANSWERED", {"level": "block"}, [
            "SQ-HEAL.UNANSWERED: should be needs_review, the stricter of review and not sure"
        ]),
        (
            "SQ-PREG.UNANSWERED",
            {"override": "practitioner"},
            ["SQ-PREG.UNANSWERED: may be lifted by another than not sure"],
        ),
        ("SQ-PIH.UNSURE", {"sets_history": "freckles"}, ["SQ-PIH.UNSURE: unknown history 'freckles'"]),
        ("SQ-PIH.R1", {"sets_history": "freckles"}, ["SQ-PIH.R1: unknown history 'freckles'"]),
        ("SQ-PIH.R1", {"override": None}, ["SQ-PIH.R1: level needs_review with override null"]),
        (
            "SQ-ISO.R2",
            {"clear_after_days": 179},
            ["SQ-ISO.R2: clear_after_days is not the day on which the rule stops matching"],
        ),
    ],
)  # fmt: skip
def test_broken_once(name: str, change: dict[str, Any], told: list[str]) -> None:
    files = copied_files()
    thing(files, "screening.json", name).update(change)
    assert problems(files) == [f"screening.json: {message}" for message in told]


def test_a_date_is_asked_only_for_an_answer_that_exists() -> None:
    files = copied_files()
    thing(files, "screening.json", "SQ-ISO")["date"]["for_answers"] = ["halted"]
    assert problems(files) == ["screening.json: SQ-ISO: for_answers: 'halted' is not one of the options"]


def test_the_roles_are_those_of_the_clinic() -> None:
    files = copied_files()
    thing(files, "screening.json", "prescriber")["rank"] = 3
    assert problems(files) == ["screening.json: override_roles: are not the clinical roles with their ranks"]


def test_a_field_that_no_rule_reads_is_not_set() -> None:
    files = copied_files()
    thing(files, "screening.json", "SQ-EVENT")["sets_field"] = "holiday_in_days"
    thing(files, "screening.json", "SQ-REACTION")["number"]["sets_field"] = "days_red"
    assert problems(files) == [
        "screening.json: SQ-EVENT: sets_field: a date cannot set 'holiday_in_days'",
        "screening.json: SQ-REACTION: number: cannot set 'days_red'",
    ]


def with_message(name: str, text: str) -> list[str]:
    files = copied_files()
    thing(files, "screening.json", name)["patient_text"] = text
    files["screening.es.json"]["texts"][name]["patient_text"] = text
    return problems(files)


def test_a_clear_date_is_printed_only_where_every_answer_has_one() -> None:
    unknown = "patient_text: {clear_date} is not known for every answer"
    assert with_message("SQ-PREG.R1", "From {clear_date}.") == [f"screening.json: SQ-PREG.R1: {unknown}"]
    assert with_message("SQ-SUNBURN.R1", "From {clear_date}.") == [
        f"screening.json: SQ-SUNBURN.R1: {unknown}"
    ]
    assert with_message("SQ-TAN.R1", "From {clear_date}.") == []


def test_a_message_carries_no_other_placeholder() -> None:
    assert with_message("SQ-TAN.R1", "Call {clinic_phone}.") == [
        "screening.json: SQ-TAN.R1: patient_text: may carry {clear_date} alone"
    ]


def test_a_question_without_not_sure_is_told() -> None:
    files = copied_files()
    del thing(files, "screening.json", "SQ-PREG")["options"][2]
    del files["screening.es.json"]["texts"]["SQ-PREG"]["options"]["unsure"]
    assert problems(files) == [
        "screening.json: SQ-PREG: the answer of every question: 'unsure' is not one of the options"
    ]


def test_a_flag_with_another_name_is_told() -> None:
    files = copied_files()
    thing(files, "screening.json", "SQ-PREG.UNSURE")["id"] = "SQ-PREG.MAYBE"
    texts = files["screening.es.json"]["texts"]
    texts["SQ-PREG.MAYBE"] = texts.pop("SQ-PREG.UNSURE")
    assert problems(files) == ["screening.json: SQ-PREG.MAYBE: should be called SQ-PREG.UNSURE"]
