"""`python3 manage.py test`: everything on SQLite, then what touches the database on PostgreSQL too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.postgres import Found, PostgresMissing, find_postgres, running

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5  # pytest's exit code when the arguments picked no test


@dataclass
class Pass:
    """One run of pytest on one engine, and what it told in the report file (tests/conftest.py writes it)."""

    name: str
    code: int
    seconds: float
    counts: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)

    def line(self) -> str:
        told = ", ".join(f"{number} {word}" for word, number in self.counts.items() if number)
        return f"  {self.name}: {told or 'no tests'} ({self.seconds:.0f} s)"


def run(arguments: list[str]) -> int:
    passes = [_pytest("SQLite", "", arguments)]
    missing = ""
    if passes[0].code in (0, 1, NO_TESTS) and not _is_question(arguments):
        try:
            passes.append(_on_postgres(find_postgres(), arguments))
        except PostgresMissing as reason:
            missing = str(reason)
    _tell(passes, missing)
    return _exit_code(passes, missing)


def _on_postgres(found: Found, arguments: list[str]) -> Pass:
    with running(found) as url:
        return _pytest(f"PostgreSQL, {found.says}", url, ["--only-database", *arguments])


def _pytest(name: str, database_url: str, arguments: list[str]) -> Pass:
    _say(f"\n== {name}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="interval-test-") as folder:
        report = Path(folder) / "report.json"
        environment = os.environ | {"INTERVAL_VAR": folder, "INTERVAL_TEST_REPORT": str(report)}
        environment.pop("DATABASE_URL", None)  # without it: SQLite
        if database_url:
            environment["DATABASE_URL"] = database_url
        command = [sys.executable, "-m", "pytest", "-n=logical", "--maxprocesses=4", *arguments]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        told = json.loads(report.read_text()) if report.exists() else {"counts": {}, "skipped": {}}
    return Pass(name, code, time.monotonic() - began, told["counts"], told["skipped"])


def _tell(passes: list[Pass], missing: str) -> None:
    _say("\nIn short:")
    for one in passes:
        _say(one.line())
    reasons: dict[str, int] = {}
    for one in passes:
        for reason, number in one.skipped.items():
            reasons[reason] = reasons.get(reason, 0) + number
    for reason, number in sorted(reasons.items()):
        _say(f"  Skipped, {number}: {reason}")
    if missing:
        _say(f"  Skipped, the whole pass on PostgreSQL: {missing}")


def _exit_code(passes: list[Pass], missing: str) -> int:
    if missing and os.environ.get("CI"):
        _say("  With CI set, a missing database is a failure.")
        return 1
    codes = [one.code for one in passes]
    if all(code == NO_TESTS for code in codes):
        return NO_TESTS
    return next((code for code in codes if code not in (0, NO_TESTS)), 0)


def _is_question(arguments: list[str]) -> bool:
    """Such arguments ask pytest something; one answer is enough."""
    return any(
        argument in ("-h", "--help", "--version", "-V", "--co", "--collect-only", "--fixtures", "--markers")
        for argument in arguments
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
