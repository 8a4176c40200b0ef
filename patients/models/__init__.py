"""The person: identity, history, consent, and the key to their own page."""

from patients.models.access import GuessCount, PatientAccess, SignInCode
from patients.models.consent import Consent, ConsentWithdrawal, ErasureOrder
from patients.models.history import SafetyAnswer
from patients.models.patient import Patient

__all__ = [
    "Consent",
    "ConsentWithdrawal",
    "ErasureOrder",
    "GuessCount",
    "Patient",
    "PatientAccess",
    "SafetyAnswer",
    "SignInCode",
]
