"""Desks that book at one instant: `python -m bench.contention --bookers 64 --rounds 100`.

Every booker is a process. In each round all want one practitioner at one time (`--apart 0`), or times that
overlap each other (`--apart 15`), through every path that books: a new session, a session that moves, a
practitioner's override of the least gap, a single visit, an accepted re-plan, an offer of the waiting list. The
database at DATABASE_URL must be empty; it is migrated first.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
LONGEST = 300


@dataclass
class Outcome:
    """What came of all attempts of a run."""

    answers: Counter[str] = field(default_factory=Counter)
    winners: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    rounds_with: Counter[int] = field(default_factory=Counter)
    overlaps: int = 0

    @property
    def errors(self) -> int:
        """How many attempts ended in anything but a booking or "taken"."""
        return sum(self.answers.values()) - self.answers["booked"] - self.answers["slot_taken"]

    @property
    def good(self) -> bool:
        """Whether every round had one winner and nobody saw an error."""
        return not (self.errors or self.overlaps) and set(self.rounds_with) <= {1}

    def lines(self) -> list[str]:
        """Return what is printed."""
        cuts = quantiles(self.took, n=100) if len(self.took) > 1 else [0.0] * 99
        return [
            f"  answers {dict(self.answers)}; won by path {dict(self.winners)}",
            f"  winners a round {dict(self.rounds_with)}; overlapping pairs {self.overlaps}; errors {self.errors}",
            f"  p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, max {max(self.took):.0f} ms",
        ]


def contend(bookers: int, rounds: int, apart: int, paths: list[str]) -> Outcome:
    """Let so many processes book at once, round by round, and count."""
    from django.db import connections

    from bench.bookers import Arena, overlapping, work

    arena = Arena.make(bookers, paths)
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ready, told = context.Barrier(bookers), context.SimpleQueue()
    started = [
        context.Process(target=work, args=(arena, number, rounds, apart, ready, told), daemon=True)
        for number in range(bookers)
    ]
    for process in started:
        process.start()
    outcome, wins = Outcome(), Counter[int]()
    for _ in range(bookers * rounds):
        _tally(outcome, wins, told.get())
    for process in started:
        process.join(LONGEST)
    outcome.rounds_with = Counter(wins[number] for number in range(rounds))
    outcome.overlaps = overlapping()
    return outcome


def _tally(outcome: Outcome, wins: Counter[int], told: tuple[int, str, str, float]) -> None:
    number, path, answer, took = told
    outcome.answers[answer] += 1
    outcome.took.append(took)
    if answer == "booked":
        outcome.winners[path] += 1
        wins[number] += 1


def main() -> int:
    """Run equal and overlapping times, and print what was counted."""
    from bench.bookers import PATHS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookers", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument(
        "--apart", type=int, nargs="+", default=[0, 15], help="minutes between the times wanted"
    )
    parser.add_argument("--paths", nargs="+", choices=PATHS, default=list(PATHS))
    asked: Any = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    good = True
    for apart in asked.apart:
        outcome = contend(asked.bookers, asked.rounds, apart, asked.paths)
        head = f"{connection.vendor}, {asked.bookers} bookers, {asked.rounds} rounds, {apart} minutes apart:"
        sys.stdout.write("\n".join([head, *outcome.lines()]) + "\n")
        sys.stdout.flush()
        good = good and outcome.good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
