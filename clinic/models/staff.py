"""People who sign in, and what a membership makes of them in one clinic."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from clinic.rules.roles import Actor, Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person who may sign in; without a password they can only use codes."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A sign-in: one person's address. Never deleted, only disabled."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=8, blank=True)
    theme = models.CharField(
        _("theme"), max_length=5, blank=True, choices=[("light", "light"), ("dark", "dark")]
    )
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    resource = models.OneToOneField(
        "clinic.Resource", on_delete=models.PROTECT, null=True, related_name="practitioner"
    )
    # Whoever changes a password, a role or the second factor ends every session made before.
    session_epoch = models.PositiveIntegerField(default=0)

    USERNAME_FIELD = "email"
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case")
        ]

    def __str__(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        """Tie sessions to the epoch as well as to the password."""
        return f"{super().get_session_auth_hash()}.{self.session_epoch}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> "MembershipQuerySet":
        """Return those who work here at present."""
        return self.filter(is_active=True, user__is_active=True)

    def practitioners(self) -> "MembershipQuerySet":
        """Return those who treat, in the clinic's own order."""
        return self.active().filter(is_practitioner=True).order_by("position", "pk")


class Membership(models.Model):
    """A person in a clinic: what they do there, and under which licence."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="memberships")
    title = models.CharField(_("job title"), max_length=60, blank=True)
    licence = models.CharField(_("licence number"), max_length=40, blank=True)
    is_front_desk = models.BooleanField(_("front desk"), default=False)
    is_practitioner = models.BooleanField(_("practitioner"), default=False)
    is_prescriber = models.BooleanField(_("prescriber"), default=False)
    is_clinical_lead = models.BooleanField(_("clinical lead"), default=False)
    is_admin = models.BooleanField(_("clinic admin"), default=False)
    is_active = models.BooleanField(_("works here"), default=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "user"], name="membership_once_a_clinic"),
            models.CheckConstraint(
                condition=models.Q(is_practitioner=True)
                | models.Q(is_prescriber=False, is_clinical_lead=False),
                name="membership_flags_need_a_practitioner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.clinic_id}"

    @property
    def roles(self) -> frozenset[Role]:
        """Return the roles that the ticked boxes stand for."""
        held = {
            Role.FRONT_DESK: self.is_front_desk,
            Role.PRACTITIONER: self.is_practitioner,
            Role.PRESCRIBER: self.is_prescriber,
            Role.CLINICAL_LEAD: self.is_clinical_lead,
            Role.ADMIN: self.is_admin,
        }
        return frozenset(role for role, yes in held.items() if yes)

    @property
    def signature(self) -> str:
        """Return name, title and licence as they stand under what is signed, in the length that a row keeps."""
        return ", ".join(part for part in (self.user.name, self.title, self.licence) if part)[:160]

    @property
    def actor(self) -> Actor:
        """Return the person as rules and actions know them."""
        return Actor(self.user_id, self.user.name, self.roles, self.clinic_id, self.pk)
