"""The demo's mails, read back from the folder into which they are "sent"."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

MOST_FILES = 50
_BETWEEN = re.compile(rb"\n-{79}\n")
_ADDRESS = re.compile(r"(https?://[^\s<>\"']+)")
_OURSELVES = {"localhost", "127.0.0.1", "[::1]", "::1"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a mail's text; with `path`, a link to a page of ours."""

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as its reader would see it."""

    to: str
    subject: str
    date: str
    pieces: tuple[Piece, ...]


def letters(folder: Path, site_url: str) -> list[Letter]:
    """Return the mails of the folder, newest first; only links to this site can be followed."""
    files = sorted(folder.glob("*.log"), key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True)
    found: list[Letter] = []
    for file in files[:MOST_FILES]:
        parts = [part for part in _BETWEEN.split(file.read_bytes()) if part.strip()]
        found += [_letter(part, site_url) for part in reversed(parts)]
    return found


def _letter(raw: bytes, site_url: str) -> Letter:
    mail = message_from_bytes(raw, EmailMessage, policy=policy.default)
    body = mail.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return Letter(
        to=str(mail["to"] or ""),
        subject=str(mail["subject"] or ""),
        date=str(mail["date"] or ""),
        pieces=tuple(_piece(part, site_url) for part in _ADDRESS.split(text.strip()) if part),
    )


def _piece(text: str, site_url: str) -> Piece:
    """Link by path alone, so that the link stays on the origin that shows it."""
    if not _ADDRESS.fullmatch(text):
        return Piece(text)
    try:
        asked, own = urlsplit(text), urlsplit(site_url)
        ours = asked.netloc == own.netloc or asked.hostname in _OURSELVES
    except ValueError:
        return Piece(text)
    path = "/" + asked.path.lstrip("/")
    return Piece(text, path + (f"?{asked.query}" if asked.query else "")) if ours else Piece(text)
