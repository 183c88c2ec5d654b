"""Files as they are kept, made safe; and those that were refused, for a human to see."""

import uuid

from django.db import models

CLASSIFICATION: dict[str, dict[str, str]] = {
    "StoredFile": {
        "id": "neutral",
        "owner_kind": "neutral",
        "owner_id": "neutral",
        "mime": "neutral",
        "size": "neutral",
        "sha256": "neutral",
        "received_sha256": "neutral",
        "width": "neutral",
        "height": "neutral",
        "pages": "neutral",
        "hints": "neutral",
        "kept_at": "neutral",
        "kept_by": "neutral",
        "kept_by_name": "identifying",
    },
    "StoredContent": {"id": "neutral", "file": "neutral", "content": "health"},
    "RefusedFile": {
        "id": "neutral",
        "owner_kind": "neutral",
        "owner_id": "neutral",
        "reason": "neutral",
        "why": "neutral",
        "size": "neutral",
        "sha256": "neutral",
        "content": "health",
        "refused_at": "neutral",
        "refused_by": "neutral",
        "refused_by_name": "identifying",
    },
}


class StoredFile(models.Model):
    """A file made safe, of one owner: a package's row, named by its kind and id. Its bytes are apart."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    owner_kind = models.CharField("à quoi il appartient", max_length=40)
    owner_id = models.UUIDField("à qui il appartient")
    mime = models.CharField("type", max_length=40)
    size = models.PositiveIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte", max_length=64)
    received_sha256 = models.CharField("empreinte du fichier reçu", max_length=64)
    width = models.PositiveIntegerField("largeur", default=0)
    height = models.PositiveIntegerField("hauteur", default=0)
    pages = models.PositiveIntegerField("pages", default=1)
    hints = models.JSONField("conseils", default=list, blank=True)
    kept_at = models.DateTimeField("gardé le")
    kept_by = models.UUIDField("compte", null=True, blank=True)
    kept_by_name = models.CharField("déposé par", max_length=200)

    class Meta:
        verbose_name = "fichier déposé"
        verbose_name_plural = "fichiers déposés"
        indexes = [models.Index(fields=["owner_kind", "owner_id", "kept_at"], name="files_of_owner")]

    def __str__(self) -> str:
        return str(self.pk)


class StoredContent(models.Model):
    """The bytes of a kept file; apart, so that a list of files never reads them."""

    file = models.OneToOneField(StoredFile, verbose_name="fichier", on_delete=models.CASCADE, related_name="held")
    content = models.BinaryField("contenu")

    class Meta:
        verbose_name = "contenu d’un fichier"
        verbose_name_plural = "contenus de fichiers"

    def __str__(self) -> str:
        return str(self.file_id)


class RefusedFile(models.Model):
    """A file that could not be made safe: why, and its bytes for a human to see. Never served to a browser."""

    owner_kind = models.CharField("à quoi il était destiné", max_length=40)
    owner_id = models.UUIDField("à qui il était destiné")
    reason = models.CharField("raison", max_length=20)
    why = models.CharField("explication", max_length=400)
    size = models.PositiveIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte", max_length=64)
    content = models.BinaryField("contenu", null=True, blank=True)
    refused_at = models.DateTimeField("refusé le")
    refused_by = models.UUIDField("compte", null=True, blank=True)
    refused_by_name = models.CharField("déposé par", max_length=200)

    class Meta:
        verbose_name = "fichier refusé"
        verbose_name_plural = "fichiers refusés"
        indexes = [models.Index(fields=["refused_at"], name="files_refused_at")]

    def __str__(self) -> str:
        return f"{self.reason} {self.pk}"
