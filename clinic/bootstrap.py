"""From a bare clone to a Python that has everything installed. Only the standard library may be used here."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
# Each set holds the one before it: what has installed `test` has installed `demo`.
REQUIREMENTS = {"demo": ("requirements.txt",), "test": ("requirements.txt", "tests/requirements.txt")}


class CannotPrepare(Exception):
    """Something is missing that the reader has to bring; the text says what."""


def prepare(command: str) -> None:
    """Makes .venv, installs the pinned requirements of `command`, and goes on in that Python."""
    home = Path(sys.prefix) if in_virtualenv() else ROOT / ".venv"
    try:
        if not installed(home, command):
            if not in_virtualenv():
                make_virtualenv(home)
            install(home, command)
    except CannotPrepare as missing:
        sys.exit(f"{missing}")
    if not in_virtualenv():
        go_on_in(python_of(home))


def in_virtualenv() -> bool:
    return sys.prefix != sys.base_prefix


def python_of(home: Path) -> Path:
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def digest(command: str, root: Path = ROOT) -> str:
    """Changes with the text of the requirements and with the Python that they were installed for."""
    text = b"".join((root / name).read_bytes() for name in REQUIREMENTS[command])
    return hashlib.sha256(text + repr(sys.version_info[:2]).encode()).hexdigest()


def stamp_of(home: Path, command: str) -> Path:
    return home / f"interval-{command}.sha256"


def installed(home: Path, command: str, root: Path = ROOT) -> bool:
    stamp = stamp_of(home, command)
    return python_of(home).exists() and stamp.exists() and stamp.read_text() == digest(command, root)


def make_virtualenv(home: Path) -> None:
    if has_pip(home):
        return
    try:
        import ensurepip  # noqa: F401 - Debian splits it off, and `venv` without it leaves half an environment
        import venv
    except ImportError:
        raise CannotPrepare(
            "Python's `venv` is not complete here, so .venv cannot be made.\n"
            "On Debian and Ubuntu:  apt install python3-venv"
        ) from None
    say("Making .venv ...")
    try:
        venv.create(home, clear=True, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotPrepare(f".venv cannot be made: {error}") from None


def install(home: Path, command: str, root: Path = ROOT) -> None:
    if not has_pip(home):
        raise CannotPrepare(
            f"The virtual environment {home} has no pip.\n"
            "Add it (python -m ensurepip), or leave the environment: then this command makes one of its own."
        )
    wanted = REQUIREMENTS[command][-1]
    say(f"Installing {wanted} (once, a minute or two) ...")
    pip = (str(python_of(home)), "-m", "pip", "install", "-qq", "--no-input", "--disable-pip-version-check")
    if subprocess.run([*pip, "-r", str(root / wanted)], check=False, stdin=subprocess.DEVNULL).returncode:
        raise CannotPrepare(
            f"pip could not install {wanted}; its own words are above.\n"
            "The first run needs the network; run the command again when it is there."
        )
    for name, files in REQUIREMENTS.items():
        if set(files) <= set(REQUIREMENTS[command]):
            stamp_of(home, name).write_text(digest(name, root))


def has_pip(home: Path) -> bool:
    """False too for an environment left half made, or whose Python was upgraded underneath it."""
    python = python_of(home)
    if not python.exists():
        return False
    asked = subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False)
    return asked.returncode == 0


def go_on_in(python: Path) -> NoReturn:
    command = [str(python), *sys.argv]
    sys.stdout.flush()
    if os.name == "nt":  # there exec gives the terminal back before the new process has finished
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
