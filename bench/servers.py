"""Servers that are made to be killed: a PostgreSQL that keeps its promises, and the web server with two workers."""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
# Unlike the tests' own: what is acknowledged has been written.
SAFE = (
    "listen_addresses=127.0.0.1",
    "max_connections=50",
    "timezone=UTC",
    "fsync=on",
    "synchronous_commit=on",
)


class Cluster:
    """A PostgreSQL in a folder of its own, started, killed and started again."""

    def __init__(self, binaries: Path, home: Path, owner: postgres.Owner) -> None:
        self.binaries, self.home, self.owner = binaries, home, owner
        self.password, self.port = secrets.token_hex(16), postgres._free_port()
        postgres._initdb(binaries, home, owner, self.password)
        self.start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"postgres://interval:{self.password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it; after a kill, as soon as the last of the processes that lost their parent has gone."""
        until = time.monotonic() + START_SECONDS
        while True:
            command: list[str | Path] = [
                self.binaries / "postgres",
                "-D",
                self.home / "data",
                "-k",
                self.home,
            ]
            command += ["-p", str(self.port), *(part for setting in SAFE for part in ("-c", setting))]
            self.process = self.owner.start(*command, cwd=self.home, log=self.home / "log")
            try:
                postgres._wait(self.binaries, self.home, self.process, self.port)
                return
            except postgres.PostgresMissing:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def kill(self) -> None:
        """Kill the postmaster on the spot; its children see it and go without cleaning up."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it in good order."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own, gone afterwards. Raises PostgresMissing where no binaries are to be had."""
    found = _binaries()
    owner = postgres._owner()
    home = Path(tempfile.mkdtemp(prefix="interval-crash-"))
    try:
        owner.take(home)
        one = Cluster(postgres._reachable(found, home, owner), home, owner)
        try:
            yield one
        finally:
            one.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _binaries() -> Path:
    """The folder of PostgreSQL's programs, whatever server DATABASE_URL names: that one is not ours to kill."""
    named = os.environ.pop("DATABASE_URL", None)
    try:
        found = postgres.find_postgres().bin
    finally:
        if named is not None:
            os.environ["DATABASE_URL"] = named
    if found is None:
        raise postgres.PostgresMissing("PostgreSQL's programs are not on this machine")
    return found


class Web:
    """The product under gunicorn with two workers, on loopback, in a process group of its own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment, self.port = dict(environment), postgres._free_port()

    def __enter__(self) -> Web:
        command = [sys.executable, "-m", "gunicorn", "clinic.wsgi:application", "--workers", "2"]
        command += ["--bind", f"127.0.0.1:{self.port}", "--log-level", "critical", "--timeout", "30"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """Kill the master and its workers on the spot."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self.process.wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                asked.request("GET", "/health/")
                if asked.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
        raise RuntimeError("the web server did not start")
