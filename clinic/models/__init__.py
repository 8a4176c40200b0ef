"""The place, its people and its hours; and the floor under every write: resources, audit, outbox."""

from clinic.models.audit import AuditEntry
from clinic.models.clinic import Clinic
from clinic.models.hours import Closure, Leave, OpeningHours, Outage, Shift, SpecialOpening
from clinic.models.message import Message
from clinic.models.places import Device, Room
from clinic.models.resource import Resource
from clinic.models.staff import Membership, User

__all__ = [
    "AuditEntry",
    "Clinic",
    "Closure",
    "Device",
    "Leave",
    "Membership",
    "Message",
    "OpeningHours",
    "Outage",
    "Resource",
    "Room",
    "Shift",
    "SpecialOpening",
    "User",
]
