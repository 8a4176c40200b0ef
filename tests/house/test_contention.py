"""A short rush through every path that books at once; `python -m bench.contention` goes on for longer."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db(transaction=True)
def test_one_of_six_paths_wins_each_round_and_the_others_are_told(database_url: str) -> None:
    """New and moved session, override, single visit, re-plan and waiting list, at equal and at overlapping times."""
    command = [sys.executable, "-m", "bench.contention", "--bookers", "6", "--rounds", "5"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url, "INTERVAL_TESTING": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert re.findall(r"winners a round (.+);", done.stdout) == ["{1: 5}; overlapping pairs 0"] * 2
    assert re.findall(r"answers (\{.+\});", done.stdout).count("{}") == 0
    assert done.stdout.count("errors 0") == 2
