"""From bytes to a CdaDocument."""

from passerelle.protocols.cda.elements import (
    V3,
    Element,
    attribute,
    child,
    children,
    content_of,
    instance_id,
    moment_of,
    text_of,
)
from passerelle.protocols.cda.header import authors_of, custodian_of, patient_of, replaced_by, service_event_of
from passerelle.protocols.cda.model import CdaDocument, CdaError, Media, NonXml, Section
from passerelle.protocols.cda.results import results_of
from passerelle.protocols.cda.safe import safe_xml


def read(content: bytes) -> CdaDocument:
    """Read a CDA R2 document; absent optional parts are empty.

    Raises:
        CdaError: not XML we accept, not a ClinicalDocument, or no identifier.
    """
    root = safe_xml(content)
    if root.tag != V3 + "ClinicalDocument":
        raise CdaError(where="document", why="ce n’est pas un ClinicalDocument HL7 v3")
    unique_id = instance_id(child(root, "id"))
    if unique_id is None:
        raise CdaError(where="ClinicalDocument/id", why="identifiant unique absent")
    nonxml = _nonxml(root)
    sections = _sections(child(root, "component", "structuredBody"))
    code = child(root, "code")
    version = attribute(child(root, "versionNumber"), "value")
    return CdaDocument(
        unique_id=unique_id,
        set_id=instance_id(child(root, "setId")),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
        code=attribute(code, "code"),
        display=attribute(code, "displayName"),
        title=text_of(child(root, "title")) or attribute(code, "displayName") or "Document sans titre",
        effective_at=moment_of(child(root, "effectiveTime")),
        confidentiality=attribute(child(root, "confidentialityCode"), "code"),
        language=attribute(child(root, "languageCode"), "code"),
        patient=patient_of(root),
        authors=authors_of(root),
        custodian=custodian_of(root),
        service_event=service_event_of(root),
        relates=replaced_by(root),
        body_kind="nonxml" if nonxml else "structured" if sections else "empty",
        sections=sections,
        nonxml=nonxml,
        media=_media(root),
        observations=results_of(root),
    )


def _nonxml(root: Element) -> NonXml | None:
    text = child(root, "component", "nonXMLBody", "text")
    content = content_of(text)
    if not content:
        return None
    told = attribute(text, "mediaType").lower().partition(";")[0] or "text/plain"
    return ("application/pdf" if content.startswith(b"%PDF-") else told), content


def _sections(node: Element | None) -> tuple[Section, ...]:
    return tuple(_section(each) for each in children(node, "component", "section"))


def _section(node: Element) -> Section:
    code = child(node, "code")
    return Section(
        title=text_of(child(node, "title")),
        code=attribute(code, "code"),
        display=attribute(code, "displayName"),
        narrative=child(node, "text"),
        sections=_sections(node),
    )


def _media(root: Element) -> tuple[Media, ...]:
    found = []
    for node in root.iter(V3 + "observationMedia"):
        value = child(node, "value")
        content = content_of(value)
        if content:
            found.append(Media(attribute(node, "ID"), attribute(value, "mediaType").lower(), content))
    return tuple(found)
