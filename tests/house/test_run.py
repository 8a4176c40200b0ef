"""The two passes as one verdict: what counts as failure, and that whatever was skipped is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import run as runner
from tests.postgres import Found, PostgresMissing

PASSED, FAILED, NONE = 0, 1, 5


class Pretended:
    """Stands in for pytest and PostgreSQL: keeps what was asked, answers with the codes it was given."""

    def __init__(self) -> None:
        self.codes = {"": PASSED, "postgres://here": PASSED}
        self.asked: list[tuple[str, list[str]]] = []

    def one_pass(self, name: str, database_url: str, arguments: list[str]) -> runner.Pass:
        self.asked.append((database_url, arguments))
        counts, skipped = {"passed": 3, "failed": 0, "skipped": 2}, {"Chromium not found": 2}
        return runner.Pass(name, self.codes[database_url], 1.0, counts, skipped)

    @contextmanager
    def running(self, found: Found) -> Iterator[str]:
        yield found.url


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Pretended:
    made = Pretended()
    monkeypatch.setattr(runner, "_pytest", made.one_pass)
    monkeypatch.setattr(runner, "running", made.running)
    monkeypatch.setattr(runner, "find_postgres", lambda: Found("here", url="postgres://here"))
    monkeypatch.delenv("CI", raising=False)
    return made


def no_postgres() -> Found:
    raise PostgresMissing("PostgreSQL not found")


def test_the_second_pass_takes_the_same_arguments_and_only_what_touches_the_database(
    pretended: Pretended,
) -> None:
    assert runner.run(["-k", "words"]) == 0
    assert pretended.asked == [("", ["-k", "words"]), ("postgres://here", ["--only-database", "-k", "words"])]


def test_the_end_says_the_counts_and_every_reason_for_a_skip(
    pretended: Pretended, capsys: pytest.CaptureFixture[str]
) -> None:
    runner.run([])
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "In short:",
        "  SQLite: 3 passed, 2 skipped (1 s)",
        "  PostgreSQL, here: 3 passed, 2 skipped (1 s)",
        "  Skipped, 4: Chromium not found",
    ]


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (PASSED, PASSED, 0),
        (PASSED, NONE, 0),  # rules alone: nothing for PostgreSQL to do
        (NONE, NONE, NONE),  # the arguments picked nothing at all
        (FAILED, PASSED, FAILED),
        (PASSED, FAILED, FAILED),
        (NONE, FAILED, FAILED),
        (PASSED, 3, 3),
    ],
)
def test_one_verdict_of_two(pretended: Pretended, first: int, second: int, verdict: int) -> None:
    pretended.codes = {"": first, "postgres://here": second}
    assert runner.run([]) == verdict


def test_a_run_that_was_stopped_or_misspelt_does_not_go_on(pretended: Pretended) -> None:
    pretended.codes[""] = 4
    assert runner.run(["--no-such-option"]) == 4
    assert len(pretended.asked) == 1


def test_a_question_is_answered_once(pretended: Pretended) -> None:
    runner.run(["--fixtures"])
    assert len(pretended.asked) == 1


@pytest.mark.parametrize(("ci", "verdict"), [("", 0), ("true", 1)])
def test_without_postgresql_the_run_says_so_and_fails_where_ci_is_set(
    pretended: Pretended,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ci: str,
    verdict: int,
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(runner, "find_postgres", no_postgres)
    assert runner.run([]) == verdict
    assert "  Skipped, the whole pass on PostgreSQL: PostgreSQL not found" in capsys.readouterr().out
