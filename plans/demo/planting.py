"""Planting: two clinics opened, every story played up to the planted instant, old mail taken back."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from clinic.actions import outbox
from clinic.actions.refusal import Refused
from clinic.demo import PASSWORD
from clinic.models import Clinic, Membership, Message, User
from clinic.rules.timegrid import to_utc
from patients.models import Patient, PatientAccess
from plans.demo import cast
from plans.demo.places import Place, open_fernway, open_harbour, opening_instant
from plans.demo.stage import Stage, play
from plans.demo.today import PLANTED_MINUTE
from plans.models import AftercareSheet, Series, SeriesChange, Visit

FIRST_ZONE = ZoneInfo("Europe/London")
MAILED: tuple[type[models.Model], ...] = (SeriesChange, Visit, AftercareSheet, PatientAccess, Membership)


@dataclass(frozen=True, slots=True)
class Planted:
    """What there is after planting."""

    patients: int
    visits_today: int
    series: Counter[str]
    demo_patients: list[User]


@transaction.atomic
def plant(day: date, seed: int) -> Planted:
    """Play both clinics up to 10:40 of `day` in the first one, all of it or nothing.

    Raises Refused where there is a clinic already.
    """
    if Clinic.objects.exists():
        raise Refused(
            _("This database holds a clinic already. The demo is planted into an empty one."), code="planted"
        )
    planted = to_utc(day, PLANTED_MINUTE, FIRST_ZONE)
    opened = opening_instant(planted)
    fernway = Stage(open_fernway(day, opened), seed)
    harbour = Stage(open_harbour(day, opened), seed)
    _set_password()
    play([*cast.fernway(fernway), *cast.harbour(harbour)], planted)
    _take_back_mail(planted)
    return _counted(fernway.place)


def _set_password() -> None:
    """Give every demo account of the staff the one password that the demo prints.

    Past the actions: a person's password is theirs to set, from the link they are mailed, so no action sets
    one for somebody. Hashed once for all, because a hash is slow by design.
    """
    User.objects.filter(is_demo=True).update(password=make_password(PASSWORD))


def _take_back_mail(planted: datetime) -> None:
    """Void the mail of the story's past, so that the first start sends none of it."""
    waiting = Message.objects.filter(state__in=outbox.WAITING, due_at__lte=planted)
    for model in MAILED:
        ids = waiting.filter(subject_kind=model._meta.model_name).values_list("subject_id", flat=True)
        for row in model._default_manager.filter(pk__in=[*ids]):
            outbox.void(row)


def _counted(fernway: Place) -> Planted:
    visits = Visit.objects.filter(clinic=fernway.clinic, day=fernway.planted_day, patient__isnull=False)
    return Planted(
        patients=Patient.objects.count(),
        visits_today=visits.count(),
        series=Counter(Series.objects.values_list("state", flat=True)),
        demo_patients=list(User.objects.filter(is_demo=True, memberships=None).order_by("pk")),
    )
