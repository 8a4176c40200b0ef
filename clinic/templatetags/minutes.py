"""Minutes of a local day, as a clock shows them."""

from django import template

register = template.Library()


@register.filter
def minute_clock(minute: int) -> str:
    """09:05, from minute 545 of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
