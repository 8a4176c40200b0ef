"""The look in templates: icons, tags, dates, spacing badges, the series timeline. No `{% load %}` is needed.

Dates come as tags, which read `tz` and `now` of the page and leave out the year that everybody knows:
`{% staff_time visit.start %}`; and as filters, for mail and print, which always write it:
`{{ visit.start|staff_time:tz }}`.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.template import Context
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext

from clinic.exports import in_words
from clinic.rules import timegrid, timeline
from clinic.rules.roles import Actor, Right, Role
from clinic.templatetags.drawing import face_zones, read, row_of, sentence
from clinic.templatetags.timeline_svg import drawn
from clinic.templatetags.wording import error_words, local, stamp, written

register = template.Library()

SECTIONS = (
    ("today", ("plans:today", "plans:day", "plans:week", "plans:visit")),
    ("series", ("plans:worklist", "plans:series", "plans:waiting")),
    ("settings", ("clinic:", "plans:protocol")),
    ("patients", ("patients:", "plans:")),
)
# What somebody is called here: the first that they are.
ROLES = {
    Role.CLINICAL_LEAD: gettext_lazy("Clinical lead"),
    Role.PRESCRIBER: gettext_lazy("Prescriber"),
    Role.PRACTITIONER: gettext_lazy("Practitioner"),
    Role.FRONT_DESK: gettext_lazy("Front desk"),
    Role.ADMIN: gettext_lazy("Administrator"),
    Role.PATIENT: gettext_lazy("Patient"),
}
# A spacing badge by its state: its colour, and what it says after the days.
BADGES = {
    "on_plan": ("ok", "✓"),
    "late": ("warn", gettext_lazy("%(n)s late")),
    "late_review": ("warn", gettext_lazy("look first")),
    "too_early": ("bad", gettext_lazy("too early")),
    "lapsed": ("bad", gettext_lazy("talk first")),
}


# --- Icons, tags, people ---------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, label: str = "", css: str = "i") -> SafeString:
    """One icon of the sprite: silent beside a word, or with a label when it stands alone."""
    place = format_html("{}#{}", static("img/icons.svg"), name)
    if label:
        drawn = '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>'
        return format_html(drawn, css, label, place)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', css, place)


@register.simple_tag
def tag(text: str, kind: str = "", mark: str = "") -> SafeString:
    """A tag of one to three words: kind is ok, warn, bad, info, plum or brand; mark is an icon."""
    drawn = icon(mark) if mark else ""
    return format_html('<span class="tag{}">{}{}</span>', f" is-{kind}" if kind else "", drawn, text)


@register.filter
def initials(name: str) -> str:
    """First letters of the first and the last word of a name, in any script."""
    words = [word for word in str(name).split() if word[0].isalnum() and not word.endswith(".")]
    words = [word for word in words if word not in {"Dr", "Dra", "RN"}] or words
    return "".join(word[0].upper() for word in [*words[:1], *words[1:][-1:]])


@register.filter
def may(actor: Actor | None, right: str) -> bool:
    """Whether to show a way in: `{% if actor|may:"BOOK" %}`. The view still decides."""
    return actor is not None and actor.may(Right[right])


@register.filter
def role_words(actor: Actor) -> str:
    """What the person does here, in words."""
    return next((str(word) for role, word in ROLES.items() if role in actor.roles), "")


@register.filter
def shell_of(actor: Actor | None, clinic: object) -> str:
    """The shell for a page that anybody may meet, such as "not found"."""
    if actor is None:
        return "plain.html"
    if actor.is_patient:
        return "portal.html"
    return "staff.html" if clinic else "plain.html"


@register.filter
def control(field: BoundField) -> SafeString:
    """The control of a field, with the classes of its kind and of its errors beside its own."""
    widget = field.field.widget
    kind = "form-control"
    if isinstance(widget, forms.Select):
        kind = "form-select"
    elif isinstance(widget, forms.CheckboxInput):
        kind = "form-check-input"
    css = (widget.attrs.get("class"), kind, "is-invalid" if field.errors else "")
    return field.as_widget(attrs={"class": " ".join(filter(None, css))})


@register.filter
def attributes(given: dict[str, Any]) -> SafeString:
    """The attributes of one choice of a group, as HTML."""
    return flatatt(given)


@register.filter
def told(field: BoundField) -> list[str]:
    """The errors of a field, each as what to do."""
    return error_words(field)


@register.simple_tag
def summarised(form: Any) -> str:
    """Note that the page's error summary speaks for this form, so that crispy does not say the same again."""
    if form:
        form.summary_shown = True
    return ""


