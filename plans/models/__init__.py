"""The work: protocol, consultation, series, session, record, aftercare."""

from plans.models.aftercare import AftercareSheet
from plans.models.consultation import Addendum, Consultation, FlagResolution
from plans.models.disruption import Absence, Decision
from plans.models.occupancy import Occupancy
from plans.models.protocol import ProtocolContent, ProtocolVersion
from plans.models.series import Series, SeriesChange
from plans.models.treatment import SessionRecord
from plans.models.visit import Kind, Visit, VisitType

__all__ = [
    "Absence",
    "Addendum",
    "AftercareSheet",
    "Consultation",
    "Decision",
    "FlagResolution",
    "Kind",
    "Occupancy",
    "ProtocolContent",
    "ProtocolVersion",
    "Series",
    "SeriesChange",
    "SessionRecord",
    "Visit",
    "VisitType",
]
