"""Finds the best series: a backward dynamic programme over sets of sessions, with a bound on cost that is raised.

Under a bound only the days near the targets can matter, so the windows searched are narrow at first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from clinic.rules.timegrid import CELL_MINUTES, CELLS
from plans.rules.scheduling.levels import QUARTER, Grid, Layer, Near, Reach, Stage
from plans.rules.scheduling.model import Days, Id, Request
from plans.rules.scheduling.supply import DAY, Supply, Wishes, gaps, windows

BOUNDS = (60, 240, 900, None)
NOON = 13 * 60

class Columns:
    """Start columns of a clinic's day: which cells they are, and masks of cells as masks of columns."""


@dataclass(frozen=True, slots=True)
class Node:
    """A session at a place in the search: days from the start of its window, practitioner and column by index."""

    day: int
    person: int
    column: int
"""
