"""Many at once, as processes of their own: started, told what to do at the same moment, and ended."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

PROGRAM = "import django; django.setup(); from tests.worker import main; main()"


@contextmanager
def processes(database_url: str, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Start so many workers, ready to go; end them afterwards."""
    env = {
        **os.environ, "DATABASE_URL": database_url, "INTERVAL_TESTING": "1", "DJANGO_SETTINGS_MODULE": "tests.settings",
    }  # fmt: skip
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env=env,
            cwd=settings.BASE_DIR,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(count)
    ]
    try:
        for one in started:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        yield started
    finally:
        for one in started:
            one.communicate(timeout=30)


def ask(started: list[subprocess.Popen[str]], lines: list[str]) -> list[str]:
    """Give every process its line before any has answered, then read the answers."""
    for one, line in zip(started, lines, strict=True):
        assert one.stdin is not None
        one.stdin.write(line + "\n")
        one.stdin.flush()
    return [one.stdout.readline().strip() for one in started if one.stdout is not None]
