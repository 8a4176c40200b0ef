"""What the drawings of a page are made from: a series or a face as a page has them, in words and places."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from clinic.exports import in_words
from clinic.rules import timeline
from clinic.templatetags.face import ZONES, depth_words, shade

STATES = {
    timeline.DotState.DONE: gettext_lazy("done"),
    timeline.DotState.OPEN: gettext_lazy("booked"),
    timeline.DotState.PROPOSED: gettext_lazy("proposed"),
    timeline.DotState.OUTSIDE: gettext_lazy("outside its window"),
    timeline.DotState.WAS: gettext_lazy("before the change"),
}


def read(source: object, name: str, default: Any = None) -> Any:
    """A value of a mapping or of an object."""
    if isinstance(source, Mapping):
        return source.get(name, default)
    return getattr(source, name, default)


def row_of(row: object) -> timeline.Row:
    """One line of sessions, from anything with `dots` and perhaps a `label`."""
    dots = tuple(_dot(dot) for dot in read(row, "dots") or ())
    return timeline.Row(dots, str(read(row, "label") or "") if read(row, "rows") is None else "")


def _dot(dot: object) -> timeline.Dot:
    window = read(dot, "window")
    return timeline.Dot(
        number=read(dot, "number"),
        day=read(dot, "day"),
        state=timeline.DotState(str(getattr(read(dot, "state"), "value", read(dot, "state") or "open"))),
        window=(window[0], window[1]) if window else None,
        gap_days=read(dot, "gap_days"),
    )


def sentence(rows: Iterable[timeline.Row]) -> str:
    """The picture in words, for people who do not see it."""
    one, parts = gettext("session %(number)s on %(day)s, %(state)s"), []
    for row in rows:
        told = [
            one % {"number": dot.number, "day": in_words(dot.day, "short_year"), "state": STATES[dot.state]}
            for dot in row.dots
        ]
        parts.append((f"{row.label}: " if row.label else "") + "; ".join(told))
    return gettext("Series timeline. %(parts)s.") % {"parts": ". ".join(parts)}


def face_zones(areas: Iterable[object], current: str) -> list[dict[str, Any]]:
    """The areas that are drawn, each with its shapes, fill and spoken name; others are left to the list."""
    zones = []
    for area in areas:
        key, depth = str(read(area, "id")), read(area, "depth")
        if key not in ZONES:
            continue
        told = gettext("not treated") if depth is None else gettext("%(n)s millimetres") % {"n": depth}
        zones.append(
            {
                "id": key,
                "depth": "" if depth is None else depth_words(float(depth)),
                "spoken": f"{read(area, 'label')}: {told}",
                "css": shade(None if depth is None else float(depth)),
                "shapes": ZONES[key],
                "current": key == current,
            }
        )
    return zones
