"""A clinic's patients as a CSV file: who they are and how to reach them, and nothing of their health."""

from collections.abc import Iterator

from clinic.models import Clinic
from clinic.rules.roles import Actor
from clinic.rules.tables import BYTE_ORDER_MARK, line
from patients.models import Patient

CHUNK = 500


def patients_csv(actor: Actor, clinic: Clinic) -> Iterator[str]:
    """Yield the file line by line. Its heads are those that an import understands."""
    heads = ("Reference", "Name", "Family name", "Date of birth", "E-mail", "Phone", "Language")
    yield BYTE_ORDER_MARK + line((*heads, "Note for the desk", "Registered", "Merged into"))
    rows = Patient.objects.visible_to(actor).filter(clinic=clinic).order_by("registered_at", "pk")
    names = ("reference", "name", "family_name", "birth_date", "email", "phone", "language", "desk_note")
    told = rows.values_list(*names, "registered_at", "merged_into__reference")
    for *cells, registered_at, merged in told.iterator(chunk_size=CHUNK):
        yield line((*cells, registered_at.astimezone(clinic.zone).date(), merged))
