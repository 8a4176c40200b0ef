"""Every word of ours is there in Spanish: translated, whole, compiled, and on the page."""

from __future__ import annotations

import ast
import gettext
import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "clinic" / "locale" / "es" / "LC_MESSAGES"
APPS = ("clinic", "patients", "plans")
TOOLS = ("xgettext", "msguniq", "msgmerge", "msgattrib")
CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2}
# What must come out of a translation as it went in: what is filled in, and marks of HTML.
KEPT = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|<[^<>]+>")
LINE = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) )?(".*")')
CONTEXT = "\x04"  # stands between context and words in a compiled file


@dataclass
class Entry:
    """One message of a .po file, by keyword: msgctxt, msgid, msgid_plural, msgstr or msgstr[0] and [1]."""

    parts: dict[str, str] = field(default_factory=dict)
    is_fuzzy: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.parts.get("msgctxt", ""), self.parts["msgid"]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The English and the Spanish of each form."""
        if "msgid_plural" not in self.parts:
            return [(self.parts["msgid"], self.parts["msgstr"])]
        english = (self.parts["msgid"], self.parts["msgid_plural"])
        return [(words, self.parts.get(f"msgstr[{form}]", "")) for form, words in enumerate(english)]


def read_po(path: Path) -> Iterator[Entry]:
    """The messages of a file, its head too (msgid is empty), without those that are out of use."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        entry, keyword = Entry(), ""
        for line in block.splitlines():
            if line.startswith("#,"):
                entry.is_fuzzy = "fuzzy" in line
            elif found := LINE.fullmatch(line):
                keyword = found[1] or keyword
                entry.parts[keyword] = entry.parts.get(keyword, "") + ast.literal_eval(found[2])
        if entry.parts:
            yield entry


HEAD, *ENTRIES = read_po(FOLDER / "django.po")
KNOWN = {entry.key for entry in ENTRIES}


def kept(words: str) -> set[str]:
    return set(KEPT.findall(words))


def test_the_reader_reads_what_a_po_file_may_hold(tmp_path: Path) -> None:
    path = tmp_path / "small.po"
    path.write_text(
        'msgid ""\nmsgstr ""\n"Language: es\\n"\n\n'
        '#, fuzzy, python-format\nmsgctxt "side"\nmsgid "R “%(n)s”"\nmsgstr ""\n"D "\n"\\"%(n)s\\""\n\n'
        'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s día"\nmsgstr[1] "%(n)s días"\n\n'
        '#~ msgid "gone"\n#~ msgstr "ido"\n'
    )
    head, marked, plural = read_po(path)
    assert head.parts == {"msgid": "", "msgstr": "Language: es\n"}
    assert (marked.key, marked.is_fuzzy) == (("side", "R “%(n)s”"), True)
    assert marked.pairs == [("R “%(n)s”", 'D "%(n)s"')]
    assert plural.pairs == [("%(n)s day", "%(n)s día"), ("%(n)s days", "%(n)s días")]
    assert not plural.is_fuzzy


def test_there_are_messages_and_each_stands_there_once() -> None:
    assert len(ENTRIES) > 1000
    assert len(KNOWN) == len(ENTRIES)


def test_every_message_has_its_spanish_and_none_is_a_guess() -> None:
    assert [entry.key for entry in ENTRIES if not all(spanish for _, spanish in entry.pairs)] == []
    assert [entry.key for entry in (HEAD, *ENTRIES) if entry.is_fuzzy] == []


def test_a_translation_keeps_what_is_filled_in() -> None:
    assert [pair for entry in ENTRIES for pair in entry.pairs if kept(pair[0]) != kept(pair[1])] == []


def test_a_translation_keeps_the_line_breaks_around_it() -> None:
    around = re.compile(r"^\n|\n$")
    pairs = [pair for entry in ENTRIES for pair in entry.pairs]
    assert [pair for pair in pairs if len({tuple(around.findall(words)) for words in pair}) > 1] == []


