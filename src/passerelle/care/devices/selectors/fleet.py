"""The devices of an establishment: in which state, where, how they do; and one of them with all that happened to it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from passerelle.care.devices.models import Device, DeviceEvent, HeldMeasure, Pairing
from passerelle.care.devices.rules.catalogue import Model, catalogue
from passerelle.care.devices.rules.words import DeviceState, Handling
from passerelle.care.devices.selectors import guarding
from passerelle.care.devices.selectors.worklist import names_of
from passerelle.core.access.api import AccessRefused, Viewer

_LOW_BATTERY = 20


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as a list shows it; `holder` is who has it now."""

    id: UUID
    model: Model
    serial: str
    udi: str
    establishment: str
    state: DeviceState
    place: str
    battery: int | None
    heard_at: datetime | None
    holder_id: UUID | None
    holder: str
    since: datetime | None
    due_on: date | None
    is_silent: bool
    is_overdue: bool

    @property
    def has_low_battery(self) -> bool:
        return self.battery is not None and self.battery <= _LOW_BATTERY


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn of a person with a device."""

    id: int
    person_id: UUID | None
    name: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class DevicePage:
    """A device, its turns and its events, newest first."""

    device: DeviceRow
    turns: tuple[TurnRow, ...]
    events: tuple[tuple[str, datetime, str, str], ...]


def fleet(viewer: Viewer, *, at: datetime) -> list[DeviceRow]:
    """Return the devices of the viewer's establishments; those that ask for something first."""
    devices = Device.objects.filter(establishment__in=guarding.places_of(viewer)).order_by("model_code", "serial", "pk")
    rows = _rows(list(devices), at)
    return sorted(rows, key=lambda one: (not one.is_silent, not one.is_overdue, one.state is not DeviceState.TO_CLEAN))


def devices_of(person_id: UUID, *, at: datetime) -> list[DeviceRow]:
    """Return the devices that a person holds now; the caller has decided."""
    held = Pairing.objects.filter(local_identity_id__in=guarding.files_of(person_id), until=None)
    return _rows(list(Device.objects.filter(pk__in=held.values("device_id")).order_by("model_code", "pk")), at)


def device_page(viewer: Viewer, device_id: UUID, *, at: datetime) -> DevicePage:
    """Return one device of an establishment of the viewer.

    Raises:
        AccessRefused: it is of another, or there is none.
    """
    device = Device.objects.filter(pk=device_id, establishment__in=guarding.places_of(viewer)).first()
    if device is None:
        raise AccessRefused
    turns = list(Pairing.objects.filter(device=device).order_by("-since", "pk"))
    names = names_of({one.local_identity_id for one in turns})
    events = DeviceEvent.objects.filter(device=device).order_by("-at", "-pk")
    return DevicePage(
        device=_rows([device], at)[0],
        turns=tuple(_turn(one, names) for one in turns),
        events=tuple((Handling(one.what).label, one.at, one.by_name, one.note) for one in events),
    )


def held_page(viewer: Viewer, held_id: UUID) -> tuple[HeldMeasure, tuple[TurnRow, ...]]:
    """Return a message that waits, and who held its device, newest first.

    Raises:
        AccessRefused: it is of another establishment, or settled.
    """
    row = HeldMeasure.objects.filter(pk=held_id, settled_at=None).first()
    if row is None or (row.establishment and row.establishment not in guarding.places_of(viewer)):
        raise AccessRefused
    turns = list(Pairing.objects.filter(device_id=row.device_id).order_by("-since", "pk")) if row.device_id else []
    names = names_of({one.local_identity_id for one in turns})
    return row, tuple(_turn(one, names) for one in turns)


def _turn(one: Pairing, names: dict[UUID, tuple[UUID, str]]) -> TurnRow:
    person_id, name = names.get(one.local_identity_id, (None, "Identité inconnue"))
    return TurnRow(one.pk, person_id, name, one.since, one.until)


def _rows(devices: list[Device], at: datetime) -> list[DeviceRow]:
    held = {one.device_id: one for one in Pairing.objects.filter(device__in=devices, until=None).order_by("pk")}
    names = names_of({one.local_identity_id for one in held.values()})
    return [_row(device, held.get(device.pk), names, at) for device in devices]


def _row(device: Device, turn: Pairing | None, names: dict[UUID, tuple[UUID, str]], at: datetime) -> DeviceRow:
    model = catalogue().models[device.model_code]
    holder = names.get(turn.local_identity_id) if turn else None
    heard = max(device.heard_at or turn.since, turn.since) if turn else device.heard_at
    return DeviceRow(
        id=device.pk,
        model=model,
        serial=device.serial,
        udi=device.udi,
        establishment=device.establishment,
        state=DeviceState(device.state),
        place=device.place,
        battery=device.battery,
        heard_at=device.heard_at,
        holder_id=holder[0] if holder else None,
        holder=holder[1] if holder else "",
        since=turn.since if turn else None,
        due_on=turn.due_on if turn else None,
        is_silent=turn is not None and heard is not None and at - heard >= model.silent,
        is_overdue=turn is not None and turn.due_on is not None and turn.due_on < timezone.localdate(at),
    )
