"""The door of terminologies: codes and their French labels, value sets, translations, units."""

from passerelle.core.terminology.rules.choosing import value_set_of_resource
from passerelle.core.terminology.rules.model import (
    CodeCheck,
    CodeSystem,
    Concept,
    ConceptMap,
    Expansion,
    Subsumption,
    TerminologyError,
    Translation,
    UnknownCode,
    UnknownSystem,
    UnknownValueSet,
    ValueSet,
)
from passerelle.core.terminology.rules.quantities import Analyte, NotConvertible
from passerelle.core.terminology.rules.resources import designations, resource_id, value_set_resource
from passerelle.core.terminology.rules.ucum import UCUM, Unit, UnitError, parse_unit
from passerelle.core.terminology.selectors.asking import (
    code_system,
    display,
    expand,
    is_unit,
    lookup,
    subsumes,
    translate,
    validate_code,
    value_set,
)
from passerelle.core.terminology.selectors.resources import resources
from passerelle.core.terminology.selectors.units import analyte, analytes, convert, unit_display

__all__ = [
    "UCUM",
    "Analyte",
    "CodeCheck",
    "CodeSystem",
    "Concept",
    "ConceptMap",
    "Expansion",
    "NotConvertible",
    "Subsumption",
    "TerminologyError",
    "Translation",
    "Unit",
    "UnitError",
    "UnknownCode",
    "UnknownSystem",
    "UnknownValueSet",
    "ValueSet",
    "analyte",
    "analytes",
    "code_system",
    "convert",
    "designations",
    "display",
    "expand",
    "is_unit",
    "lookup",
    "parse_unit",
    "resource_id",
    "resources",
    "subsumes",
    "translate",
    "unit_display",
    "validate_code",
    "value_set",
    "value_set_of_resource",
    "value_set_resource",
]
