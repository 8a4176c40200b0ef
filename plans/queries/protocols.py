"""The protocol in force, typed."""

from typing import Any

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
        .defer("content")
        .latest("published_at", "pk")
    )


def parsed(version: ProtocolVersion) -> Protocol:
    """Return the rules' view of a version. It is built once a process: what is published never changes.

    The key is the checksum, so that clinics with the same content share one copy.
    """
    protocol = _PARSED.get(version.checksum)
    if protocol is None:
        protocol = _PARSED[version.checksum] = parse(version.content)
    return protocol


def reading(version: ProtocolVersion) -> dict[str, Any]:
    """Return a version as its page shows it: concerns, intervals, areas, questions, sources."""
    protocol = parsed(version)
    course = protocol.course
    groups = [
        (group, [one for one in protocol.questionnaire.questions if one.group == group.value])
        for group in protocol.questionnaire.groups
    ]
    return {
        "version": version,
        "protocol": protocol,
        "is_draft": "draft" in protocol.version,
        "course": course,
        "groups": groups,
        "sources": protocol.sources,
    }
