"""Remote monitoring in the demonstration: patients followed, devices at home, measures, alerts in every state.

Everybody and everything is invented, the models of devices too.
"""

import random
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.devices import api as devices
from passerelle.care.devices.models import Device, DeviceEvent, Monitoring, Pairing, Threshold
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import AccessRefused, Viewer

_PLACE, _CLINICIAN, _PATIENT, _CARER = "aphm", "clinicien", "patient", "parent"
_DAYS: Final = 24
_BEGAN: Final = timedelta(days=_DAYS + 2)


@dataclass(frozen=True, slots=True)
class _Life:
    """A patient followed: protocol, devices, how values drift at the end, until how many days ago devices spoke."""

    protocol: str
    team: str
    models: tuple[str, ...]
    drift: Mapping[str, float] = field(default_factory=dict)
    spoke_until: int = 0
    is_overdue: bool = False


_LIVES: Final = (
    _Life("hypertension", "Cardiologie à distance", ("tensio-bras", "balance"), {"8480-6": 2}),
    _Life("insuffisance-cardiaque", "Cardiologie à distance", ("balance", "tensio-bras"), {"29463-7": 3.2}),
    _Life("diabete", "Diabétologie à distance", ("glucometre",), {"41653-7": -0.6}),
    _Life("insuffisance-respiratoire", "Pneumologie à distance", ("oxymetre", "thermometre"), {"59408-5": -8}),
    _Life("mieux-vieillir-chez-soi", "Gériatrie à domicile", ("podometre", "balance"), spoke_until=5),
    _Life("hypertension", "Cardiologie à distance", ("tensio-bras",), is_overdue=True),
)
_DONE: Final = "Appelé au téléphone\u00a0: va bien, mesure refaite. Texte fictif, pour la démonstration."


def follow_at_home(*, at: datetime) -> int:
    """Follow some patients of the clinician of the cast from afar; return how many. Nothing is planted twice."""
    clinician = _viewer(_CLINICIAN, at)
    if clinician is None or Device.objects.exists():
        return 0
    chance = random.Random(20261122)  # noqa: S311 - invented measures
    jeanne = _viewer(_PATIENT, at)
    persons = [jeanne.person_id] if jeanne is not None and jeanne.person_id else []
    persons += [one for one in _left_hospital(at) if one not in persons]
    followed = 0
    for person_id in dict.fromkeys(persons):
        if followed == len(_LIVES):
            break
        with suppress(AccessRefused):
            _follow(person_id, _LIVES[followed], clinician, at)
            _live(person_id, _LIVES[followed], chance, at)
            followed += 1
    if followed:
        _spare_fleet(clinician, at)
        _people_told(clinician, at)
        devices.follow(at=at - timedelta(hours=3))
        devices.follow(at=at)
        _answer_some(clinician, at)
    if jeanne is not None and followed:
        _show_to_carer(jeanne, at)
    return followed


def _viewer(code: str, at: datetime) -> Viewer | None:
    account = access.persona_account(code)
    return access.viewer_of(account, on=timezone.localdate(at), second_factor=True) if account is not None else None


def _left_hospital(at: datetime) -> list[UUID]:
    """Return persons who left the hospital of the cast in the last weeks, the latest first."""
    since = (at - timedelta(days=40)).date().isoformat()
    params = {"date": [f"ge{since}"], "status": ["finished"]}
    rows = record.search("Encounter", params, count=500, sort="-date").rows
    files = [one.local_identity_id for one in rows if one.establishment == _PLACE]
    persons = identity.persons_of(files)
    return list(dict.fromkeys(persons[one] for one in files if one in persons))


def _follow(person_id: UUID, life: _Life, clinician: Viewer, at: datetime) -> None:
    """Begin to follow and lend, then put that in the past: nobody was there to press the buttons."""
    prescription = devices.Prescription(_PLACE, life.team, "04 00 00 00 00", life.protocol)
    monitoring = devices.begin_monitoring(person_id=person_id, prescription=prescription, by=clinician, at=at)
    began = at - _BEGAN
    Monitoring.objects.filter(pk=monitoring.pk).update(since=began)
    Threshold.objects.filter(monitoring=monitoring).update(since=began)
    due_on = timezone.localdate(at) + timedelta(days=-2 if life.is_overdue else 60)
    for model in life.models:
        device = _new_device(model, clinician, began)
        pairing = devices.pair(device_id=device.pk, person_id=person_id, due_on=due_on, by=clinician, at=at)
        Pairing.objects.filter(pk=pairing.pk).update(since=began)
        DeviceEvent.objects.filter(device=device).update(at=began)


