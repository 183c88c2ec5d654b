"""The door of oauth."""

from passerelle.core.oauth.patients import PatientChoice, Patients, register_patients

__all__ = ["PatientChoice", "Patients", "register_patients"]