@register.simple_tag(takes_context=True)
def section(context: Context) -> str:
    """Which item of the rail is current: what the page says in `nav`, else what its address belongs to."""
    if context.get("nav"):
        return str(context["nav"])
    match = getattr(context.get("request"), "resolver_match", None)
    name = match.view_name if match else ""
    return next((key for key, starts in SECTIONS if name.startswith(starts)), "")


# --- Dates and times -------------------------------------------------------------------------------
def _today(context: Context, tz: ZoneInfo | None) -> date | None:
    now = context.get("now")
    return timegrid.local_day(now, tz) if isinstance(now, datetime) and tz else None


def _zone(context: Context, tz: ZoneInfo | None) -> ZoneInfo | None:
    return tz or context.get("tz")


def _in_context(
    context: Context, moment: date | None, tz: ZoneInfo | None, style: str, *, with_time: bool, plain: bool
) -> str:
    zone = _zone(context, tz)
    return written(moment, zone, style, today=_today(context, zone), with_time=with_time, plain=plain)


@register.simple_tag(takes_context=True)
def staff_time(context: Context, moment: date | None, tz: ZoneInfo | None = None, plain: bool = False) -> str:
    """Thu 4 Feb, 16:30."""
    return _in_context(context, moment, tz, "short", with_time=True, plain=plain)


@register.simple_tag(takes_context=True)
def patient_time(
    context: Context, moment: date | None, tz: ZoneInfo | None = None, plain: bool = False
) -> str:
    """Tuesday 16 February, 14:30."""
    return _in_context(context, moment, tz, "long", with_time=True, plain=plain)


@register.simple_tag(takes_context=True)
def short_day(context: Context, moment: date | None, tz: ZoneInfo | None = None, plain: bool = False) -> str:
    """Thu 4 Feb."""
    return _in_context(context, moment, tz, "short", with_time=False, plain=plain)


@register.simple_tag(takes_context=True)
def day_heading(
    context: Context, moment: date | None, tz: ZoneInfo | None = None, plain: bool = False
) -> str:
    """Thursday 14 January."""
    return _in_context(context, moment, tz, "long", with_time=False, plain=plain)


@register.simple_tag(takes_context=True)
def clock(context: Context, moment: datetime | None, tz: ZoneInfo | None = None) -> str:
    """14:30."""
    zone = _zone(context, tz)
    if moment is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', stamp(moment, zone), local(moment, zone)[1])


@register.simple_tag(takes_context=True)
def ago(context: Context, moment: datetime | None, tz: ZoneInfo | None = None) -> str:
    """Today 15:20, 12 min ago; beyond two days the plain date. On screens only, never in print or mail."""
    zone, now = _zone(context, tz), context.get("now")
    if moment is None or now is None or zone is None:
        return staff_time(context, moment, zone)
    day, time = local(moment, zone)
    past = (timegrid.local_day(now, zone) - day).days
    if past not in (0, 1) or moment > now:
        return staff_time(context, moment, zone)
    word = gettext("Today") if past == 0 else gettext("Yesterday")
    return format_html(
        '<time datetime="{}">{} {}{}</time>', stamp(moment, zone), word, time, _since(moment, now)
    )


