"""How somebody new learns of their account: by mail, with a link that lets them choose a password once."""

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clinic.actions import audit, outbox
from clinic.actions.authority import must
from clinic.actions.refusal import Refused
from clinic.models import Membership, Message
from clinic.rules.roles import Actor, Right


def welcome(member: Membership, *, at: datetime) -> None:
    """Tell a new member, in the caller's transaction: with a link for a password, or that theirs serves here too.

    The link is used up by the first password that is saved, and runs out by itself.
    """
    context: dict[str, object] = {"clinic": member.clinic, "name": member.user.name}
    if member.user.has_usable_password():
        outbox.queue("clinic/joined", member, member.user, at=at, context=context, clinic_id=member.clinic_id)
        return
    parts = {
        "uidb36": user_pk_to_url_str(member.user),
        "key": default_token_generator.make_token(member.user),
    }
    context["path"] = reverse("account_reset_password_from_key", kwargs=parts).lstrip("/")
    outbox.queue(
        "clinic/welcome",
        member,
        member.user,
        at=at,
        context=context,
        clinic_id=member.clinic_id,
        secret=True,
    )


@transaction.atomic
def invite_again(actor: Actor, member: Membership, *, at: datetime) -> bool:
    """Send a new link to somebody who has no password yet; False where one is still on its way.

    Raises Refused for somebody who has chosen a password, or who no longer works here.
    """
    must(actor, Right.MANAGE_CLINIC, member.clinic_id)
    member = (
        Membership.objects.select_for_update(of=("self",)).select_related("clinic", "user").get(pk=member.pk)
    )
    if not member.is_active:
        raise Refused(_("This person no longer works here. Let them come back first."), code="gone")
    if member.user.has_usable_password():
        raise Refused(
            _("This person has a password. They can ask for a new one on the sign-in page."),
            code="has_password",
        )
    waiting = Message.objects.filter(
        subject_kind="membership", subject_id=str(member.pk), state__in=outbox.WAITING
    )
    if waiting.exists():
        return False
    audit.record(actor, "invite", member, at=at, clinic_id=member.clinic_id)
    welcome(member, at=at)
    return True
