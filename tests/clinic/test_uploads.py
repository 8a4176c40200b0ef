"""An upload of any size is held in memory, up to one byte more than a file may have, and never on disk."""

from typing import Any

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.test import RequestFactory

from clinic.rules.tables import MOST_BYTES


def uploaded(data: bytes) -> Any:
    file = SimpleUploadedFile("patients.csv", data)
    return RequestFactory().post("/", {"file": file}).FILES["file"]


@pytest.mark.parametrize("size", [1, MOST_BYTES, MOST_BYTES + 1, 3_000_000])
def test_no_more_of_a_file_is_kept_than_tells_that_it_is_too_large(size: int) -> None:
    file = uploaded(b"x" * size)
    assert isinstance(file, InMemoryUploadedFile)
    assert (file.size, len(file.read())) == (size, min(size, MOST_BYTES + 1))


def test_what_fits_arrives_as_it_was_sent() -> None:
    data = bytes(range(256)) * 1_500
    assert uploaded(data).read() == data
