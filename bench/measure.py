"""Product against floor in one process: `python -m bench.measure 100k=postgres://… 10k=… 1M=…`.

Each database was filled by `bench.history`. The first one named is the one that is measured in full; growth is
told for all. PostgreSQL only. Everything runs in this process through Django's own request handler.
"""

from __future__ import annotations

import argparse
import os
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
PARTS = {
    "proposals": "bench.pages",
    "pages": "bench.pages",
    "bookings": "bench.writes",
    "replans": "bench.replans",
    "growth": "bench.pages",
}


def main() -> None:
    """Measure what was asked for and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("databases", nargs="+", metavar="NAME=URL")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rounds", type=int, default=30)
    asked = parser.parse_args()
    named = dict(one.split("=", 1) for one in asked.databases)
    os.environ["DATABASE_URL"] = next(iter(named.values()))
    import django

    django.setup()
    for part in asked.only:
        getattr(import_module(PARTS[part]), part)(named, asked.rounds)


if __name__ == "__main__":
    main()
