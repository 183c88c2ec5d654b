"""The sections of a patient summary, and what goes in each. International Patient Summary 1.1.0, Composition-uv-ips.

https://hl7.org/fhir/uv/ips/STU1.1/StructureDefinition-Composition-uv-ips.html
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Json = Mapping[str, Any]
_WITHDRAWN: Final = frozenset({"entered-in-error", "cancelled", "not-done", "draft", "unknown"})
_OVER: Final = frozenset({"inactive", "remission", "resolved"})
_TAKEN: Final = frozenset({"active", "intended", "on-hold"})
_MOST_RESULTS: Final = 30


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its LOINC code, its title, which types it takes, which resources of these, and in which order.

    `absent` is the resource that stands for an empty required section: its type and its code of absent-unknown.
    """

    code: str
    title: str
    types: tuple[str, ...]
    keeps: Callable[[Json], bool]
    arranged: Callable[[list[Json]], list[Json]]
    absent: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A section with its resources; empty when nothing is known."""

    section: Section
    resources: tuple[Json, ...]


def code_of(resource: Json, name: str) -> str:
    """Return the first code of a concept, "" when there is none."""
    concept = resource.get(name)
    codings = concept.get("coding", []) if isinstance(concept, Mapping) else []
    return next((str(one.get("code", "")) for one in codings if isinstance(one, Mapping)), "")


def codes_of(resource: Json, name: str) -> set[str]:
    """Return every code of a list of concepts."""
    found = resource.get(name)
    concepts = found if isinstance(found, list) else []
    return {str(one.get("code", "")) for concept in concepts for one in concept.get("coding", [])}


def date_of(resource: Json) -> str:
    """Return when it took place, as text that sorts; "" when it is not told."""
    names = ("effectiveDateTime", "performedDateTime", "occurrenceDateTime", "onsetDateTime", "issued", "recordedDate")
    told = next((resource[name] for name in names if isinstance(resource.get(name), str)), "")
    periods = (resource.get(name) for name in ("effectivePeriod", "performedPeriod", "onsetPeriod", "timingPeriod"))
    return told or next((str(one.get("start", "")) for one in periods if isinstance(one, Mapping)), "")


def _is_true(resource: Json) -> bool:
    refuted = code_of(resource, "verificationStatus") in {"refuted", "entered-in-error"}
    return resource.get("status") not in _WITHDRAWN and not refuted


def _is_problem(resource: Json) -> bool:
    return _is_true(resource) and code_of(resource, "clinicalStatus") not in _OVER


def _is_history(resource: Json) -> bool:
    return _is_true(resource) and code_of(resource, "clinicalStatus") in _OVER


def _is_taken(resource: Json) -> bool:
    return resource.get("status") in _TAKEN and _is_true(resource)


def _is_in_place(resource: Json) -> bool:
    return _is_true(resource) and resource.get("status", "active") == "active"


def _is_vital(resource: Json) -> bool:
    return _is_true(resource) and "vital-signs" in codes_of(resource, "category")


def _is_result(resource: Json) -> bool:
    return _is_true(resource) and not codes_of(resource, "category") & {"vital-signs", "social-history", "survey"}


def _newest_first(resources: list[Json]) -> list[Json]:
    return sorted(resources, key=lambda one: (date_of(one), str(one.get("id"))), reverse=True)


def _latest(resources: list[Json]) -> list[Json]:
    return _newest_first(resources)[:_MOST_RESULTS]


def _latest_of_each_code(resources: list[Json]) -> list[Json]:
    kept: dict[str, Json] = {}
    for one in _newest_first(resources):
        kept.setdefault(code_of(one, "code") or str(one.get("id")), one)
    return list(kept.values())


def _grave_first(resources: list[Json]) -> list[Json]:
    return sorted(_newest_first(resources), key=lambda one: one.get("criticality") != "high")


SECTIONS: Final = (
    Section(
        "48765-2", "Allergies et intolérances", ("AllergyIntolerance",), _is_problem, _grave_first,
        ("AllergyIntolerance", "no-allergy-info"),
    ),
    Section(
        "10160-0", "Traitements", ("MedicationStatement", "MedicationRequest"), _is_taken, _newest_first,
        ("MedicationStatement", "no-medication-info"),
    ),
    Section(
        "11450-4", "Problèmes actifs", ("Condition",), _is_problem, _newest_first, ("Condition", "no-problem-info"),
    ),
    Section("11369-6", "Vaccinations", ("Immunization",), _is_true, _newest_first),
    Section("47519-4", "Actes et interventions", ("Procedure",), _is_true, _newest_first),
    Section("46264-8", "Dispositifs médicaux", ("DeviceUseStatement", "Device"), _is_in_place, _newest_first),
    Section("30954-2", "Résultats d’examens", ("Observation", "DiagnosticReport"), _is_result, _latest),
    Section("8716-3", "Signes vitaux", ("Observation",), _is_vital, _latest_of_each_code),
    Section("11348-0", "Antécédents", ("Condition",), _is_history, _newest_first),
)  # fmt: skip
#: Every type that some section takes.
SUMMARY_TYPES: Final = tuple(sorted({type_ for one in SECTIONS for type_ in one.types}))


def filled(resources: Iterable[Json]) -> Sequence[Filled]:
    """Return each section with what goes in it; an empty one that is not required is left out."""
    held = list(resources)
    found = []
    for section in SECTIONS:
        kept = [one for one in held if one.get("resourceType") in section.types and section.keeps(one)]
        if kept or section.absent is not None:
            found.append(Filled(section, tuple(section.arranged(kept))))
    return found
