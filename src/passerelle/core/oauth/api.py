"""The door of oauth."""

from passerelle.core.oauth.citizens import register_recognition
from passerelle.core.oauth.flows import Pending, held_citizen
from passerelle.core.oauth.patients import PatientChoice, Patients, register_patients
from passerelle.core.oauth.services.citizens import patient_account, tie_citizen
from passerelle.core.oauth.services.tying import NotAdmitted
from passerelle.protocols.franceconnect.api import STRONG

__all__ = [
    "STRONG",
    "NotAdmitted",
    "PatientChoice",
    "Patients",
    "Pending",
    "held_citizen",
    "patient_account",
    "register_patients",
    "register_recognition",
    "tie_citizen",
]
