"""How staff accounts differ from allauth's own ways."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from clinic.actions import outbox
from clinic.models import User
from clinic.permissions import STAFF


class StaffAccounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Staff accounts: made by a clinic admin, never by signing up; mail goes through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes their own account."""
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        """Mark the session as one that a password (and a second factor) opened."""
        request.session["kind"] = STAFF
        request.session["began_at"] = timezone.now().timestamp()
        return super().post_login(request, user, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail of a password reset; no other mail of allauth's is in use."""
        user = User.objects.filter(email=email, is_active=True).first()
        if user is not None and template_prefix.endswith("password_reset_key"):
            path = context["password_reset_url"].split("/", 3)[-1]
            outbox.queue("clinic/reset", user, user, at=timezone.now(), context={"path": path}, secret=True)
