"""The life of a device: registered, lent to one person at a time, given back, cleaned, lost, found, retired."""

from datetime import date, datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import IntegrityError, transaction

from passerelle.care.devices.models import Device, DeviceEvent, Monitoring, Pairing
from passerelle.care.devices.rules import resources
from passerelle.care.devices.rules.broker import new_secret, password_hash
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.words import DeviceState, Handling
from passerelle.care.devices.selectors.guarding import places_of
from passerelle.care.devices.services.refusals import AccessRefused, DeviceElsewhere, DeviceNotReady, SerialKnown
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer

SOURCE: Final = "devices"
NOBODY: Final = UUID(int=0)  # where the record keeps what is nobody's
_FROM: Final = {
    Handling.CLEANED: {DeviceState.TO_CLEAN},
    Handling.FOUND: {DeviceState.LOST},
    Handling.RETIRED: {DeviceState.AVAILABLE, DeviceState.TO_CLEAN, DeviceState.LOST},
}
_TO: Final = {
    Handling.CLEANED: DeviceState.AVAILABLE,
    Handling.FOUND: DeviceState.TO_CLEAN,
    Handling.RETIRED: DeviceState.RETIRED,
}


@transaction.atomic
def register_device(
    *, model_code: str, serial: str, udi: str, establishment: str, by: Viewer, at: datetime
) -> tuple[Device, str]:
    """Take a device in; return it with the secret of its credential, which is shown this once and not kept.

    Raises:
        SerialKnown: another device of this model bears this serial.
        AccessRefused: not at this establishment.
        KeyError: no such model.
    """
    model = catalogue().models[model_code]
    _check_place(by, establishment)
    secret = new_secret()
    try:
        with transaction.atomic():
            device = Device.objects.create(
                model_code=model.code,
                serial=serial,
                udi=udi,
                establishment=establishment,
                credential=password_hash(secret),
                registered_at=at,
            )
    except IntegrityError as known:
        raise SerialKnown from known
    _note(device, Handling.REGISTERED, by=by, at=at)
    _tell_record(device, at=at)
    return device, secret


@transaction.atomic
def renew_credential(*, device_id: UUID, by: Viewer, at: datetime) -> str:
    """Give a device a new secret; return it, shown this once. The broker files are then to be written again."""
    device = _locked(device_id, by)
    secret = new_secret()
    device.credential = password_hash(secret)
    device.save(update_fields=["credential"])
    _note(device, Handling.CREDENTIAL, by=by, at=at)
    return secret


@transaction.atomic
def pair(*, device_id: UUID, person_id: UUID, due_on: date | None, by: Viewer, at: datetime) -> Pairing:
    """Lend a device to a person, from now on.

    Raises:
        DeviceNotReady: it is not ready, or somebody has it.
        AccessRefused: this viewer may not lend to this person, or their establishment does not know the person.
    """
    device = _locked(device_id, by)
    file = file_at(person_id, device.establishment)
    access.check(
        by,
        Kind.DEVICE,
        Act.CREATE,
        relation=Relation.AUTHOR if _gives_care(by, person_id, at) else Relation.NONE,
        target=f"device:{device.pk}",
        person_id=person_id,
        at=at,
    )
    if device.state != DeviceState.AVAILABLE.value:
        raise DeviceNotReady
    try:
        with transaction.atomic():
            pairing = Pairing.objects.create(
                device=device,
                local_identity_id=file,
                establishment=device.establishment,
                since=at,
                due_on=due_on,
                by_name=by.name,
            )
    except IntegrityError as held:
        raise DeviceNotReady from held
    _move(device, DeviceState.PAIRED)
    _note(device, Handling.PAIRED, by=by, at=at)
    _tell_use(pairing, at=at)
    return pairing


