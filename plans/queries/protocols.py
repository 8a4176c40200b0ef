"""The protocol in force, typed."""

from clinic.models import Clinic
from plans.models import ProtocolVersion
from plans.rules.protocol import Protocol, parse

_PARSED: dict[str, Protocol] = {}


def current(clinic: Clinic) -> ProtocolVersion:
    """Return the version that a new consultation is made under; its content is loaded when it is asked for.

    Raises ProtocolVersion.DoesNotExist where nothing is published yet.
    """
    return (
        ProtocolVersion.objects.filter(clinic=clinic)
        .select_related("published_by")
        .latest("published_at", "pk")
    )


def parsed(version: ProtocolVersion) -> Protocol:
    """Return the rules' view of a version. It is built once a process: what is published never changes.

    The key is the checksum, so that clinics with the same content share one copy.
    """
    protocol = _PARSED.get(version.checksum)
    if protocol is None:
        protocol = _PARSED[version.checksum] = parse(version.content.files)
    return protocol