def test_the_compiled_file_says_exactly_what_the_source_says() -> None:
    path = FOLDER / "django.mo"
    assert struct.unpack("<I", path.read_bytes()[8:12]) == (1 + len(ENTRIES),), "compile it: msgfmt --check"
    with path.open("rb") as source:
        compiled = gettext.GNUTranslations(source)
    assert plurals(compiled.gettext("")) == plurals(HEAD.parts["msgstr"]) != []
    assert [entry.key for entry in ENTRIES if not says_the_same(compiled, entry)] == []


def plurals(head: str) -> list[str]:
    return re.findall(r"^Plural-Forms: .+$", head, re.MULTILINE)


def says_the_same(compiled: gettext.GNUTranslations, entry: Entry) -> bool:
    key = CONTEXT.join(word for word in entry.key if word)
    if "msgid_plural" not in entry.parts:
        return compiled.gettext(key) == entry.pairs[0][1]
    plural = entry.parts["msgid_plural"]
    return [compiled.ngettext(key, plural, n) for n in (1, 2, 0)] == [
        entry.pairs[form][1] for form in (0, 1, 1)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "heading"), [("patients:sign_in", "Entra a tu página"), ("account_login", "Acceso del personal")]
)
def test_a_browser_that_asks_for_spanish_gets_it(client: Client, page: str, heading: str) -> None:
    spanish = client.get(reverse(page), headers={"accept-language": "es-MX,es;q=0.9,en;q=0.5"})
    english = client.get(reverse(page), headers={"accept-language": "en"})
    assert f"<h1>{heading}</h1>" in spanish.content.decode()
    assert '<html lang="es"' in spanish.content.decode()
    assert heading not in english.content.decode()


# --- The source ------------------------------------------------------------------------------------
def words_called(source: str) -> Iterator[tuple[int, list[object], bool]]:
    """Each call for a translation: its line, its words (None where they are no literal), inside an f-string."""
    tree = ast.parse(source)
    hidden = {node for text in ast.walk(tree) if isinstance(text, ast.JoinedStr) for node in ast.walk(text)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            words = [getattr(word, "value", None) for word in node.args[: CALLS[node.func.id]]]
            yield node.lineno, words, node in hidden


def calls_of_ours() -> Iterator[tuple[str, list[object], bool]]:
    for path in sorted(path for app in APPS for path in (ROOT / app).rglob("*.py")):
        for line, words, hidden in words_called(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(ROOT)}:{line} {words}", words, hidden


def test_the_source_asks_for_words_that_are_known() -> None:
    asked = list(calls_of_ours())
    assert len(asked) > 500
    assert [where for where, words, _ in asked if ("", words[0]) not in KNOWN] == []


def test_no_words_hide_from_the_extractor() -> None:
    """xgettext does not look into f-strings: what is asked for there is never offered to a translator."""
    assert [where for where, _, hidden in calls_of_ours() if hidden] == []


def test_hidden_words_are_found() -> None:
    found = sorted(words_called("x = f'{gettext(\"too early\")} {n}'\ny = ngettext('a', 'b', n)\nz = _(x)\n"))
    assert found == [(1, ["too early"], True), (2, ["a", "b"], False), (3, [None], False)]


@pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in TOOLS),
    reason="GNU gettext is not installed: whether templates have new words was not looked at",
)
def test_the_whole_source_extracted_again_brings_nothing_new(tmp_path: Path) -> None:
    assert missing(extracted(tmp_path)) == []


def extracted(place: Path) -> Path:
    for name in (*APPS, "templates"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    settings = {"DJANGO_SETTINGS_MODULE": "clinic.settings", "INTERVAL_TESTING": "1"}
    environment = os.environ | settings | {"INTERVAL_VAR": str(place / "var"), "PYTHONPATH": str(place)}
    command = [sys.executable, "-m", "django", "makemessages", "-l", "es", "--keep-pot", "--no-location"]
    done = subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return place / "clinic" / "locale" / "django.pot"


def missing(template: Path) -> Iterable[tuple[str, str]]:
    found = [entry.key for entry in read_po(template) if entry.parts["msgid"]]
    assert len(found) > 1000
    return [key for key in found if key not in KNOWN]
