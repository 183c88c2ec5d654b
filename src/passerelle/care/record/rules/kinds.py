"""What each stored type is to the access decision, and by which elements it tells whose it is."""

from types import MappingProxyType
from typing import Final
from uuid import UUID

from passerelle.core.access.api import Kind

#: Where what is nobody's is stored: directory, terminology, definitions.
NOBODY: Final = UUID(int=0)

_TYPES_OF: Final = {
    Kind.PATIENT: "Patient RelatedPerson Coverage",
    Kind.ENCOUNTER: "Encounter EpisodeOfCare",
    Kind.APPOINTMENT: "Appointment",
    Kind.DOCUMENT: "DocumentReference Composition Binary",
    Kind.OBSERVATION: "Observation",
    Kind.CONSENT: "Consent",
    Kind.CONDITION: "Condition FamilyMemberHistory ClinicalImpression RiskAssessment Flag",
    Kind.ALLERGY: "AllergyIntolerance",
    Kind.MEDICATION: ("Medication MedicationRequest MedicationStatement MedicationAdministration MedicationDispense"),
    Kind.PROCEDURE: "Procedure",
    Kind.IMMUNIZATION: "Immunization",
    Kind.DEVICE: "Device DeviceUseStatement",
    Kind.REPORT: "DiagnosticReport Specimen ImagingStudy Media",
    Kind.REQUEST: "ServiceRequest Task Communication CommunicationRequest",
    Kind.CARE_PLAN: "CarePlan CareTeam Goal List",
    Kind.FORM: "QuestionnaireResponse",
    Kind.SUBSCRIPTION: "Subscription",
    Kind.GROUP: "Group",
    Kind.DIRECTORY: "Practitioner PractitionerRole Organization Location HealthcareService Schedule Slot",
    Kind.TERMINOLOGY: "CodeSystem ValueSet ConceptMap Questionnaire",
}
#: Stored type → kind. Provenance is judged as what it speaks of: see `kind_of`.
KIND_OF: Final = MappingProxyType({type_: kind for kind, types in _TYPES_OF.items() for type_ in types.split()})
FOLLOWING: Final = frozenset({"Provenance"})
#: Every stored type, by name.
TYPES: Final = tuple(sorted({*KIND_OF, *FOLLOWING}))
_NOBODYS: Final = frozenset({Kind.DIRECTORY, Kind.TERMINOLOGY, Kind.SUBSCRIPTION, Kind.GROUP})

_SUBJECT: Final = (
    "Encounter DocumentReference Composition Observation DiagnosticReport Specimen ImagingStudy Media Condition"
    " Procedure ClinicalImpression RiskAssessment Flag MedicationRequest MedicationStatement MedicationAdministration"
    " MedicationDispense DeviceUseStatement ServiceRequest Communication CommunicationRequest CarePlan CareTeam Goal"
    " List QuestionnaireResponse"
)
_PATIENT: Final = "RelatedPerson EpisodeOfCare AllergyIntolerance FamilyMemberHistory Immunization Device Consent"
#: Stored type → the element(s) that tell whose it is, the first that names a Patient counts; none when nobody's.
#: `Patient` is its own: `id`. What a Binary belongs to is the document that points at it (`securityContext` else).
PATIENT_PATHS: Final = MappingProxyType(
    dict.fromkeys(TYPES, ())
    | dict.fromkeys(_SUBJECT.split(), ("subject",))
    | dict.fromkeys(_PATIENT.split(), ("patient",))
    | {
        "Patient": ("id",),
        "Coverage": ("beneficiary", "subscriber", "policyHolder"),
        "Appointment": ("participant.actor",),
        "Task": ("for",),
        "Binary": ("securityContext",),
        "Provenance": ("target",),
    }
)


def kind_of(type_: str, local_identity_id: UUID, *, following: str | None = None) -> Kind:
    """Return the kind of a stored resource; `following` is the type a Provenance speaks of.

    A Medication or a Device of no patient is of the directory; a Provenance of a record is judged as a document
    unless what it follows is told.
    """
    judged = (following or "DocumentReference") if type_ in FOLLOWING else type_
    kind = KIND_OF.get(judged, Kind.DOCUMENT)
    if local_identity_id == NOBODY and kind not in _NOBODYS:
        return Kind.DIRECTORY
    return kind
