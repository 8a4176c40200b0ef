"""The draft of a protocol: the version it changes, what it changes, and whom a new version would reach."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count

from clinic.models import Clinic
from plans.models import Consultation, ProtocolDraft, ProtocolVersion, Series
from plans.queries.protocols import current, parsed
from plans.rules.protocol import Problem, Protocol, ProtocolError, parse
from plans.rules.protocol.drafting import Change, Edit, changes, edit_of, with_edits
from plans.rules.protocol.editable import Line, lines


@dataclass
class Drafting:
    """The version in force beside the draft on it; `row` is None while nothing was edited."""

    version: ProtocolVersion
    row: ProtocolDraft | None

    @property
    def is_overtaken(self) -> bool:
        """Say whether another version was published since the draft was begun."""
        return self.row is not None and self.row.based_on_id != self.version.pk

    @cached_property
    def base_version(self) -> ProtocolVersion:
        """Return the version that the draft changes."""
        return self.row.based_on if self.row is not None else self.version

    @cached_property
    def base(self) -> Protocol:
        """Return that version, typed."""
        return parsed(self.base_version)

    @cached_property
    def base_lines(self) -> dict[str, Line]:
        """Return what may be changed in it, by key."""
        return {line.key: line for line in lines(self.base)}

    @cached_property
    def edits(self) -> dict[str, Edit]:
        """Return what was written, by line; a line that was put back is not there."""
        stored = self.row.edits if self.row is not None else {}
        found = {key: Edit.from_data(entry) for key, entry in stored.items()}
        return {key: edit for key, edit in found.items() if edit}

    def files(self, edits: Mapping[str, Edit] | None = None) -> dict[str, Any]:
        """Return the files of the version with the draft's edits, or others, written into them."""
        return with_edits(
            self.base_version.content.files,
            self.base_lines.values(),
            self.edits if edits is None else edits,
        )

    @cached_property
    def outcome(self) -> tuple[Protocol, tuple[Problem, ...]]:
        """Return the draft, typed, with no problem; or the version as it stands, with what keeps the draft out."""
        if not self.edits:
            return self.base, ()
        try:
            return parse(self.files()), ()
        except ProtocolError as error:
            return self.base, error.problems

    @property
    def draft(self) -> Protocol:
        """Return the protocol as it would be published."""
        return self.outcome[0]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what keeps the draft from being a protocol; usually nothing."""
        return self.outcome[1]

    @cached_property
    def draft_lines(self) -> dict[str, Line]:
        """Return what may be changed, as the draft has it."""
        return {line.key: line for line in lines(self.draft)}

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Return what the draft changes in the version."""
        return changes(self.base, self.draft)

    def seen(self, key: str = "") -> str:
        """Return a mark of what stands now in one line, or in the whole draft; a form hands it back."""
        chosen: Iterable[str] = [key] if key else sorted(self.edits)
        standing = {one: self.edits[one].to_data() for one in chosen if one in self.edits}
        text = json.dumps([self.base_version.pk, self.version.pk, standing], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def edited(self, since: datetime | None = None) -> Iterator[tuple[str, str, datetime]]:
        """Yield the key of every line that was touched, who did it and when; only those after an instant."""
        for key, entry in (self.row.edits if self.row is not None else {}).items():
            at = datetime.fromisoformat(entry["at"])
            if since is None or at > since:
                yield key, entry["by"], at


def drafting(clinic: Clinic) -> Drafting:
    """Return the version in force and the draft on it. Raises ProtocolVersion.DoesNotExist before the first one."""
    rows = ProtocolDraft.objects.filter(clinic=clinic).select_related("based_on", "edited_by")
    return Drafting(current(clinic), rows.first())


def read_before(version: ProtocolVersion) -> str:
    """Return the mark of the draft that a version was published from, as its page showed it; empty without one."""
    if version.based_on is None:
        return ""
    after = Drafting(version, None).base_lines
    edits = {
        key: edit_of(
            line,
            {number.name: number.value for number in after[key].numbers},
            {wording.name: wording.text for wording in after[key].wordings},
        ).to_data()
        for key, line in Drafting(version.based_on, None).base_lines.items()
        if key in after
    }
    return Drafting(version.based_on, ProtocolDraft(based_on=version.based_on, edits=edits)).seen()


@dataclass(frozen=True, slots=True)
class Held:
    """A version with what is under way on it and stays on it."""

    version: str
    series: int
    consultations: int


def under_way(clinic: Clinic) -> list[Held]:
    """Return the versions on which series run or consultations are not signed yet: two queries."""
    running = (*Series.OPEN, Series.State.PAUSED)
    series = _by_version(Series.objects.filter(clinic=clinic, state__in=running))
    unsigned = _by_version(Consultation.objects.filter(clinic=clinic, signed_at=None))
    return [
        Held(version, series.get(version, 0), unsigned.get(version, 0))
        for version in sorted({*series, *unsigned})
    ]


def _by_version(rows: Any) -> dict[str, int]:
    counted = rows.order_by().values_list("protocol_version__version").annotate(n=Count("pk"))
    return dict(counted)


def versions(clinic: Clinic) -> list[ProtocolVersion]:
    """Return every version that the clinic published, the newest first."""
    rows = ProtocolVersion.objects.filter(clinic=clinic).select_related("published_by", "based_on")
    return list(rows.order_by("-published_at", "-pk"))