@transaction.atomic
def give_back(*, device_id: UUID, is_lost: bool, note: str, by: Viewer, at: datetime) -> Pairing:
    """End the turn of whoever holds a device: given back, to be cleaned; or lost.

    Raises:
        DeviceElsewhere: nobody holds it.
    """
    device = _locked(device_id, by)
    pairing = Pairing.objects.select_for_update().filter(device=device, until=None).order_by("pk").first()
    if pairing is None:
        raise DeviceElsewhere
    pairing.until = at
    pairing.save(update_fields=["until"])
    _move(device, DeviceState.LOST if is_lost else DeviceState.TO_CLEAN)
    _note(device, Handling.LOST if is_lost else Handling.RETURNED, by=by, at=at, note=note)
    _tell_use(pairing, at=at)
    return pairing


@transaction.atomic
def handle(*, device_id: UUID, what: Handling, note: str, by: Viewer, at: datetime) -> Device:
    """Note that a device was cleaned, found or retired.

    Raises:
        DeviceElsewhere: it is not in a state for that.
    """
    device = _locked(device_id, by)
    if DeviceState(device.state) not in _FROM.get(what, set()):
        raise DeviceElsewhere
    _move(device, _TO[what])
    _note(device, what, by=by, at=at, note=note)
    if what is Handling.RETIRED:
        device.credential = ""
        device.save(update_fields=["credential"])
        _tell_record(device, at=at)
    return device


@transaction.atomic
def place_device(*, device_id: UUID, place: str, by: Viewer, at: datetime) -> None:
    """Note where a device is kept."""
    del at
    device = _locked(device_id, by)
    device.place = place
    device.save(update_fields=["place"])


def file_at(person_id: UUID, establishment: str) -> UUID:
    """Return the file of a person in which an establishment follows them, or lends them devices.

    A merge of identities leaves both where they are: what begins after joins them, so that measures meet thresholds.
    Without them, it is the file that speaks for the person.

    Raises:
        AccessRefused: it has none.
    """
    files = [one for one in identity.local_identities(person_id) if one.establishment == establishment]
    current = next((one for one in files if one.superseded_by is None), None)
    if current is None:
        raise AccessRefused
    ids = [one.id for one in files]
    for rows in (Monitoring.objects, Pairing.objects):
        known = rows.filter(local_identity_id__in=ids, until=None).order_by("since", "pk").first()
        if known is not None:
            return known.local_identity_id
    return current.id


def _gives_care(viewer: Viewer, person_id: UUID, at: datetime) -> bool:
    relation = record.relation_to(viewer, person_id, at=at)
    return relation in {Relation.TREATING, Relation.EMERGENCY} and bool(places_of(viewer))


def _check_place(viewer: Viewer, establishment: str) -> None:
    if establishment not in places_of(viewer):
        raise AccessRefused


def _locked(device_id: UUID, by: Viewer) -> Device:
    device = Device.objects.select_for_update().filter(pk=device_id, establishment__in=places_of(by)).first()
    if device is None:
        raise AccessRefused
    return device


def _move(device: Device, state: DeviceState) -> None:
    device.state = state.value
    device.save(update_fields=["state"])


def _note(device: Device, what: Handling, *, by: Viewer, at: datetime, note: str = "") -> None:
    DeviceEvent.objects.create(
        device=device, what=what.value, at=at, by_account=by.account_id, by_name=by.name, note=note[:300]
    )


def _tell_record(device: Device, *, at: datetime) -> None:
    status = "inactive" if device.state == DeviceState.RETIRED.value else "active"
    resource = resources.device(
        catalogue().models[device.model_code], id_=device.pk, serial=device.serial, udi=device.udi, status=status
    )
    with access.as_machine():
        record.put(resource, local_identity_id=NOBODY, at=at, source=SOURCE, establishment=device.establishment)


def _tell_use(pairing: Pairing, *, at: datetime) -> None:
    resource = resources.use_of(
        id_=uuid5(NAMESPACE_URL, f"devices-pairing:{pairing.pk}"),
        device_id=pairing.device_id,
        local_identity_id=pairing.local_identity_id,
        since=pairing.since,
        until=pairing.until,
        at=at,
    )
    with access.as_machine():
        record.put(
            resource,
            local_identity_id=pairing.local_identity_id,
            at=at,
            source=SOURCE,
            establishment=pairing.establishment,
        )
