"""Killed in the middle: two rounds of each kind; `python -m bench.crash` goes on for longer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.servers import cluster
from tests.postgres import PostgresMissing, find_postgres

ROOT = Path(__file__).resolve().parents[2]
KEPT = "0 lost, 0 half made, 0 doubled"


def killed(*arguments: str) -> list[str]:
    """Run the command on databases of its own and return what it counted, a line a kind."""
    command = [sys.executable, "-m", "bench.crash", *arguments, "--rounds", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode in (0, 1), done.stderr[-2000:]
    return done.stdout.splitlines()


def on_postgresql() -> None:
    """Skip where no PostgreSQL can be started and killed; where CI promises one, that is a failure."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        try:
            find_postgres()
        except PostgresMissing as missing:
            if os.environ.get("CI"):
                pytest.fail(str(missing))
            pytest.skip(str(missing))


def test_nothing_acknowledged_is_lost_when_the_web_server_or_a_writer_is_killed_on_sqlite() -> None:
    web, writer = killed("web", "writer", "--engine", "sqlite")
    assert web.startswith("web on sqlite: 2 kills, ")
    assert KEPT in web
    assert "writer on sqlite: 2 kills, 2 acknowledged, 0 unanswered, " + KEPT in writer
    assert "2 inside" in writer


def test_nothing_acknowledged_is_lost_when_the_web_server_or_postgresql_is_killed() -> None:
    on_postgresql()
    web, database = killed("web", "database", "--engine", "postgresql")
    assert web.startswith("web on postgresql: 2 kills, ")
    assert KEPT in web
    assert database.startswith("database on postgresql: 2 kills, ")
    assert KEPT in database


def test_a_killed_cluster_keeps_what_was_committed_and_leaves_nothing_behind() -> None:
    on_postgresql()
    import psycopg2

    with cluster() as server:
        connection = psycopg2.connect(server.url)
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept (number int)")
            cursor.execute("INSERT INTO kept VALUES (1)")
        server.kill()
        server.start()
        again = psycopg2.connect(server.url)
        with again, again.cursor() as cursor:
            cursor.execute("SELECT number FROM kept")
            assert cursor.fetchall() == [(1,)]
        again.close()
        home = server.home
    assert not home.exists()
