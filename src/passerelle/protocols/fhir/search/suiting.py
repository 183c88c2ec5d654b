"""Which data types each kind of search parameter reads. Source: http://hl7.org/fhir/R4/search.html#table."""

from typing import Final

_TYPES: Final = (
    "Patient RelatedPerson Practitioner PractitionerRole Organization Location HealthcareService Encounter"
    " EpisodeOfCare Appointment Schedule Slot DocumentReference Composition Binary Observation DiagnosticReport"
    " Specimen ImagingStudy Media AllergyIntolerance Condition Procedure FamilyMemberHistory Immunization Medication"
    " MedicationRequest MedicationStatement MedicationAdministration MedicationDispense Device DeviceUseStatement"
    " ServiceRequest Task Communication CommunicationRequest CarePlan CareTeam Goal Flag ClinicalImpression"
    " RiskAssessment Consent Questionnaire QuestionnaireResponse Coverage List Provenance Group Subscription CodeSystem"
    " ValueSet ConceptMap AuditEvent"
)
#: The types that search knows.
TYPES: Final = tuple(_TYPES.split())
SUITING: Final[dict[str, frozenset[str]]] = {
    kind: frozenset(types.split())
    for kind, types in {
        "token": "code Coding CodeableConcept Identifier boolean string ContactPoint uri id",
        "string": "string markdown HumanName Address",
        "date": "date dateTime instant Period Timing",
        "reference": "Reference uri canonical",
        "quantity": "Quantity Age Duration Count Distance Money Range SampledData",
        "uri": "uri url canonical oid uuid",
        "number": "decimal integer positiveInt unsignedInt",
        "special": "",
    }.items()
}


def kind_for(type_: str) -> str:
    """Return the kind that reads a data type.

    Raises:
        StopIteration: none does.
    """
    return next(kind for kind, types in SUITING.items() if type_ in types)
