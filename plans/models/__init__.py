"""The work: protocol, consultation, series, session, record, aftercare."""

from plans.models.aftercare import AftercareSheet
from plans.models.consultation import Addendum, Consultation, FlagResolution
from plans.models.disruption import Absence, Call, Decision
from plans.models.occupancy import Occupancy
from plans.models.protocol import ProtocolContent, ProtocolDraft, ProtocolVersion
from plans.models.series import Series, SeriesChange
from plans.models.treatment import SessionRecord
from plans.models.visit import Kind, Visit, VisitType
from plans.models.waiting import WaitingEntry, WaitingOffer

__all__ = [
    "Absence",
    "Addendum",
    "AftercareSheet",
    "Call",
    "Consultation",
    "Decision",
    "FlagResolution",
    "Kind",
    "Occupancy",
    "ProtocolContent",
    "ProtocolDraft",
    "ProtocolVersion",
    "Series",
    "SeriesChange",
    "SessionRecord",
    "Visit",
    "VisitType",
    "WaitingEntry",
    "WaitingOffer",
]
