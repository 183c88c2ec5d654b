"""Writes French CDA R2 by text templates: thousands a second, for the demonstration territory."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from passerelle.protocols.cda.model import (
    LOINC,
    PERSONS,
    Author,
    DocumentKind,
    Heading,
    InstanceId,
    LabResult,
    Organisation,
    PatientHeader,
    Results,
    ServiceEvent,
    Table,
    unit_label,
)

Content: TypeAlias = Sequence[str] | Table | Results
SectionToWrite: TypeAlias = tuple[str | Heading, Content]

_PARIS = ZoneInfo("Europe/Paris")
_FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])
_ESCAPES: dict[int, str | None] = _FORBIDDEN | {
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord("&"): "&amp;",
    ord('"'): "&quot;",
}
_SEX = {"M": "Masculin", "F": "Féminin"}
_FLAGS = {"N": "Normal", "H": "Élevé", "L": "Bas", "HH": "Très élevé", "LL": "Très bas", "A": "Anormal"}
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><realmCode code="FR"/>'
    '<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>'
    '<templateId root="2.16.840.1.113883.2.8.2.1"/><templateId root="1.2.250.1.213.1.1.1.1"/>'
)


def write(  # noqa: PLR0913 (the header of a document is these seven facts)
    kind: DocumentKind,
    *,
    patient: PatientHeader,
    author: Author,
    organisation: Organisation,
    at: datetime,
    sections: Sequence[SectionToWrite],
    unique_id: str,
    replaces: str | None = None,
    service: ServiceEvent | None = None,
) -> bytes:
    """Return a CDA R2 document; `unique_id` is `root` or `root^extension`, `replaces` the one it takes the place of.

    A section is a title, or a `Heading`, with paragraphs, a `Table`, or `Results` (a table and its coded entries).
    `service` is what the document reports: the document itself, at its moment, when it is not told.
    """
    code, display, title, template = kind.value
    moment = _time(at)
    body = "".join(_section(number, name, content) for number, (name, content) in enumerate(sections))
    own_id = _unique(unique_id)
    return (
        f'{_HEAD}<templateId root="{template}"/>{_identifier("id", own_id)}'
        f'<code code="{code}" displayName="{_xml(display)}" codeSystem="{LOINC}" codeSystemName="LOINC"/>'
        f'<title>{_xml(title)}</title><effectiveTime value="{moment}"/>'
        '<confidentialityCode code="N" displayName="Normal" codeSystem="2.16.840.1.113883.5.25"/>'
        f'<languageCode code="fr-FR"/>{_identifier("setId", own_id)}<versionNumber value="1"/>'
        f"{_patient(patient)}{_signatures(author, organisation, moment)}{_replaced(replaces)}"
        f"{_reported(service or ServiceEvent(code, display, at, None), is_act=service is not None)}"
        f"<component><structuredBody>{body}</structuredBody></component></ClinicalDocument>\n"
    ).encode()


def _xml(text: str) -> str:
    return text.translate(_ESCAPES)


def _time(at: datetime) -> str:
    local = at.astimezone(_PARIS)
    return f"{local:%Y%m%d%H%M%S%z}"


def _unique(text: str) -> InstanceId:
    root, _, extension = text.partition("^")
    return InstanceId(root, extension)


def _identifier(tag: str, found: InstanceId | None) -> str:
    if found is None:
        return f'<{tag} nullFlavor="UNK"/>'
    extension = f' extension="{_xml(found.extension)}"' if found.extension else ""
    return f'<{tag} root="{_xml(found.root)}"{extension}/>'


def _patient(patient: PatientHeader) -> str:
    given = _xml(" ".join(patient.given_names))
    first = _xml(patient.given_names[0]) if patient.given_names else ""
    used = f'<family qualifier="CL">{_xml(patient.used_name)}</family>' if patient.used_name else ""
    born = (
        f'<birthTime value="{patient.birth_date:%Y%m%d}"/>' if patient.birth_date else '<birthTime nullFlavor="UNK"/>'
    )
    place = (
        f"<birthplace><place><addr><county>{_xml(patient.birth_place)}</county></addr></place></birthplace>"
        if patient.birth_place
        else ""
    )
    return (
        f"<recordTarget><patientRole>{''.join(_identifier('id', each) for each in patient.identifiers)}"
        f'<addr nullFlavor="NASK"/><telecom nullFlavor="NASK"/><patient><name>'
        f'<family qualifier="BR">{_xml(patient.birth_name)}</family><given>{given}</given>'
        f'<given qualifier="BR">{first}</given>{used}</name>'
        f'<administrativeGenderCode code="{_xml(patient.sex)}" displayName="{_SEX.get(patient.sex, "Inconnu")}" '
        f'codeSystem="2.16.840.1.113883.5.1"/>{born}{place}</patient></patientRole></recordTarget>'
    )


def _signatures(author: Author, organisation: Organisation, moment: str) -> str:
    role = f'<code nullFlavor="OTH" displayName="{_xml(author.role)}"/>' if author.role else ""
    name = f"<name><given>{_xml(author.given)}</given><family>{_xml(author.family)}</family></name>"
    place = f"{_identifier('id', organisation.identifier)}<name>{_xml(organisation.name)}</name>"
    person = (
        f"{_identifier('id', author.identifier or InstanceId(PERSONS))}{role}<assignedPerson>{name}</assignedPerson>"
        f"<representedOrganization>{place}</representedOrganization>"
    )
    return (
        f'<author><time value="{moment}"/><assignedAuthor>{person}</assignedAuthor></author>'
        f"<custodian><assignedCustodian><representedCustodianOrganization>{place}"
        "</representedCustodianOrganization></assignedCustodian></custodian>"
        f'<legalAuthenticator><time value="{moment}"/><signatureCode code="S"/>'
        f"<assignedEntity>{person}</assignedEntity></legalAuthenticator>"
    )


def _replaced(replaces: str | None) -> str:
    if not replaces:
        return ""
    former = _identifier("id", _unique(replaces))
    return f'<relatedDocument typeCode="RPLC"><parentDocument>{former}</parentDocument></relatedDocument>'


def _reported(service: ServiceEvent, *, is_act: bool) -> str:
    """Write what the document reports: a stay has its class (HL7 ActCode), the rest the LOINC code of the document."""
    system = "2.16.840.1.113883.5.4" if is_act else LOINC
    low = f'<low value="{_time(service.start)}"/>' if service.start else ""
    high = f'<high value="{_time(service.end)}"/>' if service.end else ""
    return (
        f'<documentationOf><serviceEvent><code code="{_xml(service.code)}" displayName="{_xml(service.display)}" '
        f'codeSystem="{system}"/><effectiveTime>{low}{high}</effectiveTime></serviceEvent></documentationOf>'
    )


def _section(number: int, title: str | Heading, content: Content) -> str:
    entries, coded = "", ""
    if isinstance(title, Heading):
        display = _xml(title.display)
        coded = f'<code code="{_xml(title.code)}" displayName="{display}" codeSystem="{LOINC}" codeSystemName="LOINC"/>'
        title = title.title
    if isinstance(content, Results):
        narrative = _table(_results_table(content.results))
        entries = _entries(content.results)
    elif isinstance(content, Table):
        narrative = _table(content)
    else:
        narrative = "".join(f"<paragraph>{_xml(paragraph)}</paragraph>" for paragraph in content)
    return (
        f'<component><section ID="s{number}">{coded}<title>{_xml(title)}</title><text>{narrative}</text>{entries}'
        "</section></component>"
    )


def _table(table: Table) -> str:
    caption = f"<caption>{_xml(table.caption)}</caption>" if table.caption else ""
    head = "".join(f"<th>{_xml(header)}</th>" for header in table.headers)
    rows = "".join(f"<tr>{''.join(f'<td>{_xml(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _results_table(results: Sequence[LabResult]) -> Table:
    rows = tuple(
        (
            each.label,
            f"{_number(each.value)} {unit_label(each.unit)}".strip(),
            _bounds(each),
            _FLAGS.get(each.interpretation, ""),
        )
        for each in results
    )
    return Table(("Examen", "Résultat", "Valeurs de référence", "Lecture"), rows)


def _number(value: object) -> str:
    return str(value).replace(".", ",")


def _bounds(result: LabResult) -> str:
    if result.low is None and result.high is None:
        return ""
    if result.low is None:
        return f"moins de {_number(result.high)}"
    return (
        f"{_number(result.low)} à {_number(result.high)}"
        if result.high is not None
        else f"plus de {_number(result.low)}"
    )


def _entries(results: Sequence[LabResult]) -> str:
    parts = "".join(f"<component>{_observation(each)}</component>" for each in results)
    return (
        '<entry typeCode="DRIV"><templateId root="1.3.6.1.4.1.19376.1.3.1"/>'
        '<organizer classCode="BATTERY" moodCode="EVN"><statusCode code="completed"/>'
        f"{parts}</organizer></entry>"
    )


def _observation(result: LabResult) -> str:
    unit = _xml(result.unit)
    taken = f'<effectiveTime value="{_time(result.effective_at)}"/>' if result.effective_at else ""
    flag = f'<interpretationCode code="{_xml(result.interpretation)}"/>' if result.interpretation else ""
    value = (
        f'<value xsi:type="ST">{_xml(result.value)}</value>'
        if isinstance(result.value, str)
        else f'<value xsi:type="PQ" value="{result.value}" unit="{unit}"/>'
    )
    return (
        '<observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>'
        f'<code code="{_xml(result.loinc)}" displayName="{_xml(result.label)}" codeSystem="{LOINC}"/>'
        f'<statusCode code="completed"/>{taken}{value}{flag}{_range(result, unit)}</observation>'
    )


def _range(result: LabResult, unit: str) -> str:
    low = f'<low value="{result.low}" unit="{unit}"/>' if result.low is not None else ""
    high = f'<high value="{result.high}" unit="{unit}"/>' if result.high is not None else ""
    if not low and not high:
        return ""
    return (
        f'<referenceRange><observationRange><value xsi:type="IVL_PQ">{low}{high}</value>'
        '<interpretationCode code="N"/></observationRange></referenceRange>'
    )
