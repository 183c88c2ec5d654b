"""Which identities a message speaks of, for the page of that message."""

from collections.abc import Iterator

from django.urls import reverse

from passerelle.care.exchange.api import Effect, Inbound
from passerelle.care.identity.services.resolving import locate_patient
from passerelle.core.access.api import Kind
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr


def effects(inbound: Inbound) -> Iterator[Effect]:
    """Yield the local identity of the patient, and those that were merged into it."""
    event = inbound.event
    if isinstance(event, pamfr.StructureEvent | pamfr.BusinessAckEvent):
        return
    patient = locate_patient(event.patient, establishment=inbound.establishment)
    if patient is None:
        return
    reference = patient.reference
    url = reverse("identity:person", args=[reference.person_id])
    name = f"Identité {reference.ipp}" if reference.ipp else "Identité sans IPP"
    told = " atteinte par un identifiant fusionné," if reference.via_alias else ""
    place = directory.establishment(reference.establishment)
    yield Effect(
        title=f"{name}, {place.short_name if place else reference.establishment}",
        text=f"{told} statut {reference.status}".strip(),
        icon="identity",
        url=url,
        kind=Kind.IDENTITY,
    )
    for other in patient.known:
        if other.superseded_by == reference.id:
            yield Effect(title=f"Identité {other.ipp or 'sans IPP'}, fusionnée dans la précédente", icon="identity")
