"""A clinic with people, rooms, hours."""

import datetime

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from clinic import models

NINE, FIVE = 9 * 60, 17 * 60


class ResourceFactory(DjangoModelFactory[models.Resource]):
    class Meta:
        model = models.Resource

    kind = "room"


class ClinicFactory(DjangoModelFactory[models.Clinic]):
    class Meta:
        model = models.Clinic

    slug = factory.Sequence(lambda n: f"clinic-{n}")
    name = factory.Sequence(lambda n: f"Clinic {n}")
    time_zone = "Europe/London"
    address = "1 Quarry Lane"
    phone = "020 7946 0000"
    emergency_number = "999"


class UserFactory(DjangoModelFactory[models.User]):
    class Meta:
        model = models.User

    email = factory.Sequence(lambda n: f"person-{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.LazyFunction(lambda: make_password(None))


class MembershipFactory(DjangoModelFactory[models.Membership]):
    """A member; `is_practitioner=True` comes with a resource and Monday-to-Friday shifts from nine to five."""

    class Meta:
        model = models.Membership
        skip_postgeneration_save = True

    clinic = factory.SubFactory(ClinicFactory)
    user = factory.SubFactory(UserFactory)
    title = "Nurse"
    licence = "LIC-1"

    @factory.post_generation  # type: ignore[untyped-decorator]
    def working(self, create: bool, extracted: object, **kwargs: object) -> None:
        if self.is_practitioner:
            give_hours(self)


def give_hours(member: models.Membership, since: datetime.date = datetime.date(2020, 1, 1)) -> None:
    """Give a practitioner a calendar of their own and office hours."""
    if member.user.resource is None:
        member.user.resource = ResourceFactory.create(kind="practitioner")
        member.user.save()
    models.Shift.objects.bulk_create(
        models.Shift(membership=member, since=since, weekday=day, start_minute=NINE, end_minute=FIVE)
        for day in range(5)
    )


class RoomFactory(DjangoModelFactory[models.Room]):
    class Meta:
        model = models.Room

    resource = factory.SubFactory(ResourceFactory, kind="room")
    clinic = factory.SubFactory(ClinicFactory)
    name = factory.Sequence(lambda n: f"Room {n}")
    kind = "treatment"


class DeviceFactory(DjangoModelFactory[models.Device]):
    class Meta:
        model = models.Device

    resource = factory.SubFactory(ResourceFactory, kind="device")
    clinic = factory.SubFactory(ClinicFactory)
    name = factory.Sequence(lambda n: f"Pen {n}")
    kind = "needling_pen"
    make = "Dermis"
    model = "P2"
    serial = factory.Sequence(lambda n: f"SN-{n}")


def open_weekdays(clinic: models.Clinic) -> None:
    """Open a clinic Monday to Friday, nine to five."""
    models.OpeningHours.objects.bulk_create(
        models.OpeningHours(clinic=clinic, weekday=day, start_minute=NINE, end_minute=FIVE)
        for day in range(5)
    )
