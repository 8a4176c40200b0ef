"""The demo's mails are read back from their folder, harmless."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.test import Client

from clinic.queries.letters import Piece, letters

SITE = "http://localhost:8000"


def write(folder: Path, title: str, body: str, name: str = "1", at: int = 1) -> None:
    with EmailBackend(file_path=str(folder)) as backend:
        backend.send_messages([EmailMessage(title, body, "a@example.org", ["ana@example.org"])])
    newest = max(folder.glob("2*.log"), key=lambda file: file.stat().st_mtime_ns)
    kept = newest.rename(folder / f"{name}.log")
    os.utime(kept, (at, at))


def test_mails_are_read_newest_first(tmp_path: Path) -> None:
    write(tmp_path, "First", "One", "b", at=1)
    write(tmp_path, "Zweite – für Ñíguez", "Two", "a", at=2)
    found = letters(tmp_path, SITE)
    assert [(one.to, one.subject) for one in found] == [
        ("ana@example.org", "Zweite – für Ñíguez"),
        ("ana@example.org", "First"),
    ]
    assert found[1].pieces == (Piece("One"),)


def test_several_mails_of_one_connection_are_told_apart(tmp_path: Path) -> None:
    with EmailBackend(file_path=str(tmp_path)) as backend:
        backend.send_messages(
            [EmailMessage(str(n), "x", "a@example.org", ["b@example.org"]) for n in range(3)]
        )
    assert [one.subject for one in letters(tmp_path, SITE)] == ["2", "1", "0"]


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("http://localhost:8000/my/sign-in/", "/my/sign-in/"),
        ("http://127.0.0.1:9000/my/?a=b", "/my/?a=b"),
        ("https://evil.example/my/", ""),
        ("http://localhost.evil.example/", ""),
        ("http://localhost:8000//evil.example/", "/evil.example/"),
        ("http://[broken/", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_only_links_to_ourselves_can_be_followed(tmp_path: Path, address: str, path: str) -> None:
    write(tmp_path, "Link", f"See {address} now")
    paths = [piece.path for piece in letters(tmp_path, SITE)[0].pieces if piece.path]
    assert paths == ([path] if path else [])


def test_an_empty_or_missing_folder_holds_no_mails(tmp_path: Path) -> None:
    assert letters(tmp_path, SITE) == letters(tmp_path / "none", SITE) == []


def test_the_page_shows_mails_escaped(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DEMO, settings.EMAIL_FILE_PATH, settings.SITE_URL = True, tmp_path, SITE
    write(tmp_path, "<script>alert(1)</script>", "<img src=x onerror=alert(1)> http://localhost:8000/my/")
    page = Client().get("/demo/mail/").content.decode()
    assert '<a href="/my/">http://localhost:8000/my/</a>' in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
