"""Dates, times and form errors in words, in the current language, as the design guide writes them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.translation import gettext

from clinic.exports import in_words
from clinic.rules import timegrid

CHOICES = (forms.ChoiceField, forms.ModelChoiceField)


def local(moment: date, tz: ZoneInfo | None) -> tuple[date, str]:
    """The local day and the time of an instant; a plain date has no time.

    Raises ValueError for an instant without the clinic's time zone.
    """
    if not isinstance(moment, datetime):
        return moment, ""
    if tz is None:
        raise ValueError("an instant needs the clinic's time zone to be written")
    day, minute = timegrid.to_local(moment, tz)
    return day, timegrid.clock(minute)


def stamp(moment: date, tz: ZoneInfo | None) -> str:
    """What stands in `<time datetime>`."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return moment.astimezone(tz).isoformat(timespec="minutes")


def plain_words(moment: date, tz: ZoneInfo | None, style: str, *, today: date | None, with_time: bool) -> str:
    """A date in words: style is long or short; the year is left out when it is the year of `today`."""
    day, time = local(moment, tz)
    words = in_words(day, style if today is not None and today.year == day.year else f"{style}_year")
    return f"{words}, {time}" if with_time and time else words


def written(
    moment: date | None,
    tz: ZoneInfo | None,
    style: str,
    *,
    today: date | None,
    with_time: bool,
    plain: bool = False,
) -> str:
    """The same in a `<time>` element, or without one for an attribute; nothing for no date."""
    if moment is None:
        return ""
    words = plain_words(moment, tz, style, today=today, with_time=with_time)
    if plain:
        return words
    told = stamp(moment, tz) if with_time else local(moment, tz)[0].isoformat()
    return format_html('<time datetime="{}">{}</time>', told, words)


def error_words(field: BoundField) -> list[str]:
    """What a person should do about each error of a field: our words in place of Django's stock ones.

    A form's own `error_messages` are kept as they are.
    """
    return [
        _stock_words(field, error.code or "", message) if _is_stock(field.field, error, message) else message
        for error in field.errors.as_data()
        for message in error.messages
    ]


def _is_stock(field: forms.Field, error: ValidationError, message: str) -> bool:
    for kind in type(field).__mro__:
        stock = getattr(kind, "default_error_messages", {}).get(error.code or "")
        if stock is not None:
            return message == (stock % error.params if error.params else str(stock))
    return message == str(EmailValidator.message)


def _stock_words(field: BoundField, code: str, message: str) -> str:
    kind = field.field
    words = message
    if code == "required":
        words = gettext("Fill in: %(label)s")
        if isinstance(kind, forms.BooleanField):
            words = gettext("Tick “%(label)s” to go on")
        elif isinstance(kind, CHOICES):
            words = gettext("Choose: %(label)s")
    elif isinstance(kind, forms.EmailField):
        words = gettext("Write an e-mail address like name@example.org")
    elif isinstance(kind, forms.DateField | forms.DateTimeField):
        words = gettext("Write a date like 18/01/2027: %(label)s")
    elif isinstance(kind, forms.IntegerField) and code == "invalid":
        words = gettext("Write a number: %(label)s")
    elif isinstance(kind, CHOICES):
        words = gettext("Choose one of the answers offered: %(label)s")
    return words.replace("%(label)s", str(field.label))
