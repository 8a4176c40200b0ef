"""How an action says no."""

from django.utils.functional import Promise


class Refused(Exception):
    """An action will not do this, for a reason a person can act on. Nothing has changed.

    `message` is a whole translated sentence; `field` names the form field it belongs to, None for the whole;
    `code` is stable, for tests and for views that offer a way out.
    """

    def __init__(self, message: str | Promise, *, code: str, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.code = code
        self.field = field
