#!/usr/bin/env python3
"""Django's command line; `demo` and `test` first make what they need (clinic/bootstrap.py)."""

import os
import sys


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - said here, before anything that an older Python cannot read
        sys.exit("Interval needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in ("demo", "test"):
        from clinic.bootstrap import prepare

        prepare(command)
    if command == "test":
        from tests.run import run

        sys.exit(run(sys.argv[2:]))
    if command == "demo":
        os.environ["INTERVAL_DEMO"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