def _since(moment: datetime, now: datetime) -> str:
    minutes = int((now - moment).total_seconds()) // 60
    if minutes >= 60:
        return ""
    return ", " + ngettext("%(n)s min ago", "%(n)s min ago", minutes) % {"n": minutes}


def _filter(style: str, *, with_time: bool) -> Any:
    def write(moment: date | None, tz: ZoneInfo | None = None) -> str:
        return written(moment, tz, style, today=None, with_time=with_time)

    return write


register.filter("staff_time", _filter("short", with_time=True))
register.filter("patient_time", _filter("long", with_time=True))
register.filter("short_day", _filter("short", with_time=False))
register.filter("day_heading", _filter("long", with_time=False))


register.filter("clock_minute", timegrid.clock)


@register.filter("clock")
def clock_filter(moment: datetime | None, tz: ZoneInfo | None = None) -> str:
    """14:30, for mail and print."""
    return "" if moment is None else local(moment, tz)[1]


# --- Spacing ---------------------------------------------------------------------------------------
@register.simple_tag
def gap(
    spacing: object = None, days: int | None = None, state: str = "", late: int | None = None
) -> SafeString:
    """The spacing badge: `{% gap spacing %}` for anything with days, state and days_late, or by keyword.

    States: on_plan, late, late_review, too_early, lapsed, first, unknown.
    """
    days = read(spacing, "days", days)
    late = read(spacing, "days_late", late)
    state = str(getattr(read(spacing, "state", state), "value", read(spacing, "state", state)))
    if state == "first":
        return tag(gettext("first session"), "info")
    if days is None or state not in BADGES:
        return tag(gettext("gap not known"))
    apart, (kind, word) = ngettext("%(n)s day", "%(n)s days", days) % {"n": days}, BADGES[state]
    if state == "on_plan":
        return tag(f"{apart} {word}", kind)
    if state == "late" and not late:
        return tag(apart, kind, "alert")
    return tag(f"{apart} · {str(word) % {'n': late}}", kind, "alert")


# --- The series timeline ---------------------------------------------------------------------------
@register.simple_tag(takes_context=True, name="timeline")
def timeline_tag(
    context: Context, series: object, label: str = "", width: int = 760, scrolls: bool = True
) -> str:
    """Draw a series: `{% timeline series %}`, anything with `dots` (or `rows`, each with `dots` and `label`).

    A dot has number, day, state (done, open, proposed, outside, was); it may have gap_days and window (first,
    last). The series may have today and zones (first, last, label). Nothing is drawn without a dot.
    """
    rows = [row for row in map(row_of, read(series, "rows") or [series]) if row.dots]
    if not rows:
        return ""
    zones = [
        timeline.Zone(read(zone, "first"), read(zone, "last"), read(zone, "label", ""))
        for zone in read(series, "zones") or ()
    ]
    today = read(series, "today") or _today(context, context.get("tz"))
    picture = timeline.lay_out(rows, today=today, zones=zones, width=width)
    told = label or read(series, "label") or sentence(rows)
    return drawn(picture, told, scrolls=scrolls)


@register.inclusion_tag("parts/_face.html")
def face(areas: Iterable[object], current: str = "") -> dict[str, Any]:
    """The face map: `{% face areas %}` for items with id, label and depth (millimetres; None is not treated).

    Every area drawn links to `#a-<id>`, its row in the list of areas, which is the real control.
    """
    return {"zones": face_zones(areas, current)}


@register.filter
def dot_day(day: date) -> str:
    """21 Jan, below a dot."""
    return conditional_escape(in_words(day, "dot"))


@register.filter
def month_word(day: date) -> str:
    """Jan, above a month's line."""
    return conditional_escape(in_words(day, "month"))


@register.filter
def born(day: date) -> str:
    """4 Feb 1987."""
    return conditional_escape(in_words(day, "dot_year"))
