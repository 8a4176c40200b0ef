"""Publishing a protocol: checked as a whole, then kept for good."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.actions import audit
from clinic.actions.refusal import Refused
from clinic.models import Clinic
from clinic.rules.roles import SYSTEM, Actor, Right
from plans.models import ProtocolContent, ProtocolVersion
from plans.queries.protocols import parsed
from plans.rules.protocol import Protocol, ProtocolError, check_edits, parse


@dataclass(frozen=True, slots=True)
class Signature:
    """Who publishes a version that was drafted here, as they were, why, and which version it was made from."""

    signed_as: str
    reason: str
    based_on: ProtocolVersion


@transaction.atomic
def publish(
    actor: Actor, clinic: Clinic, files: Mapping[str, Any], at: datetime, signature: Signature | None = None
) -> ProtocolVersion:
    """Publish the decoded files (file name -> JSON) as the next version of a clinic's protocol.

    The same content under the same version is the version that stands already. Raises ProtocolError with
    every fault of the files, and Refused for a person without the right or a version with other content.
    """
    may = actor == SYSTEM or (actor.clinic_id == clinic.pk and actor.may(Right.PUBLISH_PROTOCOL))
    if not may:
        raise Refused(_("Only a clinical lead may publish a protocol version."), code="not_allowed")
    protocol = parse(files)
    digest = checksum(files)
    Clinic.objects.select_for_update(no_key=True).get(
        pk=clinic.pk
    )  # two at once would race for the same version
    standing = _standing(clinic, protocol)
    if standing is not None:
        if standing.checksum == digest:
            return standing
        raise Refused(
            _("Version %(version)s is published with other content. Give the new content a new version.")
            % {"version": protocol.version},
            code="version_taken",
            field="version",
        )
    refuse_unsafe_edits(clinic, protocol)
    published = ProtocolVersion.objects.create(
        clinic=clinic,
        protocol=protocol.course.protocol.id,
        version=protocol.version,
        checksum=digest,
        published_at=at,
        published_by_id=actor.user_id,
        signed_as=signature.signed_as if signature else "",
        reason=signature.reason if signature else "",
        based_on=signature.based_on if signature else None,
    )
    ProtocolContent.objects.create(version=published, files=dict(files))
    audit.record(actor, "publish", published, at=at, clinic_id=clinic.pk, reason=published.reason)
    return published


def refuse_unsafe_edits(clinic: Clinic, protocol: Protocol) -> None:
    """Refuse a draft that changes what a clinic may not change in the version that is in force.

    Raises ProtocolError with every such change. A first version stands as it was shipped.
    """
    standing = ProtocolVersion.objects.filter(clinic=clinic, protocol=protocol.course.protocol.id)
    newest = standing.order_by("-published_at", "-pk").first()
    if newest is None:
        return
    problems = check_edits(parsed(newest), protocol)
    if problems:
        raise ProtocolError(problems)


def checksum(files: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the files as canonical JSON: sorted keys, no spaces, UTF-8; 64 hex digits."""
    canonical = json.dumps(files, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _standing(clinic: Clinic, protocol: Protocol) -> ProtocolVersion | None:
    return ProtocolVersion.objects.filter(
        clinic=clinic, protocol=protocol.course.protocol.id, version=protocol.version
    ).first()
