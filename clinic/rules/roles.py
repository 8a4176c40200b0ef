"""Who may do what: roles, rights, and the table that joins them.

The table can be read aloud to the owner of a clinic. `docs/roles.md` prints it and a test compares the two.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a membership or a patient's access makes of a person."""

    PATIENT = "patient"
    FRONT_DESK = "front_desk"
    PRACTITIONER = "practitioner"
    PRESCRIBER = "prescriber"
    CLINICAL_LEAD = "clinical_lead"
    ADMIN = "admin"


class Right(StrEnum):
    """One thing that a page lets a person do."""

    SEE_DIARY = "see the diary"
    SEE_IDENTITY = "see who a patient is and how to reach them"
    EDIT_IDENTITY = "register a patient and correct contact details"
    BOOK = "book, move and cancel visits, and set their state"
    READ_CLINICAL = "read consultations, records, answers and aftercare"
    WRITE_CLINICAL = "record and sign consultations and sessions"
    PUBLISH_PROTOCOL = "publish a protocol version"
    MANAGE_CLINIC = "change the clinic's settings and staff"
    READ_AUDIT = "read who did what"
    OWN_PLAN = "see one's own plan and aftercare"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.PATIENT: frozenset({Right.OWN_PLAN}),
    Role.FRONT_DESK: frozenset({Right.SEE_DIARY, Right.SEE_IDENTITY, Right.EDIT_IDENTITY, Right.BOOK}),
    Role.PRACTITIONER: frozenset(
        {
            Right.SEE_DIARY,
            Right.SEE_IDENTITY,
            Right.EDIT_IDENTITY,
            Right.BOOK,
            Right.READ_CLINICAL,
            Right.WRITE_CLINICAL,
        }
    ),
    # The two flags add to a practitioner's rights; what a prescriber may lift stands in the protocol's data.
    Role.PRESCRIBER: frozenset(),
    Role.CLINICAL_LEAD: frozenset({Right.PUBLISH_PROTOCOL}),
    Role.ADMIN: frozenset({Right.SEE_DIARY, Right.SEE_IDENTITY, Right.MANAGE_CLINIC, Right.READ_AUDIT}),
}

# Lowest first: each may lift what the one before may.
CLINICAL_RANK = (Role.PRACTITIONER, Role.PRESCRIBER, Role.CLINICAL_LEAD)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is signed in, seen from one place: a clinic's member, or a patient.

    `clinic_id` and `membership_id` are None for a patient, whose reach is what `PatientAccess` rows say.
    `user_id` is None for work that the product does by itself, such as sending mail.
    """

    user_id: int | None
    name: str
    roles: frozenset[Role]
    clinic_id: int | None = None
    membership_id: int | None = None
    source: str = ""  # the network address, for the audit log

    def may(self, right: Right) -> bool:
        """Say whether any of the roles grants the right."""
        return any(right in RIGHTS[role] for role in self.roles)

    @property
    def is_patient(self) -> bool:
        """A patient acts for themselves (or for a child), never for a clinic."""
        return Role.PATIENT in self.roles

    @property
    def clinical_role(self) -> Role | None:
        """Return the highest clinical role held, which decides what may be lifted; None without one."""
        held = [role for role in CLINICAL_RANK if role in self.roles]
        return held[-1] if held else None


SYSTEM = Actor(user_id=None, name="Interval", roles=frozenset())
