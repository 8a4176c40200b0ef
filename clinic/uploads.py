"""What becomes of an uploaded file: its first part is held in memory, the rest is let go, and none reaches the disk."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.core.files.uploadhandler import MemoryFileUploadHandler

from clinic.rules.tables import MOST_BYTES


class FirstPart(MemoryFileUploadHandler):
    """Keep one byte more than a file may have, so that whoever reads it can still say that it is too large."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: Mapping[str, Any],  # noqa: N803 - Django's own name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Take every file, however large the request says that it is."""
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what lies in the first part."""
        kept: BytesIO = self.file  # type: ignore[assignment]  # a new one for each file
        kept.write(raw_data[: max(0, MOST_BYTES + 1 - start)])
