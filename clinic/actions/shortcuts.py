"""Keyboard shortcuts: everybody turns their own on or off."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.models import User
from clinic.rules.roles import Actor


@transaction.atomic
def turn_shortcuts(actor: Actor, user: User, *, on: bool, at: datetime) -> None:
    """Let single keys act on the staff pages of a person, or not (WCAG 2.1.4). Raises Refused for anybody else's."""
    if actor.user_id != user.pk:
        raise Refused(_("Everybody turns their own shortcuts on or off."), code="not_allowed")
    user.shortcuts = on
    user.save(update_fields=["shortcuts"])
    audit.record(actor, "turn_shortcuts", user, at=at, fields=["shortcuts"])
