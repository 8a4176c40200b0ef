"""Arithmetic of half-open ranges of whole numbers, such as minutes of a day."""

from collections.abc import Iterable

Range = tuple[int, int]


def merge(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The same points as ordered ranges that neither overlap nor touch; empty ranges vanish."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def intersect(left: Iterable[Range], right: Iterable[Range]) -> tuple[Range, ...]:
    """The points in both, as ordered ranges that neither overlap nor touch."""
    others = merge(right)
    return merge((max(a, c), min(b, d)) for a, b in merge(left) for c, d in others)


def subtract(left: Iterable[Range], right: Iterable[Range]) -> tuple[Range, ...]:
    """The points of `left` that are not in `right`, as ordered ranges."""
    cuts = merge(right)
    rest: list[Range] = []
    for start, end in merge(left):
        for cut_start, cut_end in cuts:
            if cut_end <= start or end <= cut_start:
                continue
            rest.append((start, cut_start))
            start = cut_end
        rest.append((start, end))
    return merge(rest)


def contains(ranges: Iterable[Range], start: int, end: int) -> bool:
    """True when start..end lies inside one unbroken stretch of the ranges."""
    return any(a <= start and end <= b for a, b in merge(ranges))


def overlaps(ranges: Iterable[Range], start: int, end: int) -> bool:
    """True when any point of start..end lies in one of the ranges."""
    return any(max(a, start) < min(b, end) for a, b in ranges)
