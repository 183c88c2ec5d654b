from django.contrib.postgres.fields import ArrayField
from django.db import models


class ExportState(models.TextChoices):
    """Where a bulk export stands. Under way: the first two."""

    WAITING = "waiting", "demandé"
    RUNNING = "running", "en cours"
    DONE = "done", "prêt"
    FAILED = "failed", "échoué"
    CANCELLED = "cancelled", "annulé"
    EXPIRED = "expired", "expiré"


class Export(models.Model):
    """A bulk export asked for: what it holds, for whom, how far it is. Its files are on disk until they expire."""

    id = models.UUIDField("identifiant", primary_key=True)
    owner = models.TextField("demandeur")
    viewer = models.JSONField("droits du demandeur")
    requested_at = models.DateTimeField("demandé le")
    request = models.TextField("adresse demandée")
    types = ArrayField(models.TextField(), verbose_name="types")
    since = models.DateTimeField("depuis", null=True)
    group = models.UUIDField("groupe", null=True)
    filters = models.JSONField("critères par type", default=dict)
    state = models.CharField("état", max_length=10, choices=ExportState.choices)
    place = models.PositiveIntegerField("rang du type en cours", default=0)
    after = models.UUIDField("dernière ressource écrite", null=True)
    finished_at = models.DateTimeField("fini le", null=True)
    expires_at = models.DateTimeField("expire le", null=True)
    reason = models.TextField("explication", blank=True, default="")

    class Meta:
        verbose_name = "export"
        verbose_name_plural = "exports"
        indexes = [models.Index(fields=["owner", "state"], name="record_export_owner")]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class ExportFile(models.Model):
    """A file of an export, and how much of it is surely written: what lies beyond is cut when the export goes on."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="files", verbose_name="export")
    type = models.TextField("type FHIR")
    number = models.PositiveIntegerField("rang")
    lines = models.PositiveIntegerField("ressources", default=0)
    size = models.BigIntegerField("taille en octets", default=0)

    class Meta:
        verbose_name = "fichier d’export"
        verbose_name_plural = "fichiers d’export"
        constraints = [models.UniqueConstraint(fields=["export", "type", "number"], name="record_export_file_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.type}-{self.number}.ndjson"
