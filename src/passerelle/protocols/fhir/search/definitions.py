"""Search parameters of the types of the record, as tables of paths.

Compiled from the SearchParameter resources of FHIR R4 (http://hl7.org/fhir/R4/searchparameter-registry.html). A path is
the element names joined by dots; `name[key=value]` keeps the items whose `key` has that value; `name?` is whether it is
there.
"""

from dataclasses import dataclass
from enum import StrEnum


class SearchKind(StrEnum):
    """Types of search parameters of R4 that the record knows."""

    TOKEN = "token"  # noqa: S105 (a kind of parameter, not a secret)
    STRING = "string"
    DATE = "date"
    REFERENCE = "reference"
    QUANTITY = "quantity"
    URI = "uri"


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """`targets` limits a reference to these types; empty means all those the standard allows."""

    kind: SearchKind
    paths: tuple[str, ...]
    targets: tuple[str, ...] = ()


def _table(kind: SearchKind, **paths: str) -> dict[str, SearchParameter]:
    return {name.replace("__", "-"): SearchParameter(kind, tuple(path.split())) for name, path in paths.items()}


_PATIENT_ONLY = {"patient": SearchParameter(SearchKind.REFERENCE, ("subject",), ("Patient",))}
_PRACTITIONER = {
    "practitioner": SearchParameter(SearchKind.REFERENCE, ("participant.individual",), ("Practitioner",)),
}

_ALL = {
    "_id": SearchParameter(SearchKind.TOKEN, ("id",)),
    "_lastUpdated": SearchParameter(SearchKind.DATE, ("meta.lastUpdated",)),
    "_profile": SearchParameter(SearchKind.URI, ("meta.profile",)),
    "_security": SearchParameter(SearchKind.TOKEN, ("meta.security",)),
    "_source": SearchParameter(SearchKind.URI, ("meta.source",)),
    "_tag": SearchParameter(SearchKind.TOKEN, ("meta.tag",)),
}

_PATIENT = {
    **_ALL,
    **_table(
        SearchKind.TOKEN,
        active="active",
        address__use="address.use",
        deceased="deceasedBoolean deceasedDateTime?",
        email="telecom[system=email]",
        gender="gender",
        identifier="identifier",
        language="communication.language",
        phone="telecom[system=phone]",
        telecom="telecom",
    ),
    **_table(
        SearchKind.STRING,
        address="address",
        address__city="address.city",
        address__country="address.country",
        address__postalcode="address.postalCode",
        address__state="address.state",
        family="name.family",
        given="name.given",
        name="name",
    ),
    **_table(SearchKind.DATE, birthdate="birthDate", death__date="deceasedDateTime"),
    **_table(
        SearchKind.REFERENCE,
        general__practitioner="generalPractitioner",
        link="link.other",
        organization="managingOrganization",
    ),
}

_ENCOUNTER = {
    **_ALL,
    **_PATIENT_ONLY,
    **_PRACTITIONER,
    "class": SearchParameter(SearchKind.TOKEN, ("class",)),
    **_table(
        SearchKind.TOKEN,
        identifier="identifier",
        participant__type="participant.type",
        reason__code="reasonCode",
        special__arrangement="hospitalization.specialArrangement",
        status="status",
        type="type",
    ),
    **_table(SearchKind.DATE, date="period", location__period="location.period"),
    **_table(SearchKind.QUANTITY, length="length"),
    **_table(
        SearchKind.REFERENCE,
        account="account",
        appointment="appointment",
        based__on="basedOn",
        diagnosis="diagnosis.condition",
        episode__of__care="episodeOfCare",
        location="location.location",
        part__of="partOf",
        participant="participant.individual",
        reason__reference="reasonReference",
        service__provider="serviceProvider",
        subject="subject",
    ),
}

_DOCUMENT_REFERENCE = {
    **_ALL,
    **_PATIENT_ONLY,
    **_table(
        SearchKind.TOKEN,
        category="category",
        contenttype="content.attachment.contentType",
        event="context.event",
        facility="context.facilityType",
        format="content.format",
        identifier="masterIdentifier identifier",
        language="content.attachment.language",
        relation="relatesTo.code",
        security__label="securityLabel",
        setting="context.practiceSetting",
        status="status",
        type="type",
    ),
    **_table(SearchKind.STRING, description="description"),
    **_table(SearchKind.DATE, date="date", period="context.period"),
    **_table(SearchKind.URI, location="content.attachment.url"),
    **_table(
        SearchKind.REFERENCE,
        authenticator="authenticator",
        author="author",
        custodian="custodian",
        encounter="context.encounter",
        related="context.related",
        relatesto="relatesTo.target",
        subject="subject",
    ),
}

_OBSERVATION = {
    **_ALL,
    **_PATIENT_ONLY,
    **_table(
        SearchKind.TOKEN,
        category="category",
        code="code",
        combo__code="code component.code",
        combo__data__absent__reason="dataAbsentReason component.dataAbsentReason",
        combo__value__concept="valueCodeableConcept component.valueCodeableConcept",
        component__code="component.code",
        component__data__absent__reason="component.dataAbsentReason",
        component__value__concept="component.valueCodeableConcept",
        data__absent__reason="dataAbsentReason",
        identifier="identifier",
        method="method",
        status="status",
        value__concept="valueCodeableConcept",
    ),
    **_table(SearchKind.STRING, value__string="valueString valueCodeableConcept.text"),
    **_table(
        SearchKind.DATE,
        date="effectiveDateTime effectivePeriod effectiveInstant effectiveTiming.event",
        value__date="valueDateTime valuePeriod",
    ),
    **_table(
        SearchKind.QUANTITY,
        combo__value__quantity="valueQuantity component.valueQuantity",
        component__value__quantity="component.valueQuantity",
        value__quantity="valueQuantity",
    ),
    **_table(
        SearchKind.REFERENCE,
        based__on="basedOn",
        derived__from="derivedFrom",
        device="device",
        encounter="encounter",
        focus="focus",
        has__member="hasMember",
        part__of="partOf",
        performer="performer",
        specimen="specimen",
        subject="subject",
    ),
}

_ACTOR = "participant.actor"
_APPOINTMENT = {
    **_ALL,
    "patient": SearchParameter(SearchKind.REFERENCE, (_ACTOR,), ("Patient",)),
    "practitioner": SearchParameter(SearchKind.REFERENCE, (_ACTOR,), ("Practitioner",)),
    "location": SearchParameter(SearchKind.REFERENCE, (_ACTOR,), ("Location",)),
    **_table(
        SearchKind.TOKEN,
        appointment__type="appointmentType",
        identifier="identifier",
        part__status="participant.status",
        reason__code="reasonCode",
        service__category="serviceCategory",
        service__type="serviceType",
        specialty="specialty",
        status="status",
    ),
    **_table(SearchKind.DATE, date="start"),
    **_table(
        SearchKind.REFERENCE,
        actor=_ACTOR,
        based__on="basedOn",
        reason__reference="reasonReference",
        slot="slot",
        supporting__info="supportingInformation",
    ),
}

SEARCH: dict[str, dict[str, SearchParameter]] = {
    "Patient": _PATIENT,
    "Encounter": _ENCOUNTER,
    "DocumentReference": _DOCUMENT_REFERENCE,
    "Observation": _OBSERVATION,
    "Appointment": _APPOINTMENT,
}
