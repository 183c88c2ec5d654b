import uuid

from django.db import models


class DeclarationKind(models.TextChoices):
    """What a file declares."""

    CHANNEL = "channel", "canal"
    DESTINATION = "destination", "destination"


class Declaration(models.Model):
    """A channel or a destination, and the version in force."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("genre", max_length=12, choices=DeclarationKind.choices)
    code = models.CharField("code", max_length=60)
    current = models.PositiveIntegerField("version en vigueur")

    class Meta:
        verbose_name = "déclaration"
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="channels_code_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class Version(models.Model):
    """The text of a declaration as it was brought in; never changed, never deleted."""

    declaration = models.ForeignKey(
        Declaration, on_delete=models.PROTECT, related_name="versions", verbose_name="déclaration"
    )
    number = models.PositiveIntegerField("numéro")
    content = models.TextField("texte YAML")
    sha256 = models.CharField("empreinte", max_length=64)
    file = models.CharField("fichier", max_length=200, blank=True)
    loaded_at = models.DateTimeField("chargée le")
    author_name = models.CharField("par", max_length=200)
    note = models.TextField("motif", blank=True)
    restored_from = models.PositiveIntegerField("reprise de la version", null=True, blank=True)

    class Meta:
        verbose_name = "version"
        constraints = [models.UniqueConstraint(fields=["declaration", "number"], name="channels_version_once")]

    def __str__(self) -> str:
        return f"{self.declaration_id} v{self.number}"


class ChannelKey(models.Model):
    """A secret that opens the FHIR door of a channel: only its hash is kept."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField("canal", max_length=60)
    secret_sha256 = models.CharField("empreinte du secret", max_length=64, unique=True)
    label = models.CharField("porteur", max_length=120)
    issued_at = models.DateTimeField("émise le")
    issued_by = models.CharField("par", max_length=200)
    revoked_at = models.DateTimeField("révoquée le", null=True, blank=True)

    class Meta:
        verbose_name = "clé d’un canal"

    def __str__(self) -> str:
        return f"{self.channel} ({self.label})"


CLASSIFICATION: dict[str, dict[str, str]] = {
    "Declaration": dict.fromkeys(("id", "kind", "code", "current"), "neutral"),
    "Version": {
        "id": "neutral",
        "declaration": "neutral",
        "number": "neutral",
        "content": "neutral",
        "sha256": "neutral",
        "file": "neutral",
        "loaded_at": "neutral",
        "author_name": "identifying",
        "note": "neutral",
        "restored_from": "neutral",
    },
    "ChannelKey": {
        "id": "neutral",
        "channel": "neutral",
        "secret_sha256": "neutral",
        "label": "neutral",
        "issued_at": "neutral",
        "issued_by": "identifying",
        "revoked_at": "neutral",
    },
}
