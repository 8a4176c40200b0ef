"""What an action asks first: may this person do it, here?"""

from django.utils.translation import gettext_lazy as _

from clinic.actions.refusal import Refused
from clinic.rules.roles import SYSTEM, Actor, Right


def must(actor: Actor, right: Right, clinic_id: int) -> None:
    """Raise Refused unless the person holds the right in that clinic; the product itself may."""
    if actor is SYSTEM:
        return
    if actor.clinic_id != clinic_id or not actor.may(right):
        raise Refused(_("Your role in this clinic does not include this."), code="not_allowed")


def person(actor: Actor) -> int:
    """Return the id of the person who acts. Raises Refused for the product: some rows need a name."""
    if actor.user_id is None:
        raise Refused(_("Only a person may do this."), code="not_allowed")
    return actor.user_id
