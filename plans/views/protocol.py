"""The protocol as clinicians read it: every number with its source, every version with who published it and why."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from clinic.permissions import Request
from plans.forms.protocol_words import changed
from plans.forms.screening import worded
from plans.models import ProtocolVersion
from plans.queries.protocol_draft import versions
from plans.queries.protocols import parsed
from plans.rules.protocol.drafting import changes, is_draft


def protocol(request: Request, clinic: str) -> HttpResponse:
    """Show the version under which new consultations are made."""
    known = versions(request.clinic)
    if not known:
        return render(request, "plans/protocol/none.html")
    return render(request, "plans/protocol/protocol.html", _reading(known[0], known))


def version(request: Request, clinic: str, version: str) -> HttpResponse:
    """Show one version: the one in force, or one that series still keep."""
    known = versions(request.clinic)
    found = next((one for one in known if one.version == version), None)
    if found is None:
        raise Http404
    return render(request, "plans/protocol/protocol.html", _reading(found, known))


def _reading(version: ProtocolVersion, known: list[ProtocolVersion]) -> dict[str, Any]:
    protocol = parsed(version)
    course, questionnaire = protocol.course, protocol.questionnaire
    before = parsed(version.based_on) if version.based_on else protocol
    return {
        "version": version,
        "versions": known,
        "newest": None if version == known[0] else known[0],
        "changed": changed(changes(before, protocol)),
        "label": worded(course.protocol.label),
        "is_draft": is_draft(protocol),
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
