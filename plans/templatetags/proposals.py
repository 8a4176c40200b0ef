"""The sessions of a proposal. Written in Python because a page holds thirty of them."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clinic.templatetags.look import gap, staff_time
from plans.queries.proposals import Row

register = template.Library()


@register.simple_tag(takes_context=True)
def session_facts(context: Context, row: Row) -> SafeString:
    """What a session of a proposal is: its number, its time, its spacing, who gives it and where."""
    return format_html(
        '<span class="ordn o">{}</span><span class="b">{}</span><span>{}</span><span class="soft small">{}{}</span>',
        row.number,
        staff_time(context, row.starts_at),
        gap(row.gap),
        row.practitioner.user.name,
        f" · {row.place}" if row.place else "",
    )


@register.simple_tag(takes_context=True)
def session_to_change(context: Context, row: Row) -> SafeString:
    """A session of a proposal with the button that looks for its other times; htmx swaps this row alone."""
    return format_html(
        '<li>{}<button class="btn btn-text btn-sm" name="open" value="{}" hx-post="">'
        '{}<span class="visually-hidden"> {}</span></button></li>',
        session_facts(context, row),
        row.number,
        gettext("Change"),
        gettext("session %(n)s") % {"n": row.number},
    )
