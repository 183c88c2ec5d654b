"""FHIR resources kept whole as text, beside the typed columns a search needs.

The three tables are hash-partitioned by local identity (migration 0002 creates them), so that a row of a patient lives
with the patient's other rows. They are read and written through the Django connection by plain SQL; the models declare
their columns to Django, to the tests' flush and to the classification.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Resource(models.Model):
    """The current version of a resource. Never edited in place: `Version` receives what it replaces."""

    pk = models.CompositePrimaryKey("type", "id", "local_identity_id")
    type = models.TextField("type FHIR")
    id = models.UUIDField("identifiant")
    local_identity_id = models.UUIDField("identité locale")
    version = models.IntegerField("version")
    last_updated = models.DateTimeField("dernière écriture")
    source = models.TextField("origine")
    body = models.TextField("ressource")
    deleted = models.BooleanField("supprimée", default=False)
    establishment = models.TextField("établissement")
    status = models.TextField("statut", null=True)  # noqa: DJ001 - null is « not said », as in the standard's :missing
    class_code = models.TextField("classe", null=True)  # noqa: DJ001 - as above
    codes = ArrayField(models.TextField(), verbose_name="codes", null=True)
    categories = ArrayField(models.TextField(), verbose_name="catégories", null=True)
    date_start = models.DateTimeField("début", null=True)
    date_end = models.DateTimeField("fin", null=True)
    identifiers = ArrayField(models.TextField(), verbose_name="identifiants", null=True)
    encounter = models.UUIDField("séjour", null=True)
    security = ArrayField(models.TextField(), verbose_name="confidentialité", null=True)
    names = models.TextField("noms normalisés", null=True)  # noqa: DJ001 - as above
    birth_date = models.DateField("date de naissance", null=True)
    gender = models.TextField("sexe", null=True)  # noqa: DJ001 - as above
    number_value = models.FloatField("valeur", null=True)
    terms = ArrayField(models.BigIntegerField(), verbose_name="termes cherchés", null=True)
    extras = models.JSONField("valeurs comparées", null=True)

    class Meta:
        db_table = "record_resource"
        verbose_name = "ressource"

    def __str__(self) -> str:
        return f"{self.type}/{self.id}"


class Version(models.Model):
    """A version that a newer one replaced."""

    pk = models.CompositePrimaryKey("type", "id", "version", "local_identity_id")
    type = models.TextField("type FHIR")
    id = models.UUIDField("identifiant")
    local_identity_id = models.UUIDField("identité locale")
    version = models.IntegerField("version")
    last_updated = models.DateTimeField("écriture")
    source = models.TextField("origine")
    body = models.TextField("ressource")
    deleted = models.BooleanField("supprimée", default=False)

    class Meta:
        db_table = "record_version"
        verbose_name = "version"

    def __str__(self) -> str:
        return f"{self.type}/{self.id}/_history/{self.version}"


class Content(models.Model):
    """The bytes of a document, compressed; `size` and `sha256` are those of the bytes before compression."""

    pk = models.CompositePrimaryKey("id", "local_identity_id")
    id = models.UUIDField("identifiant")
    local_identity_id = models.UUIDField("identité locale")
    mime = models.TextField("type MIME")
    sha256 = models.BinaryField("empreinte")
    body = models.BinaryField("contenu compressé")
    size = models.IntegerField("taille en octets")
    stored_at = models.DateTimeField("écrit le")

    class Meta:
        db_table = "record_content"
        verbose_name = "contenu"

    def __str__(self) -> str:
        return f"Binary/{self.id}"
