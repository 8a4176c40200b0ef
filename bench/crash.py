"""Kill what serves in the middle of a burst of bookings: `python -m bench.crash web|database|writer --rounds 20`.

`web` kills gunicorn and its workers (on SQLite, or on a PostgreSQL of its own with `--engine postgresql`),
`database` kills that PostgreSQL, `writer` a process inside its transaction on SQLite with synchronous=FULL.
After each kill everything is started again and counted: what was acknowledged must be there, every series
booked whole or not at all, and the same requests once more must book nothing twice. Exits with 1 otherwise.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.servers import ROOT, Cluster, Web, cluster

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
SERIES = 24
CLIENTS = 4


@dataclass
class Tally:
    """What was counted over all rounds; the last three must stay 0."""

    acknowledged: int = 0
    unanswered: int = 0
    lost: int = 0
    half_made: int = 0
    doubled: int = 0
    said: Counter[str] = field(default_factory=Counter)

    @property
    def bad(self) -> int:
        """How often a promise was broken."""
        return self.lost + self.half_made + self.doubled

    def line(self, what: str, rounds: int) -> str:
        """Return the sentence that is printed."""
        return (
            f"{what}: {rounds} kills, {self.acknowledged} acknowledged, {self.unanswered} unanswered, "
            f"{self.lost} lost, {self.half_made} half made, {self.doubled} doubled"
            + "".join(f", {number} {word}" for word, number in self.said.items())
        )


def bursts(what: str, rounds: int, tally: Tally, url: str, server: Cluster | None = None) -> None:
    """Post bookings to the web server, kill it or its database in the middle, start again and count."""
    from bench.burst import Burst

    environment = os.environ | {"DATABASE_URL": url}
    for number in range(rounds):
        burst = Burst(f"{what}-{number}", SERIES)
        with Web(environment) as web:
            victim: Callable[[], None] = web.kill if server is None else server.kill
            burst.post(web.port, CLIENTS, kill_after=random.randint(1, SERIES // 2), kill=victim)
            if server is not None:
                server.start()
        burst.count(tally)
        with Web(environment) as web:
            burst.post(web.port, CLIENTS)
        burst.count_again(tally)


def writer(rounds: int, tally: Tally) -> None:
    """Kill a writer after each of its statements in turn, the first and the last included."""
    from bench.burst import Burst

    for number in range(rounds):
        burst = Burst(f"writer-{number}", 1 + rounds)
        through = _writer(0, *burst.first())
        last = int(through.split()[1])
        # From its second statement on it is inside: the first ones only read who asks.
        burst.acknowledge(0)
        chosen = last - number if number < last - 3 else random.randint(3, last)
        tally.said[_writer(chosen, *burst.one(1))] += 1
        burst.count(tally)
        _writer(0, *burst.one(1))
        _writer(0, *burst.one(1))
        burst.settle(2, tally)


def _writer(still: int, series: str, offer: str) -> str:
    """Run the writer; where it stands still, kill it. Returns what it said."""
    command = [sys.executable, "-m", "bench.killed", str(still), series, offer]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    if still:
        process.kill()
    process.wait()
    process.stdout.close()
    return said


@contextmanager
def database(engine: str) -> Iterator[tuple[str, Cluster | None]]:
    """An empty database, migrated, that this process and its children use."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory(prefix="interval-crash-") as folder:
            url = f"sqlite:///{Path(folder) / 'crash.sqlite3'}"
            prepare(url)
            yield url, None
        return
    with cluster() as server:
        prepare(server.url)
        yield server.url, server


def prepare(url: str) -> None:
    """Let Django use this database, with its tables made."""
    os.environ |= {"DATABASE_URL": url, "INTERVAL_TESTING": "1"}
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def main() -> int:
    """Run what was asked for and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="+", choices=("web", "database", "writer"))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=10)
    asked = parser.parse_args()
    if ("database" in asked.what and asked.engine == "sqlite") or (
        "writer" in asked.what and asked.engine != "sqlite"
    ):
        parser.error("`database` is PostgreSQL's and `writer` is SQLite's")
    bad = 0
    with database(asked.engine) as (url, server):
        for what in asked.what:
            tally, began = Tally(), time.monotonic()
            if what == "writer":
                writer(asked.rounds, tally)
            else:
                bursts(what, asked.rounds, tally, url, server if what == "database" else None)
            took = time.monotonic() - began
            sys.stdout.write(f"{tally.line(f'{what} on {asked.engine}', asked.rounds)} ({took:.0f} s)\n")
            bad += tally.bad
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
