"""Words that nothing answers to: fields, values in conditions, sources, placeholders."""

from typing import Any

import pytest

from tests.plans.rules.shipped import copied_files, problems, thing

Changed = dict[str, Any]


def told(file: str, name: str, **change: Any) -> list[str]:
    files = copied_files()
    thing(files, file, name).update(change)
    return problems(files)


def condition(field: str, op: str, value: Any) -> Changed:
    return {"all": [{"field": field, "op": op, "value": value}]}


@pytest.mark.parametrize(
    ("file", "name", "when", "message"),
    [
        (
            "protocol.json",
            "I-DEEP",
            condition("pain", "gte", 6),
            "field 'pain' is not one that this file lists",
        ),
        (
            "precare.json",
            "PC-NUMB",
            condition("depth_mm", "gte", 1.5),
            "field 'depth_mm' is not one that this file lists",
        ),
        (
            "protocol.json",
            "I-DEEP",
            condition("this_concern.grade", "eq", 1),
            "field 'this_concern.grade' belongs in the notes of a concern",
        ),
        ("protocol.json", "I-BODY", condition("areas", "any_in", ["scalp"]), "areas is never scalp"),
        (
            "protocol.json",
            "I-MELASMA",
            condition("concerns", "any_in", ["freckles"]),
            "concerns is never freckles",
        ),
        ("protocol.json", "I-FST-4", condition("skin_type", "in", [7]), "skin_type is never 7"),
        (
            "protocol.json",
            "I-ACNE-SEV",
            condition("severity_of.acne_scars", "eq", "heavy"),
            "severity_of.acne_scars is never heavy",
        ),
        (
            "aftercare.json",
            "AC-ANTIVIRAL",
            condition("history", "any_in", ["herpes"]),
            "history is never herpes",
        ),
        ("aftercare.json", "TR-20", condition("signs", "any_in", ["stripes"]), "signs is never stripes"),
        ("aftercare.json", "TR-20", condition("trend", "eq", "bad"), "trend is never bad"),
        (
            "protocol.json",
            "paused_pregnancy",
            condition("open_flags", "any_in", ["SQ-PREG.R9"]),
            "open_flags is never SQ-PREG.R9",
        ),
    ],
)
def test_a_condition_that_could_never_match_is_told(
    file: str, name: str, when: Changed, message: str
) -> None:
    assert told(file, name, when=when) == [f"{file}: {name}: {message}"]


def test_a_dangling_source_and_a_missing_one_are_told() -> None:
    assert told("aftercare.json", "EX-D0", source_ids=["SEED-004", "BLOG"]) == [
        "aftercare.json: EX-D0: unknown source 'BLOG'"
    ]
    assert told("protocol.json", "M-AGE-SUN", source_ids=[]) == ["protocol.json: M-AGE-SUN: has no source"]


def test_the_grammar_is_the_one_that_the_rules_know() -> None:
    files = copied_files()
    grammar = files["protocol.json"]["condition_grammar"]
    grammar["ops"][0]["op"] = "is"
    grammar["fields"][0]["field"] = "years"
    grammar["fields"][1]["type"] = "choice"
    files["precare.json"]["condition_fields"].append("weather")
    found = problems(files)
    assert found[:5] == [
        "protocol.json: condition_grammar: op 'eq' is not in both the grammar and the rules",
        "protocol.json: condition_grammar: op 'is' is not in both the grammar and the rules",
        "protocol.json: condition_grammar: field 'age' is not in both the grammar and the rules",
        "protocol.json: condition_grammar: field 'years' is not in both the grammar and the rules",
        "protocol.json: condition_grammar: field 'skin_type' is a number",
    ]
    assert found[5:7] == [
        "protocol.json: condition_fields: unknown field 'years'",
        "precare.json: condition_fields: unknown field 'weather'",
    ]


def test_a_text_without_its_placeholder_is_told() -> None:
    assert told("aftercare.json", "AC-SUN", text="Stay out of the sun.") == [
        "aftercare.json: AC-SUN: text: lacks {until}"
    ]


def test_a_text_with_a_placeholder_too_many_is_told() -> None:
    assert told("precare.json", "PC-HAT", text="Bring a hat by {from}.") == [
        "precare.json: PC-HAT: text: should not carry {from}"
    ]
    assert told("protocol.json", "I-BASE", patient_text="From {from} on.") == [
        "protocol.json: I-BASE: patient_text: should not carry {from}"
    ]


def test_a_night_text_carries_the_same_placeholders() -> None:
    assert told("aftercare.json", "AC-CLEANSE-FIRST", night_text="Wash when you wake up.") == [
        "aftercare.json: AC-CLEANSE-FIRST: night_text: lacks {from}",
        "aftercare.json: AC-CLEANSE-FIRST: night_text: lacks {product_cleanser}",
    ]


def test_a_translation_without_its_placeholder_is_told() -> None:
    files = copied_files()
    files["aftercare.es.json"]["texts"]["AC-SUN"]["text"] = "Nada de sol."
    files["screening.es.json"]["texts"]["SQ-ISO.R2"]["patient_text"] = "Esperamos seis meses."
    files["aftercare.es.json"]["texts"]["urgency.call_soon"]["who"] = "La clínica"
    assert problems(files) == [
        "screening.es.json: SQ-ISO.R2: patient_text: lacks {clear_date}",
        "aftercare.es.json: AC-SUN: text: lacks {until}",
        "aftercare.es.json: urgency.call_soon: who: lacks {clinic_phone}",
    ]


def test_what_a_file_says_of_itself_is_what_the_rules_take_for_granted() -> None:
    files = copied_files()
    for file in ("protocol.json", "aftercare.json"):
        files[file]["schema_version"] = "3.0"
    files["precare.json"]["condition_grammar"] = "grammar.json"
    files["protocol.json"]["booking"]["match"] = "best"
    files["screening.json"]["match"] = "all"
    assert problems(files) == [
        "aftercare.json: schema_version: should be 2.0",
        "precare.json: condition_grammar: should be protocol.json",
        "protocol.json: schema_version: should be 2.0",
        "protocol.json: booking: match: the rules know the first match, not 'best'",
        "screening.json: match: match: the rules know the first match, not 'all'",
    ]


def test_an_undeclared_placeholder_is_told() -> None:
    files = copied_files()
    files["aftercare.json"]["placeholders"].append("weather")
    assert problems(files) == ["aftercare.json: placeholders: unknown placeholder 'weather'"]