def _new_device(model: str, clinician: Viewer, at: datetime) -> Device:
    serial = f"DEMO-{Device.objects.count() + 1:03d}"
    device, _ = devices.register_device(
        model_code=model, serial=serial, udi="", establishment=_PLACE, by=clinician, at=at
    )
    return device


def _live(person_id: UUID, life: _Life, chance: random.Random, at: datetime) -> None:
    """Send what the devices of a person measured, days together but for the last ones."""
    held = Device.objects.filter(pairings__local_identity_id__in=devices.files_of(person_id)).order_by("pk")
    for first, last in ((_DAYS, 5), *((day, day - 1) for day in range(5, life.spoke_until, -1))):
        arrivals = [
            devices.Arrival(device.pk, raw, sent_at)
            for device in held
            for day in range(first, max(last, life.spoke_until), -1)
            for raw, sent_at in _messages_of(device, life, day, chance, at)
        ]
        if arrivals:
            devices.take(arrivals)


def _messages_of(
    device: Device, life: _Life, day: int, chance: random.Random, at: datetime
) -> Iterator[tuple[bytes, datetime]]:
    model = devices.catalogue().models[device.model_code]
    share = max(0.0, (4 - day) / 4)  # the drift comes in the last three days
    for turn in range(max(1, int(timedelta(days=1) / model.every))):
        measured_at = at - timedelta(days=day - 1, hours=1 + 8 * turn, minutes=chance.randrange(50))
        drift = {code: change * share for code, change in life.drift.items()}
        values: dict[str, Decimal] = devices.draw(model.kind, chance, drift=drift)
        raw = devices.as_message(
            values,
            devices.catalogue(),
            measured_at=measured_at,
            sent_at=measured_at + timedelta(seconds=20),
            battery=max(15, 95 - (_DAYS - day) * 2) if model.has_battery else None,
        )
        yield raw, measured_at + timedelta(seconds=21)


def _spare_fleet(clinician: Viewer, at: datetime) -> None:
    """Leave devices ready, to clean and lost, and messages that wait for a person."""
    for model in ("tensio-bras", "balance", "oxymetre"):
        device = _new_device(model, clinician, at - _BEGAN)
        devices.place_device(device_id=device.pk, place="Armoire de la télésurveillance", by=clinician, at=at)
    overdue = Pairing.objects.filter(until=None, due_on__lt=timezone.localdate(at)).order_by("pk").first()
    sender = overdue or Pairing.objects.order_by("pk").first()
    if sender is None:
        return
    kind = devices.catalogue().models[Device.objects.get(pk=sender.device_id).model_code].kind
    chance = random.Random(7)  # noqa: S311 - an invented measure
    ahead = devices.message_of(kind, chance, measured_at=at + timedelta(hours=5), sent_at=at + timedelta(hours=5))
    moments = {"measured_at": at - timedelta(hours=2), "sent_at": at - timedelta(hours=2)}
    impossible = devices.as_message({"8480-6": Decimal(128), "8462-4": Decimal(7)}, devices.catalogue(), **moments)
    devices.take([devices.Arrival(sender.device_id, one, at) for one in (ahead, impossible, b"\\x00 signal perdu")])


def _people_told(clinician: Viewer, at: datetime) -> None:
    for line, label, address in (
        ("first", "Infirmière de télésurveillance", "premiere-ligne@exemple.invalid"),
        ("second", "Cadre de garde", "garde@exemple.invalid"),
        ("pilot", "Pilote de la filière cardiologie", "pilote@exemple.invalid"),
    ):
        devices.add_recipient(
            establishment=_PLACE, line=line, label=label, channel="email", address=address, by=clinician, at=at
        )


def _answer_some(clinician: Viewer, at: datetime) -> None:
    """Take an alert, close another: the others wait."""
    waiting = devices.open_alerts(clinician, at=at)
    if len(waiting) > 1:
        devices.take_alert(alert_id=waiting[1].id, by=clinician, at=at)
    if len(waiting) > 2:
        devices.close_alert(alert_id=waiting[-1].id, closing=devices.Closing.CALLED, done=_DONE, by=clinician, at=at)


def _show_to_carer(jeanne: Viewer, at: datetime) -> None:
    """Let the parent of the cast see the measures of the patient of the cast."""
    carer = _viewer(_CARER, at)
    if carer is None or carer.person_id is None or jeanne.person_id is None:
        return
    who = consent.Acting(jeanne, jeanne.person_id, consent.Door.SELF)
    code = devices.open_share(who=who, label="Nadine, ma nièce", at=at)
    with suppress(devices.CodeUnknown):
        devices.accept_share(carer_id=carer.person_id, code=code, at=at)
