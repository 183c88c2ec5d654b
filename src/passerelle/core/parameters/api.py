"""The door of the legal parameters."""

from passerelle.core.parameters.rules import (
    NoParameterInForce,
    Parameter,
    ParameterError,
    UnknownParameter,
    WrongParameterKind,
)
from passerelle.core.parameters.selectors import legal, parameters_in_force
from passerelle.core.parameters.services import ParameterLoadReport, load_parameters

__all__ = [
    "NoParameterInForce",
    "Parameter",
    "ParameterError",
    "ParameterLoadReport",
    "UnknownParameter",
    "WrongParameterKind",
    "legal",
    "load_parameters",
    "parameters_in_force",
]
