"""Bars to one scale, shares in words."""

import pytest

from plans.exports.report_figure import Bar, Figure, bars, headline, percent, share_bars
from plans.rules.report import Share


@pytest.mark.parametrize(
    ("share", "words", "above"),
    [
        (Share(1, 3), "33 %", "33 % · 1 of 3"),
        (Share(0, 5), "0 %", "0 % · 0 of 5"),
        (Share(9, 6), "150 %", "150 % · 9 of 6"),
        (Share(0, 0), "–", "nothing to count yet"),
    ],
)
def test_a_share_in_words(share: Share, words: str, above: str) -> None:
    assert (percent(share), headline(share)) == (words, above)


def test_the_longest_bar_fills_the_width() -> None:
    assert bars([("a", "4", 4), ("b", "1", 1), ("c", "0", 0)]) == [
        Bar("a", "4", "100.0%"),
        Bar("b", "1", "25.0%"),
        Bar("c", "0", "0.0%"),
    ]
    assert bars([("a", "0", 0)]) == [Bar("a", "0", "0.0%")]
    assert bars([]) == []


def test_shares_are_drawn_to_a_hundred_or_to_the_largest_beyond_it() -> None:
    assert [bar.length for bar in share_bars([("a", Share(1, 2)), ("b", Share(0, 0))])] == ["50.0%", "0.0%"]
    assert [bar.length for bar in share_bars([("a", Share(3, 2)), ("b", Share(3, 4))])] == ["100.0%", "50.0%"]


def test_a_chart_is_as_high_as_its_bars_and_says_them_all() -> None:
    one = Figure("x", "Use", "", "", [Bar("A", "1 %", "1.0%"), Bar("B", "2 %", "2.0%")], (), ())
    assert one.height == 80
    assert [y for y, _bar in one.drawn] == [0, 40]
    assert one.spoken == "Use. A: 1 %; B: 2 %."
    assert Figure("x", "Use", "", "", [], (), ()).spoken == "Use"
