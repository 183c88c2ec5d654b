"""What the record holds of a device: Observation, Device and DeviceUseStatement (FHIR R4)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from passerelle.care.devices.rules.catalogue import Kind, Model, Quantity
from passerelle.care.devices.rules.words import Origin
from passerelle.protocols.fhir import api as fhir

Json = dict[str, Any]
_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
_ORIGINS: Final = "urn:passerelle:origin"
_SERIAL: Final = "urn:passerelle:device-serial"
_ENTERED: Final = fhir.coding(_ORIGINS, "patient-entered", "Saisi à la main")
#: The profile of oxygen saturation asks for this code beside the one of the oximeter (FHIR R4, vital signs).
_OXYGEN: Final = ("59408-5", fhir.coding(fhir.LOINC, "2708-6", "Saturation artérielle en oxygène"))


def observation(  # noqa: PLR0913 - what an Observation says, each named at the call
    kind: Kind,
    values: Mapping[str, Decimal],
    *,
    id_: UUID,
    local_identity_id: UUID,
    measured_at: datetime,
    received_at: datetime,
    device_id: UUID | None,
    origin: Origin,
) -> Json:
    """Return the Observation of a measure; what is measured beside its main code is a component."""
    resource: Json = {
        "resourceType": "Observation",
        "id": str(id_),
        "status": "final",
        "category": _category(kind.slug),
        "code": _code(kind.code, kind.label),
        "subject": {"reference": f"Patient/{local_identity_id}"},
        "effectiveDateTime": fhir.moment(measured_at),
        "issued": fhir.moment(received_at),
    }
    if device_id is not None:
        resource["device"] = {"reference": f"Device/{device_id}"}
    if origin is Origin.ENTERED:
        resource["meta"] = {"tag": [_ENTERED]}
    beside = [one for one in kind.quantities if one.code in values and one.code != kind.code]
    if kind.code in values:
        resource["valueQuantity"] = _amount(kind.main, values[kind.code])
    if beside:
        resource["component"] = [
            {"code": _code(one.code, one.long), "valueQuantity": _amount(one, values[one.code])} for one in beside
        ]
    return resource


@lru_cache(maxsize=64)
def _code(code: str, label: str) -> Json:
    also = [_OXYGEN[1]] if code == _OXYGEN[0] else []
    return fhir.codeable_concept(fhir.coding(fhir.LOINC, code, label), *also)


@lru_cache(maxsize=16)
def _category(slug: str) -> list[Json]:
    code = "activity" if slug == "pas" else "vital-signs"
    return [fhir.codeable_concept(fhir.coding(_CATEGORY, code))]


def _amount(quantity: Quantity, value: Decimal) -> Json:
    number = int(value) if value == int(value) else float(value)
    return {"value": number, "unit": quantity.shown, "system": fhir.UCUM, "code": quantity.unit}


def device(model: Model, *, id_: UUID, serial: str, udi: str, status: str) -> Json:
    """Return the Device, nobody's: who held it is told by statements of use."""
    return fhir.pruned(
        {
            "resourceType": "Device",
            "id": str(id_),
            "identifier": [fhir.identifier(serial, system=_SERIAL)],
            "udiCarrier": [{"deviceIdentifier": udi}] if udi else None,
            "status": status,
            "manufacturer": model.maker,
            "serialNumber": serial,
            "deviceName": [{"name": model.label, "type": "model-name"}],
        }
    )


def use_of(
    *, id_: UUID, device_id: UUID, local_identity_id: UUID, since: datetime, until: datetime | None, at: datetime
) -> Json:
    """Return the DeviceUseStatement of one turn of one person."""
    return {
        "resourceType": "DeviceUseStatement",
        "id": str(id_),
        "status": "active" if until is None else "completed",
        "subject": {"reference": f"Patient/{local_identity_id}"},
        "timingPeriod": fhir.period(since, until),
        "recordedOn": fhir.moment(at),
        "device": {"reference": f"Device/{device_id}"},
    }
