"""manage.py before Django: what it makes, what it leaves alone, and what it says when it cannot go on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from clinic import bootstrap

ROOT = Path(__file__).resolve().parents[2]
# Only what the bootstrap reads: no Django, no product.
FILES = ("manage.py", "clinic/__init__.py", "clinic/bootstrap.py")


def lay(root: Path) -> Path:
    """A repository whose requirements need no network: they name nothing."""
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    (root / "requirements.txt").write_text("# nothing\n")
    (root / "tests").mkdir()
    (root / "tests" / "__init__.py").touch()
    (root / "tests" / "requirements.txt").write_text("-r ../requirements.txt\n")
    (root / "tests" / "run.py").write_text(
        "import sys\n\n\ndef run(arguments):\n    print(sys.prefix, arguments)\n    return 7\n"
    )
    return root


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return lay(tmp_path / "clone")


@dataclass(frozen=True)
class FirstRun:
    """What `test` did in a clone without an environment: seconds of work, so it is done once."""

    root: Path
    done: subprocess.CompletedProcess[str]

    @property
    def home(self) -> Path:
        return self.root / ".venv"


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    root = lay(tmp_path_factory.mktemp("first") / "clone")
    return FirstRun(root, manage(root, "test", "-k", "two words"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A virtual environment as an installer leaves it, without the seconds that pip's own copy takes."""
    home = tmp_path / "home"
    venv.create(home, with_pip=False)
    return home


def base_python() -> str:
    """The Python behind the virtual environment that runs this test."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)))


def manage(root: Path, *arguments: str, python: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python or base_python(), str(root / "manage.py"), *arguments],
        cwd=root,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_run_makes_an_environment_installs_and_goes_on_in_it(first_run: FirstRun) -> None:
    assert first_run.done.stdout.splitlines() == [
        "Making .venv ...",
        "Installing tests/requirements.txt (once, a minute or two) ...",
        f"{first_run.home} ['-k', 'two words']",
    ]
    assert first_run.done.returncode == 7


def test_the_second_run_only_uses_it(first_run: FirstRun) -> None:
    assert manage(first_run.root, "test").stdout == f"{first_run.home} []\n"


def test_somebodys_own_environment_is_used_and_no_other_is_made(first_run: FirstRun, clone: Path) -> None:
    done = manage(clone, "test", python=str(bootstrap.python_of(first_run.home)))
    assert done.stdout.splitlines()[-1] == f"{first_run.home} []"
    assert not (clone / ".venv").exists()


def test_an_environment_without_pip_is_named(clone: Path, home: Path) -> None:
    done = manage(clone, "test", python=str(bootstrap.python_of(home)))
    assert done.stderr.startswith(f"The virtual environment {home} has no pip.\n")
    assert done.returncode == 1


def test_when_pip_fails_the_message_says_that_the_first_run_needs_the_network(
    first_run: FirstRun, clone: Path
) -> None:
    stamps = shutil.ignore_patterns("interval-*")
    shutil.copytree(first_run.home, clone / ".venv", symlinks=True, ignore=stamps)
    (clone / "tests" / "requirements.txt").write_text("./no-such-folder\n")
    done = manage(clone, "test")
    assert "pip could not install tests/requirements.txt; its own words are above." in done.stderr
    assert "The first run needs the network" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert not list((clone / ".venv").glob("interval-*"))


def test_a_python_without_ensurepip_is_told_what_to_install(clone: Path) -> None:
    # Debian's python3 without python3-venv: `ensurepip` cannot be imported.
    hidden = clone / "ensurepip.py"
    hidden.write_text("raise ImportError\n")
    done = manage(clone, "test")
    assert done.stderr.splitlines()[-1] == "On Debian and Ubuntu:  apt install python3-venv"
    assert done.returncode == 1
    assert not (clone / ".venv").exists()


def test_an_older_python_is_told_before_anything_else_is_read(clone: Path) -> None:
    old = "import sys, runpy; sys.version_info = (3, 9, 2); sys.argv = ['manage.py', 'demo']; "
    done = subprocess.run(
        [base_python(), "-c", old + "runpy.run_path('manage.py', run_name='__main__')"],
        cwd=clone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == "Interval needs Python 3.11 or newer; this is Python 3.9.\n"
    assert done.returncode == 1


def test_the_stamp_of_the_tests_covers_the_demo_but_not_the_other_way_round(clone: Path, home: Path) -> None:
    bootstrap.stamp_of(home, "demo").write_text(bootstrap.digest("demo", clone))
    assert bootstrap.installed(home, "demo", clone)
    assert not bootstrap.installed(home, "test", clone)


@pytest.mark.parametrize("changed", ["requirements.txt", "tests/requirements.txt"])
def test_a_changed_line_of_either_file_makes_the_tests_install_again(
    clone: Path, home: Path, changed: str
) -> None:
    bootstrap.stamp_of(home, "test").write_text(bootstrap.digest("test", clone))
    assert bootstrap.installed(home, "test", clone)
    (clone / changed).write_text("# something\n")
    assert not bootstrap.installed(home, "test", clone)


def test_an_environment_whose_python_is_gone_counts_as_none(clone: Path, home: Path) -> None:
    bootstrap.stamp_of(home, "demo").write_text(bootstrap.digest("demo", clone))
    python = bootstrap.python_of(home)
    python.unlink()
    assert not bootstrap.installed(home, "demo", clone)
    assert not bootstrap.has_pip(home)


def test_other_commands_make_nothing(clone: Path) -> None:
    done = manage(clone, "check")
    assert not (clone / ".venv").exists()
    assert done.returncode == 1


def test_the_bootstrap_needs_the_standard_library_alone() -> None:
    lines = (ROOT / "clinic" / "bootstrap.py").read_text().splitlines()
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names
