from datetime import date

from django.db import models

from passerelle.core.directory.models.territory import Establishment, Site, Unit
from passerelle.protocols.pamfr import PlaceKind

_LABELS = {
    PlaceKind.LEGAL_ENTITY: "Entité juridique",
    PlaceKind.SITE: "Entité géographique",
    PlaceKind.CLUSTER: "Pôle",
    PlaceKind.DEPARTMENT: "Service",
    PlaceKind.UNIT: "Unité fonctionnelle",
    PlaceKind.LODGING: "Unité d’hébergement",
    PlaceKind.ROOM: "Chambre",
    PlaceKind.BED: "Lit",
}


class Place(models.Model):
    """A place as its hospital describes it in a structure message (MFN^M05); closed, never deleted.

    `parents` are pairs (kind, code): a place may come before the one it lies in. `site` and `unit` are the rows of the
    directory that it stands for, when it is a site or a functional unit.
    """

    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="places", verbose_name="établissement"
    )
    kind = models.CharField("niveau", max_length=10, choices=[(kind.value, _LABELS[kind]) for kind in PlaceKind])
    code = models.CharField("code", max_length=60)
    label = models.CharField("libellé", max_length=200, blank=True)
    short_label = models.CharField("libellé court", max_length=100, blank=True)
    parents = models.JSONField("lieux qui le contiennent", default=list, blank=True)
    finess = models.CharField("FINESS", max_length=20, blank=True)
    city = models.CharField("ville", max_length=80, blank=True)
    opened_on = models.DateField("ouvert le", null=True, blank=True)
    closed_on = models.DateField("fermé à partir du", null=True, blank=True)
    characteristics = models.JSONField("autres caractéristiques", default=dict, blank=True)
    source = models.CharField("message", max_length=60)
    told_at = models.DateTimeField("dit le")
    site = models.ForeignKey(Site, models.PROTECT, related_name="places", verbose_name="site", null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="places", verbose_name="unité", null=True, blank=True)

    class Meta:
        verbose_name = "lieu"
        verbose_name_plural = "lieux"
        constraints = [
            models.UniqueConstraint(fields=["establishment", "kind", "code"], name="directory_place_once"),
        ]

    def __str__(self) -> str:
        return self.label or self.code

    def is_open(self, on: date) -> bool:
        """Tell whether it is in use on a day."""
        return (self.opened_on is None or self.opened_on <= on) and (self.closed_on is None or on < self.closed_on)


class PlaceChange(models.TextChoices):
    CREATED = "cree", "Créé"
    UPDATED = "modifie", "Modifié"
    CLOSED = "ferme", "Fermé"
    REOPENED = "rouvert", "Rouvert"


class PlaceVersion(models.Model):
    """What a place became by a message; only added to."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="versions", verbose_name="lieu")
    told_at = models.DateTimeField("dit le")
    change = models.CharField("changement", max_length=10, choices=PlaceChange.choices)
    label = models.CharField("libellé", max_length=200, blank=True)
    parents = models.JSONField("lieux qui le contiennent", default=list, blank=True)
    opened_on = models.DateField("ouvert le", null=True, blank=True)
    closed_on = models.DateField("fermé à partir du", null=True, blank=True)
    source = models.CharField("message", max_length=60)

    class Meta:
        verbose_name = "version d’un lieu"
        verbose_name_plural = "versions de lieux"
        indexes = [models.Index(fields=["place", "-told_at"], name="directory_place_history")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.change}"
