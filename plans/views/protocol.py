"""The protocol in force, as clinicians read it: every number with its source."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from clinic.permissions import Request
from plans.forms.screening import worded
from plans.models import ProtocolVersion
from plans.queries import protocols


def protocol(request: Request, clinic: str) -> HttpResponse:
    """Show the version under which new consultations are made."""
    try:
        version = protocols.current(request.clinic)
    except ProtocolVersion.DoesNotExist:
        return render(request, "plans/protocol/none.html")
    return render(request, "plans/protocol/protocol.html", _reading(version))


def _reading(version: ProtocolVersion) -> dict[str, Any]:
    protocol = protocols.parsed(version)
    course, questionnaire = protocol.course, protocol.questionnaire
    return {
        "version": version,
        "label": worded(course.protocol.label),
        "is_draft": "draft" in f"{course.status} {protocol.version}",
        "concerns": [
            (
                worded(one.label),
                one.sessions,
                list(dict.fromkeys(name for row in one.sessions for name in row.source_ids)),
            )
            for one in course.concerns
        ],
        "intervals": [(rule, worded(rule.patient_text)) for rule in course.interval_rules],
        "areas": [(area, worded(area.label)) for area in course.areas],
        "groups": [
            (
                worded(group.label),
                [(one, worded(one.text)) for one in questionnaire.questions if one.group == group.value],
            )
            for group in questionnaire.groups
        ],
        "sources": protocol.sources,
    }
