"""What stands on a room, a device or a person, and what the clinic gives: read before any of it is changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, Q, QuerySet

from clinic.models import Clinic, Device, Membership, Room
from plans.models import Kind, Visit, VisitType
from plans.rules.visiting import HELD

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """The visits that wait to be had: how many, from which day to which, and the first of them."""

    count: int
    first: date | None = None
    last: date | None = None
    visits: tuple[Visit, ...] = ()

    @property
    def more(self) -> int:
        """How many are not among the first."""
        return self.count - len(self.visits)


def standing_on(place: Room | Device) -> Standing:
    """Return the visits that a room or a device is held for."""
    return _standing(Visit.objects.filter(**{_column(place): place}))


def standing_with(member: Membership) -> Standing:
    """Return the visits that a practitioner is to give here, blocked time included."""
    return _standing(Visit.objects.filter(practitioner=member))


def standing_in(clinic: Clinic) -> Standing:
    """Return all visits of a clinic that wait to be had."""
    return _standing(Visit.objects.filter(clinic=clinic))


def standing_of(clinic: Clinic, kind: str) -> Standing:
    """Return the visits of a kind that wait to be had."""
    return _standing(Visit.objects.filter(clinic=clinic, kind=kind))


def _column(place: Room | Device) -> str:
    return "device" if isinstance(place, Device) else "room"


def _standing(rows: QuerySet[Visit]) -> Standing:
    held = rows.filter(state__in=HELD)
    told = held.aggregate(count=Count("pk"), first=Min("day"), last=Max("day"))
    if not told["count"]:
        return Standing(0)
    visits = held.select_related("patient", "practitioner__user", "clinic").order_by("starts_at", "pk")[
        :SHOWN
    ]
    return Standing(**told, visits=tuple(visits))


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind of visit with what it takes, None where the clinic does not give it, and who gives it."""

    kind: Kind
    needs: VisitType | None
    people: tuple[Membership, ...]

    @property
    def places(self) -> list[str]:
        """Return the kinds of room and device that it takes, as they are read."""
        kinds = (self.needs.room_kind, self.needs.device_kind) if self.needs else ()
        return [kind.replace("_", " ") for kind in kinds if kind]


def offers(clinic: Clinic) -> list[Offer]:
    """Return every kind of visit, given or not, in two queries or three."""
    given = VisitType.objects.filter(clinic=clinic).prefetch_related("practitioners__user")
    by_kind = {row.kind: row for row in given}
    kinds = [kind for kind in Kind if kind is not Kind.BLOCKED]
    return [Offer(kind, by_kind.get(kind), _people(by_kind.get(kind))) for kind in kinds]


def _people(needs: VisitType | None) -> tuple[Membership, ...]:
    named: Iterable[Membership] = needs.practitioners.all() if needs else ()
    return tuple(sorted(named, key=lambda one: (one.position, one.pk)))


def given_by(member: Membership) -> list[VisitType]:
    """Return the kinds of visit that a practitioner gives: those that name them, or nobody."""
    rows = VisitType.objects.filter(clinic=member.clinic_id).order_by("pk")
    return list(rows.filter(Q(practitioners=member) | Q(practitioners=None)).distinct())


def only_given_by(member: Membership) -> list[VisitType]:
    """Return the kinds of visit for which nobody else who treats here is named."""
    others = Q(
        practitioners__is_active=True,
        practitioners__user__is_active=True,
        practitioners__is_practitioner=True,
    )
    named = VisitType.objects.filter(practitioners=member).order_by("pk")
    others &= ~Q(practitioners=member)
    return [row for row in named if not VisitType.objects.filter(others, pk=row.pk).exists()]


def left_without(place: Room | Device) -> list[VisitType]:
    """Return the kinds of visit that nothing else could serve if a place were out of use."""
    column = f"{_column(place)}_kind"
    others = type(place)._default_manager.filter(clinic=place.clinic_id, kind=place.kind, is_active=True)
    if others.exclude(pk=place.pk).exists():
        return []
    return list(VisitType.objects.filter(clinic=place.clinic_id, **{column: place.kind}).order_by("pk"))


def kinds_in_use(clinic: Clinic, *, devices: bool) -> list[str]:
    """Return the kinds of room, or of device, that the clinic has in use."""
    rows = clinic.devices if devices else clinic.rooms
    return sorted(set(rows.filter(is_active=True).values_list("kind", flat=True)))


@dataclass(frozen=True, slots=True)
class Lack:
    """A kind of room or device that a visit needs and the clinic has none of in use."""

    what: str  # room or device
    kind: str


def lack_of(clinic: Clinic, kind: str) -> Lack | None:
    """Return what a kind of visit needs that the clinic does not have at all; two queries or three."""
    needs = VisitType.objects.filter(clinic=clinic, kind=kind).first()
    wanted = ((Room, needs.room_kind), (Device, needs.device_kind)) if needs else ()
    for model, what in wanted:
        if what and not model._default_manager.filter(clinic=clinic, kind=what, is_active=True).exists():
            return Lack(model._meta.model_name or "", what.replace("_", " "))
    return None
