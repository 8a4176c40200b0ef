"""The shipped protocol loads; a broken one tells every fault with its file and id."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.rules.terms import Language
from plans.rules import protocol as protocols
from tests.plans.rules.shipped import FILES, FOLDER, PROTOCOL, copied_files, problems, thing


def test_the_shipped_protocol_has_no_problems() -> None:
    assert problems(copied_files()) == []
    assert PROTOCOL.version == "2026.1-draft"


def test_it_holds_what_the_clinical_document_counts() -> None:
    course, aftercare, precare = PROTOCOL.course, PROTOCOL.aftercare, PROTOCOL.precare
    questions = PROTOCOL.screening.questions
    assert {
        "concerns": len(course.concerns),
        "questions": len(questions),
        "rules": sum(len(question.rules) for question in questions),
        "aftercare": (len(aftercare.instructions), len({line.slot for line in aftercare.instructions})),
        "expect": len(aftercare.expect),
        "red flags": len(aftercare.red_flags),
        "check-ins": len(aftercare.check_ins),
        "precare": (len(precare.instructions), len({line.slot for line in precare.instructions})),
        "sources": len(PROTOCOL.sources),
    } == {
        "concerns": 14,
        "questions": 57,
        "rules": 71,
        "aftercare": (60, 42),
        "expect": 13,
        "red flags": 17,
        "check-ins": 5,
        "precare": (26, 25),
        "sources": 68,
    }


def test_nothing_in_the_folder_is_left_unread() -> None:
    assert {path.name for path in FOLDER.iterdir()} == FILES.keys()


def test_every_text_for_patients_exists_in_both_languages() -> None:
    assert [
        key for key, text in PROTOCOL.texts.items() if not text[Language.EN] or not text[Language.ES]
    ] == []
    assert len(PROTOCOL.texts) > 800


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"seed-facts.json"}))
def test_a_missing_file_is_named(name: str) -> None:
    files = copied_files()
    del files[name]
    assert problems(files) == [f"{name}: the file: is missing"]


def test_the_seed_facts_may_be_left_out_by_a_clinic() -> None:
    files = copied_files()
    del files["seed-facts.json"]
    assert problems(files) == []


def test_a_file_that_is_no_part_of_a_protocol_is_refused() -> None:
    files = copied_files()
    files["notes.json"] = {}
    assert problems(files) == ["notes.json: the file: is not part of a protocol"]


def test_missing_spanish_names_the_spanish_file_and_the_id() -> None:
    files = copied_files()
    del files["protocol.es.json"]["texts"]["I-BASE"]["patient_text"]
    files["screening.es.json"]["texts"]["SQ-PREG"]["options"]["yes"] = " "
    del files["aftercare.es.json"]["texts"]["AC-CLEANSE-FIRST"]["night_text"]
    assert problems(files) == [
        "protocol.es.json: I-BASE: patient_text: has no Spanish",
        "screening.es.json: SQ-PREG: options.yes.label: has no Spanish",
        "aftercare.es.json: AC-CLEANSE-FIRST: night_text: has no Spanish",
        "aftercare.es.json: AC-CLEANSE-FIRST: night_text: lacks {from}",
        "aftercare.es.json: AC-CLEANSE-FIRST: night_text: lacks {product_cleanser}",
    ]


def test_spanish_without_an_english_text_is_refused() -> None:
    files = copied_files()
    files["precare.es.json"]["texts"]["PC-SAUNA"] = {"text": "Nada de sauna."}
    files["protocol.es.json"]["texts"]["AGE-65"] = {"patient_text": "Desde los 65"}
    assert problems(files) == [
        "protocol.es.json: AGE-65: patient_text: translates a text that does not exist",
        "precare.es.json: PC-SAUNA: text: translates a text that does not exist",
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"base": "screening.json"}, "the file: should be the es-419 of precare.json"),
        ({"language": "fr"}, "the file: should be the es-419 of precare.json"),
        ({"notes": ""}, "the file: should have the keys base, comment, language, schema_version, texts"),
        ({"texts": []}, "the file: should have the keys base, comment, language, schema_version, texts"),
    ],
)
def test_a_spanish_file_of_another_shape_is_refused(change: dict[str, Any], told: str) -> None:
    files = copied_files()
    files["precare.es.json"].update(change)
    assert problems(files)[0] == f"precare.es.json: {told}"


def test_a_translation_that_is_no_text_is_named() -> None:
    files = copied_files()
    files["precare.es.json"]["texts"]["PC-HAT"]["title"] = 7
    assert problems(files) == [
        "precare.es.json: PC-HAT: title: should be a text, not 7",
        "precare.es.json: PC-HAT: title: has no Spanish",
    ]


def test_faults_of_every_file_are_told_at_once() -> None:
    files = copied_files()
    thing(files, "protocol.json", "I-DEEP")["source_ids"] = ["SEED-999"]
    thing(files, "screening.json", "SQ-PREG")["group"] = "nowhere"
    thing(files, "aftercare.json", "AC-SUN")["category"] = "beach"
    thing(files, "precare.json", "PC-SUN")["screening_question"] = "SQ-NONE"
    assert problems(files) == [
        "protocol.json: I-DEEP: unknown source 'SEED-999'",
        "screening.json: SQ-PREG: unknown group 'nowhere'",
        "aftercare.json: AC-SUN: unknown category 'beach'",
        "precare.json: PC-SUN: unknown question 'SQ-NONE'",
    ]


def test_the_error_itself_reads_as_a_list() -> None:
    files = copied_files()
    thing(files, "protocol.json", "I-DEEP")["days"] = "many"
    with pytest.raises(protocols.ProtocolError) as caught:
        protocols.parse(files)
    assert str(caught.value) == "protocol.json: I-DEEP: days: should be int, not 'many'"
    assert caught.value.problems == (
        protocols.Problem("protocol.json", "I-DEEP", "days: should be int, not 'many'"),
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


PLACES = places(FILES)
JUNK: list[Any] = [None, True, -1, 0.5, "", "junk", [], {}, [[]], [{}], {"all": [{}]}, {"id": 3}]


@settings(max_examples=25)
@given(place=st.sampled_from(PLACES), junk=st.sampled_from(JUNK))
def test_junk_anywhere_is_a_list_of_problems_and_never_a_crash(place: tuple[Any, ...], junk: Any) -> None:
    files = copy.copy(FILES)
    files[place[0]] = copy.deepcopy(FILES[place[0]])
    holder: Any = files
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = copy.deepcopy(junk)
    for problem in problems(files):
        assert problem.split(": ")[0] in FILES
