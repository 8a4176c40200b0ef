"""A figure of a report as a file for spreadsheets."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from clinic.rules.tables import BYTE_ORDER_MARK, line
from plans.exports.report_figure import Figure
from plans.rules.report import Days


def csv(figure: Figure, span: Days) -> str:
    """Return a figure as text: its name, days and definition, then the table; no cell is ever a formula."""
    lines: tuple[Sequence[object], ...] = (
        [figure.title],
        [_("From"), span.first, _("until"), span.last],
        [figure.counted],
        figure.head,
        *figure.rows,
    )
    return BYTE_ORDER_MARK + "".join(line(cells) for cells in lines)
