"""Paired, alternating runs in one process, and the table of their medians: only the ratios mean anything."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

Run = Callable[[], object]
LONGEST_SECONDS = 30
DEPTHS, FRAMES = 12, 8


@dataclass(frozen=True)
class Pair:
    """Medians of two things that took turns."""

    product: float
    floor: float

    @property
    def ratio(self) -> float:
        """How many times as long the first one took."""
        return self.product / self.floor


def clocked(run: Run, number: int = 0) -> float:
    """Return how many milliseconds one run took, the `number`th of its kind.

    Each is called a little deeper than the one before. CPython 3.11 keeps its frames in pieces of 16 KiB and takes
    and returns a piece at every call across the end of one, so that the same page takes 35 ms or 56 by nothing but
    how deep it was called; the median over many depths has no such luck.
    """
    began = time.perf_counter()
    _deeper(run, number % DEPTHS * FRAMES)
    return (time.perf_counter() - began) * 1000


def _deeper(run: Run, frames: int) -> None:
    if frames:
        _deeper(run, frames - 1)
    else:
        run()


def paired(product: Run, floor: Run, rounds: int) -> Pair:
    """Let two things take turns and return the medians."""
    product(), floor()
    gc.collect()
    times = [(clocked(product, number), clocked(floor, number)) for number in within(rounds)]
    return Pair(median(one for one, _ in times), median(other for _, other in times))


def within(rounds: int) -> Iterator[int]:
    """Count to `rounds`, but after the third stop as soon as half a minute is over."""
    until = time.monotonic() + LONGEST_SECONDS
    for number in range(rounds):
        if number >= 3 and time.monotonic() > until:
            return
        yield number


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a head, in the form that README.md holds."""
    lines = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(line[index]) for line in [list(head), *lines]) for index in range(len(head))]
    say(f"\n{title}\n")
    for line in [list(head), ["-" * width for width in widths], *lines]:
        say("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |")


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
