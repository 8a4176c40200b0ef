"""One figure of a report: a number above bars, a definition below them, and a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from plans.rules.report import Share

LABEL = 34  # characters of a name beside its value, on a screen of 320 pixels

BAR_HIGH = 40  # pixels: a line of words and the bar under it

Cell = str | int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, its value in words, and its length in hundredths of the chart's width."""

    label: str
    value: str
    length: str

    @property
    def short(self) -> str:
        """Return the label as it fits beside the value; the table has it whole."""
        return Truncator(self.label).chars(LABEL)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its name, the number that stands above it, how it is counted, bars and rows."""

    slug: str
    title: str
    headline: str
    counted: str
    bars: Sequence[Bar]
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @property
    def height(self) -> int:
        """Return how high the chart is, in pixels."""
        return BAR_HIGH * len(self.bars)

    @property
    def drawn(self) -> list[tuple[int, Bar]]:
        """Return each bar with the pixel at which it begins."""
        return [(BAR_HIGH * number, bar) for number, bar in enumerate(self.bars)]

    @property
    def spoken(self) -> str:
        """Return the chart in words."""
        parts = "; ".join(f"{bar.label}: {bar.value}" for bar in self.bars)
        return f"{self.title}. {parts}." if parts else self.title


def percent(share: Share) -> str:
    """Return a share in hundredths, without decimals; a dash where there is nothing to share."""
    return "–" if share.percent is None else _("%(n)s %%") % {"n": round(share.percent)}


def headline(share: Share) -> str:
    """Return a share with what it is of; words where there is nothing to count."""
    if not share.whole:
        return _("nothing to count yet")
    of = _("%(part)s of %(whole)s") % {"part": share.part, "whole": share.whole}
    return f"{percent(share)} · {of}"


def bars(values: Iterable[tuple[str, str, float]], most: float = 0) -> list[Bar]:
    """Return bars to one scale: the longest fills the width, unless `most` is more."""
    kept = list(values)
    top = max([most, *(number for _label, _value, number in kept)], default=0)
    return [Bar(label, value, f"{100 * number / top if top else 0:.1f}%") for label, value, number in kept]


def share_bars(shares: Iterable[tuple[str, Share]]) -> list[Bar]:
    """Return shares as bars of which the whole is a hundred in a hundred, or more where a share is more."""
    return bars(((label, percent(share), share.percent or 0) for label, share in shares), 100)
