"""docs/clinical.md tells every clinical number that the product ships, with its source."""

from pathlib import Path

import pytest

from tests.plans.rules.clinical_document import tables
from tests.plans.rules.shipped import PROTOCOL

DOCUMENT = Path(__file__).parents[3] / "docs" / "clinical.md"
TABLES = tables(PROTOCOL)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_what_the_protocol_says(name: str) -> None:
    assert "\n".join(TABLES[name]) in DOCUMENT.read_text(encoding="utf-8")


def test_it_says_plainly_that_nobody_has_signed_it_off() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert "has not been signed off by a registered clinician" in text
    assert PROTOCOL.version in text
