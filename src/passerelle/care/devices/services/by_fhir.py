"""Measures that an application writes by FHIR, about a device of the house: checked as those of MQTT are.

Here a refusal is an answer: the application is told where and why, and nothing is stored.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from passerelle.care.devices.models import Device, Measure
from passerelle.care.devices.rules import payload, refusals
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.payload import Reading
from passerelle.care.devices.rules.refusals import NotAMeasure
from passerelle.care.devices.rules.words import Origin
from passerelle.care.devices.selectors.turns import turns_of
from passerelle.care.devices.services.judging import judge
from passerelle.care.devices.services.taking import NewMeasure, convert, whose
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.protocols.fhir import api as fhir

_TAKEN: Final = {"final", "amended", "corrected"}
_DEVICE: Final = "Device/"
_STATUS: Final = "Observation.status"


def heed(write: record.FhirWrite) -> None:
    """Keep the measure of an Observation that names a device of the house.

    Raises:
        NotAcceptable: it is not a measure of this device, or not of this person.
    """
    known = None if write.is_new else Measure.objects.filter(pk=write.id).first()
    if known is not None:
        _amend(known, write)
        return
    device = _device(write.resource)
    if device is None or write.resource.get("status") not in _TAKEN:
        return
    try:
        _keep(device, write)
    except NotAMeasure as refusal:
        raise record.NotAcceptable(refusal.where, refusal.why) from refusal


def _amend(known: Measure, write: record.FhirWrite) -> None:
    """Take a measure off the curves; one that was taken does not change otherwise."""
    if write.is_deletion or write.resource.get("status") == "entered-in-error":
        Measure.objects.filter(pk=known.pk, voided_at=None).update(voided_at=write.at)
        return
    why = (
        "une mesure prise en compte ne se change pas\u00a0: elle se retire (entered-in-error), puis s’écrit de nouveau"
    )
    raise record.NotAcceptable(_STATUS, why)


def _device(resource: Mapping[str, Any]) -> Device | None:
    reference = str((resource.get("device") or {}).get("reference", ""))
    try:
        id_ = UUID(reference.removeprefix(_DEVICE)) if reference.startswith(_DEVICE) else None
    except ValueError:
        return None
    return Device.objects.select_for_update().filter(pk=id_).first() if id_ else None


def _keep(device: Device, write: record.FhirWrite) -> None:
    reading = _reading(write.resource)
    held = whose(reading, device.model_code, turns_of([device.pk]).get(device.pk, ()), received_at=write.at)
    persons = identity.persons_of([held.local_identity_id, write.local_identity_id])
    if persons.get(held.local_identity_id) != persons.get(write.local_identity_id):
        why = "à ce moment, l’appareil n’était pas chez cette personne"
        raise NotAMeasure(refusals.OTHER_PERSON, "Observation.subject", why)
    new = NewMeasure(
        write.id, held.local_identity_id, held.establishment, reading, device.pk, write.at, Origin.APPLICATION
    )
    _, made = Measure.objects.get_or_create(
        device_id=device.pk,
        measured_at=reading.measured_at,
        kind=reading.kind.slug,
        defaults={
            "id": new.id,
            "local_identity_id": new.local_identity_id,
            "values": new.plain_values,
            "origin": Origin.APPLICATION.value,
            "received_at": write.at,
        },
    )
    if not made:
        why = "cette mesure est déjà là\u00a0: même appareil, même moment"
        raise NotAMeasure(refusals.CONFLICT, "Observation.effective", why)
    device.heard_at = max(write.at, device.heard_at or write.at)
    device.save(update_fields=["heard_at"])
    judge([(new.local_identity_id, reading.measured_at, reading.values)], at=write.at)


def _reading(resource: Mapping[str, Any]) -> Reading:
    lines = list(_quantities(resource))
    kind = catalogue().kind_of(frozenset(code for code, *_ in lines))
    if kind is None:
        why = "ces codes et ces valeurs ne font pas une mesure du catalogue"
        raise NotAMeasure(refusals.WRONG_KIND, "Observation.code", why)
    values = {
        code: payload.in_house(catalogue().quantities[code], value, unit, where, convert)
        for code, value, unit, where in lines
    }
    measured_at = _moment(resource, "effectiveDateTime")
    if measured_at is None:
        raise NotAMeasure(refusals.UNREADABLE, "Observation.effective", "un moment avec son décalage est attendu")
    return Reading(kind, measured_at, _moment(resource, "issued"), values)


def _quantities(resource: Mapping[str, Any]) -> Iterator[tuple[str, Decimal, str, str]]:
    """Yield each code of the catalogue with its value, its unit and its place."""
    parts = [("Observation", resource)]
    parts += [(f"Observation.component[{rank}]", one) for rank, one in enumerate(resource.get("component", ()))]
    for where, part in parts:
        quantity = part.get("valueQuantity")
        code = _loinc(part)
        if isinstance(quantity, dict) and code:
            try:
                value = Decimal(str(quantity.get("value")))
            except InvalidOperation as fault:
                raise NotAMeasure(refusals.UNREADABLE, f"{where}.value", "une valeur est attendue") from fault
            yield code, value, str(quantity.get("code", "")), f"{where}.value"


def _loinc(part: Mapping[str, Any]) -> str:
    codings = (part.get("code") or {}).get("coding", ())
    named = [str(one.get("code", "")) for one in codings if one.get("system") == fhir.LOINC]
    return next((code for code in named if code in catalogue().quantities), "")


def _moment(resource: Mapping[str, Any], name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(resource.get(name, "")))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
