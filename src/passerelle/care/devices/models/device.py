import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from passerelle.care.devices.rules.words import DeviceState, Handling, Line


class TsTzRange(Func):
    """Make a range of moments in SQL."""

    function = "TSTZRANGE"


def choices(words: type[DeviceState | Handling | Line]) -> list[tuple[str, str]]:
    return [(one.value, one.label) for one in words]


class Device(models.Model):
    """An apparatus that the house lends. `model_code` names a model of the catalogue."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    model_code = models.CharField("modèle", max_length=40)
    serial = models.CharField("numéro de série", max_length=60)
    udi = models.CharField("identifiant unique (IUD)", max_length=120, blank=True, default="")
    establishment = models.CharField("établissement", max_length=50)
    state = models.CharField("état", max_length=10, choices=choices(DeviceState), default=DeviceState.AVAILABLE.value)
    place = models.CharField("où il est", max_length=120, blank=True, default="")
    battery = models.SmallIntegerField("batterie, en %", null=True, blank=True)
    heard_at = models.DateTimeField("dernier signe de vie", null=True, blank=True)
    credential = models.CharField("empreinte du secret de connexion", max_length=200, blank=True, default="")
    registered_at = models.DateTimeField("enregistré à")

    class Meta:
        verbose_name = "appareil"
        constraints = [
            models.UniqueConstraint(fields=["model_code", "serial"], name="devices_one_serial"),
            models.CheckConstraint(
                condition=Q(battery=None) | Q(battery__gte=0, battery__lte=100), name="devices_battery_is_a_share"
            ),
        ]
        indexes = [models.Index(fields=["establishment", "state"], name="devices_fleet")]

    def __str__(self) -> str:
        return f"{self.model_code} {self.serial}"


class Pairing(models.Model):
    """A person's file holds a device over `[since, until)`: one person at a time, by constraint."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="pairings", verbose_name="appareil")
    local_identity_id = models.UUIDField("identité locale")
    establishment = models.CharField("établissement", max_length=50)
    since = models.DateTimeField("depuis")
    until = models.DateTimeField("jusqu’à", null=True, blank=True)
    due_on = models.DateField("à rendre le", null=True, blank=True)
    by_name = models.CharField("remis par", max_length=200)

    class Meta:
        verbose_name = "remise d’un appareil"
        verbose_name_plural = "remises d’appareils"
        constraints = [
            ExclusionConstraint(
                name="devices_one_person_at_a_time",
                expressions=[
                    ("device", RangeOperators.EQUAL),
                    (TsTzRange(F("since"), F("until"), RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="devices_pairing_goes_on"),
        ]
        indexes = [models.Index(fields=["local_identity_id", "since"], name="devices_pairings_of")]

    def __str__(self) -> str:
        return f"{self.device_id} {self.since:%Y-%m-%d}"


class DeviceEvent(models.Model):
    """What somebody did with a device; only added."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="events", verbose_name="appareil")
    what = models.CharField("quoi", max_length=10, choices=choices(Handling))
    at = models.DateTimeField("quand")
    by_account = models.UUIDField("compte", null=True, blank=True)
    by_name = models.CharField("par", max_length=200)
    note = models.CharField("précision", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "événement d’un appareil"
        verbose_name_plural = "événements d’un appareil"
        indexes = [models.Index(fields=["device", "at"], name="devices_events_of")]

    def __str__(self) -> str:
        return f"{self.what} {self.device_id}"


class Recipient(models.Model):
    """Whom an establishment tells of alerts, line by line: an address that holds no name of a patient."""

    establishment = models.CharField("établissement", max_length=50)
    line = models.CharField("ligne", max_length=6, choices=choices(Line))
    label = models.CharField("qui", max_length=120)
    channel = models.CharField("par", max_length=5, choices=[("email", "Courriel"), ("sms", "SMS")])
    address = models.CharField("adresse ou numéro", max_length=254)
    by_name = models.CharField("inscrit par", max_length=200)
    added_at = models.DateTimeField("depuis")
    removed_at = models.DateTimeField("retiré à", null=True, blank=True)

    class Meta:
        verbose_name = "destinataire des alertes"
        verbose_name_plural = "destinataires des alertes"
        indexes = [models.Index(fields=["establishment", "line"], name="devices_recipients")]

    def __str__(self) -> str:
        return f"{self.line} {self.label}"
