"""A day in words, in the language of whoever reads: letter for letter, for every pattern."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation

from clinic.exports import PATTERNS, in_words

DAY = date(2027, 9, 4)  # a Saturday; in English and Spanish September is shortened in many ways
WORDS = {
    "en-gb": {
        "long": "Saturday 4 September",
        "long_year": "Saturday 4 September 2027",
        "short": "Sat 4 Sep",
        "short_year": "Sat 4 Sep 2027",
        "dot": "4 Sep",
        "dot_year": "4 Sep 2027",
        "month": "Sep",
    },
    "es": {
        "long": "sábado 4 de septiembre",
        "long_year": "sábado 4 de septiembre de 2027",
        "short": "sáb 4 sep",
        "short_year": "sáb 4 sep 2027",
        "dot": "4 sep",
        "dot_year": "4 sep 2027",
        "month": "sep",
    },
}


@pytest.fixture(autouse=True)
def _same_language_afterwards() -> Iterator[None]:
    with translation.override("en-gb"):
        yield


@pytest.mark.parametrize("language", ["en-gb", "es"])
def test_every_pattern_reads_as_the_design_guide_writes_it(language: str) -> None:
    with translation.override(language):
        assert {name: in_words(DAY, name) for name in PATTERNS[language[:2]]} == WORDS[language]


def test_a_language_is_asked_for_anew_with_every_day() -> None:
    said = []
    for language in ("en-gb", "es", "en-gb"):
        translation.activate(language)
        said.append(in_words(DAY, "short"))
    assert said == ["Sat 4 Sep", "sáb 4 sep", "Sat 4 Sep"]


def test_where_no_language_is_set_it_is_english() -> None:
    translation.deactivate_all()
    assert in_words(DAY, "long_year") == "Saturday 4 September 2027"


def test_every_language_has_the_same_patterns() -> None:
    assert PATTERNS["es"].keys() == PATTERNS["en"].keys()
