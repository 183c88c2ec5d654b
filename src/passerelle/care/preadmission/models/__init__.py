"""The tables of pre-admissions."""

from passerelle.care.preadmission.models.files import (
    CLASSIFICATION,
    Piece,
    Preadmission,
    PreadmissionQuerySet,
    StepEntry,
)

__all__ = ["CLASSIFICATION", "Piece", "Preadmission", "PreadmissionQuerySet", "StepEntry"]
