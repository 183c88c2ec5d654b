"""Makes `structures.json` from the official R4 definitions: what elements a type has, and what each may hold.

    python -m passerelle.protocols.fhir.structures.generate <folder of the unpacked package hl7.fhir.r4.examples>

Source: https://hl7.org/fhir/R4/downloads.html (StructureDefinition, ValueSet and CodeSystem resources, CC0). The file
is read by people too: an element is a line, `min..max` and its types; `code:set` is a required binding, `any` the open
choice of types, `Reference(A|B)` the targets allowed, `#Type.element` nothing but another name for the same structure.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

Json = dict[str, Any]
Read = Callable[[str], Json | None]
TARGET: Final = Path(__file__).with_name("structures.json")
#: What the record stores, and what travels with it: bundles, outcomes, parameters, what is often contained.
_TYPES: Final = (
    "Patient RelatedPerson Practitioner PractitionerRole Organization Location HealthcareService "
    "Encounter EpisodeOfCare Appointment Schedule Slot DocumentReference Composition Binary Observation "
    "DiagnosticReport Specimen ImagingStudy Media AllergyIntolerance Condition Procedure "
    "FamilyMemberHistory Immunization Medication MedicationRequest MedicationStatement "
    "MedicationAdministration MedicationDispense Device DeviceUseStatement ServiceRequest Task "
    "Communication CommunicationRequest CarePlan CareTeam Goal Flag ClinicalImpression RiskAssessment "
    "Consent Questionnaire QuestionnaireResponse Coverage List Provenance Group Subscription CodeSystem "
    "ValueSet ConceptMap Bundle Parameters OperationOutcome AuditEvent Substance"
)
_BASES: Final = ("Resource", "DomainResource", "Element", "BackboneElement")
_PLACED: Final = {"Resource", "BackboneElement", "Element"}
_VALUE_SET: Final = "http://hl7.org/fhir/ValueSet/"
_CODE_SYSTEM: Final = re.compile(r"http://(?:terminology\.)?hl7\.org/(?:fhir/)?(?:CodeSystem/)?([\w.\-]+)")


class Definitions:
    """The definitions of a package, each read when it is asked for."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.structures: dict[str, dict[str, str]] = {}
        self.codes: dict[str, dict[str, list[str]]] = {}
        self.open_types = " ".join(self._types_of(self._element("Extension", "Extension.value[x]")))
        self._open = self.open_types

    def take(self, types: Iterable[str]) -> None:
        """Take these types and every data type that they need."""
        waiting = [*_BASES, *types]
        while waiting:
            kind = waiting.pop()
            if kind not in self.structures:
                waiting += sorted(self._take(kind))

    def _take(self, kind: str) -> set[str]:
        definition = self._definition(kind)
        base = str(definition.get("baseDefinition", "")).rpartition("/")[2]
        inherited = {one["path"].partition(".")[2] for one in self._elements(base)} if base in _BASES else set()
        needed: set[str] = set()
        for element in definition["snapshot"]["element"]:
            path = element["path"]
            if "." not in path:
                self.structures[kind] = {"": base} if base else {}
                continue
            owner, _, name = path.rpartition(".")
            if owner == kind and name in inherited:
                continue
            needed |= self._add(owner, name, element)
        return needed

    def _add(self, owner: str, name: str, element: Json) -> set[str]:
        own = self.structures.setdefault(owner, {})
        if name in {"id", "extension"} or (name == "modifierExtension" and "." in owner):
            return set()
        types = self._types_of(element)
        if types in (["BackboneElement"], ["Element"]):
            self.structures[element["path"]] = {"": types[0]}
            types = [element["path"]]
        told = " ".join(types)
        own[name] = f"{element['min']}..{element['max']} {'any' if told == self._open else told}"
        plain = {one.partition("(")[0].partition(":")[0] for one in types}
        return {one for one in plain if one[0].isupper() and "." not in one} - _PLACED

    def _types_of(self, element: Json) -> list[str]:
        if "contentReference" in element:
            return [element["contentReference"].removeprefix("#")]
        binding = self._binding(element)
        return [self._type(told, binding) for told in element.get("type", ())]

    def _type(self, told: Json, binding: str) -> str:
        kind = str(told["code"]).rpartition("/")[2]
        if kind.startswith("System."):
            return "string"
        if kind == "Reference":
            targets = [str(one).rpartition("/")[2] for one in told.get("targetProfile", ())]
            return f"Reference({'|'.join(targets)})" if targets and "Resource" not in targets else "Reference"
        return f"{kind}:{binding}" if binding and kind in {"code", "Coding", "CodeableConcept"} else kind

    def _binding(self, element: Json) -> str:
        binding = element.get("binding", {})
        if binding.get("strength") != "required":
            return ""
        name = str(binding.get("valueSet", "")).removeprefix(_VALUE_SET).partition("|")[0]
        if name not in self.codes:
            self.codes[name] = {} if self._is_endless(name) else dict(self._expansion(name))
        return name if self.codes[name] else ""

    def _is_endless(self, name: str) -> bool:
        """Tell whether a value set cannot be listed from the package alone: MIME types, currencies."""
        composed = (self._read(f"ValueSet-{name}.json") or {}).get("compose", {}).get("include", ())
        return not composed or any(
            "filter" in one or "valueSet" in one or ("concept" not in one and self._code_system(one["system"]) is None)
            for one in composed
        )

    def _expansion(self, name: str) -> Iterator[tuple[str, list[str]]]:
        for one in (self._read(f"ValueSet-{name}.json") or {})["compose"]["include"]:
            listed = one.get("concept") or (self._code_system(one["system"]) or {}).get("concept", ())
            yield one["system"], list(_codes(listed))

    def _code_system(self, url: str) -> Json | None:
        found = _CODE_SYSTEM.fullmatch(url)
        return self._read(f"CodeSystem-{found[1]}.json") if found else None

    def _definition(self, kind: str) -> Json:
        definition = self._read(f"StructureDefinition-{kind}.json")
        if definition is None:
            raise LookupError(kind)
        return definition

    def _elements(self, kind: str) -> list[Json]:
        return list(self._definition(kind)["snapshot"]["element"])

    def _element(self, kind: str, path: str) -> Json:
        return next(one for one in self._elements(kind) if one["path"] == path)


def _codes(concepts: Iterable[Json]) -> Iterator[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _codes(concept.get("concept", ()))


def table_of(read: Read) -> str:
    """Return the text of `structures.json`; `read` gives a file of the package as JSON, or None."""
    definitions = Definitions(read)
    definitions.take(_TYPES.split())
    codes = {
        name: {system: " ".join(listed) for system, listed in sets.items()}
        for name, sets in sorted(definitions.codes.items())
        if sets
    }
    table = {
        "source": "hl7.fhir.r4.examples 4.0.1 (CC0), by structures/generate.py",
        "resources": " ".join(sorted(_TYPES.split())),
        "any": definitions.open_types,
        "types": dict(sorted(definitions.structures.items())),
        "codes": codes,
    }
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def main(folder: Path) -> None:
    """Write the table from an unpacked package."""

    def read(name: str) -> Json | None:
        path = folder / name
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    TARGET.write_text(table_of(read), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
