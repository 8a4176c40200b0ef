"""Two engines, one suite: what every test may use, and what is said of the run when it has ended."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

TOUCHES_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}

hypothesis_settings.register_profile(
    "house", deadline=None, derandomize=bool(os.environ.get("CI")), database=None
)
hypothesis_settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="run only what touches the database, without the browser: the second pass, on PostgreSQL",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.relative_to(config.rootpath).parts:
            item.add_marker("browser")
    if not config.getoption("--only-database"):
        return
    chosen = [item for item in items if touches_database(item) and not item.get_closest_marker("browser")]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def touches_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("django_db") or TOUCHES_DATABASE & set(getattr(item, "fixturenames", ())):
        return True
    owner = getattr(item, "cls", None)
    return isinstance(owner, type) and issubclass(owner, TransactionTestCase)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tells the counts and every reason for a skip to `manage.py test`, which prints them last."""
    target = os.environ.get("INTERVAL_TEST_REPORT")
    if target:
        stats = terminalreporter.stats
        words = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
        counts = {word: sum(1 for told in stats.get(word, ()) if counted(told)) for word in words}
        Path(target).write_text(json.dumps({"counts": counts, "skipped": reasons(stats.get("skipped", ()))}))


def counted(told: Any) -> bool:
    return getattr(told, "count_towards_summary", True)


def reasons(skipped: Iterable[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for told in skipped:
        reason = str(told.longrepr[2] if isinstance(told.longrepr, tuple) else told.longrepr).removeprefix(
            "Skipped: "
        )
        found[reason] = found.get(reason, 0) + 1
    return found


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite gets a file of its own a worker, as a clinic has: threads and other processes see it too."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"  # no power cut is being tested


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The address of the test database, for a test that starts a second process."""
    from django.db import connection

    named = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{named['NAME']}"
    return f"postgres://{named['USER']}:{named['PASSWORD']}@{named['HOST']}:{named['PORT']}/{named['NAME']}"


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_guards() -> Iterator[None]:
    """Append-only tables refuse the DELETE that ends a committed test on SQLite; the cache has no model."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    plain = BaseDatabaseOperations.execute_sql_flush

    def flush(self: Any, sql_list: list[str]) -> None:
        guards: list[tuple[str, str]] = []
        if self.connection.vendor == "sqlite":
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                guards = cursor.fetchall()
        drops, creates = [f'DROP TRIGGER "{name}"' for name, _ in guards], [sql for _, sql in guards]
        plain(self, [*drops, *sql_list, "DELETE FROM clinic_cache", *creates])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush)
        yield
