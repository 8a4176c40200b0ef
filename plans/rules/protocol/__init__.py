"""A protocol: the clinical data of one kind of treatment, typed and checked."""

from plans.rules.protocol.decode import Problem
from plans.rules.protocol.edits import check_edits
from plans.rules.protocol.load import ProtocolError, parse
from plans.rules.protocol.model import Protocol, Source

__all__ = ["Problem", "Protocol", "ProtocolError", "Source", "check_edits", "parse"]
