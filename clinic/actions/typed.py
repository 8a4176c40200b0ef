"""Words that somebody typed, as they are stored."""

from django.utils.translation import gettext_lazy as _

from clinic.actions.refusal import Refused


def one_line(typed: str, longest: int, field: str) -> str:
    """Return typed words with one space between them. Raises Refused for more than `longest` characters."""
    words = " ".join(typed.split())
    refuse_longer(words, longest, field)
    return words


def refuse_longer(words: str, longest: int, field: str) -> None:
    """Refuse words that do not fit where they are stored, and say how many characters do."""
    if len(words) > longest:
        message = _("Enter at most %(n)s characters.") % {"n": longest}
        raise Refused(message, code="too_long", field=field)
