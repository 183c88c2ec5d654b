"""A local identity is one patient file of one establishment."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class StatusRniv(models.TextChoices):
    PROVISOIRE = "PROV", "Provisoire"
    VALIDEE = "VALI", "Validée"
    RECUPEREE = "RECUP", "Récupérée"
    QUALIFIEE = "QUAL", "Qualifiée"


class LocalIdentity(models.Model):
    """A patient as one establishment knows them.

    `trait_moments` keeps, for each trait, the moment of the event that gave it, so that an older message arriving late
    never overwrites newer traits. An identity merged into another keeps its row and names its survivor.
    """

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    establishment = models.ForeignKey(
        "directory.Establishment",
        verbose_name="établissement",
        to_field="code",
        on_delete=models.PROTECT,
        db_index=False,
    )
    ipp = models.CharField("IPP", max_length=50, blank=True, default="")
    authority = models.CharField("autorité d’affectation", max_length=100, blank=True, default="")
    authority_namespace = models.CharField("espace de noms de l’autorité", max_length=100, blank=True, default="")
    authority_oid = models.CharField("identifiant universel de l’autorité", max_length=100, blank=True, default="")
    status = models.CharField("statut", max_length=5, choices=StatusRniv, default=StatusRniv.PROVISOIRE)
    attributes = ArrayField(models.CharField(max_length=20), verbose_name="attributs", default=list, blank=True)
    birth_name = models.CharField("nom de naissance", max_length=200, blank=True, default="")
    used_name = models.CharField("nom utilisé", max_length=200, blank=True, default="")
    given_names = ArrayField(models.CharField(max_length=200), verbose_name="prénoms de naissance", default=list)
    first_given = models.CharField("premier prénom", max_length=200, blank=True, default="")
    birth_date = models.DateField("date de naissance", null=True, blank=True)
    sex = models.CharField("sexe", max_length=1, blank=True, default="")
    birth_place = models.CharField("lieu de naissance (INSEE)", max_length=5, blank=True, default="")
    address = models.JSONField("adresse", default=dict, blank=True)
    phone = models.CharField("téléphone", max_length=50, blank=True, default="")
    email = models.CharField("adresse électronique", max_length=254, blank=True, default="")
    deceased_at = models.DateTimeField("décès", null=True, blank=True)
    trait_moments = models.JSONField("moment de chaque trait", default=dict, blank=True)
    search_name = models.CharField("noms normalisés", max_length=800, blank=True, default="")
    ins_matricule = models.CharField("matricule INS", max_length=15, blank=True, default="")
    ins_oid = models.CharField("OID de l’INS", max_length=40, blank=True, default="")
    ins_family = models.CharField("famille d’INS", max_length=8, blank=True, default="")
    ins_key_ok = models.BooleanField("clé de l’INS juste", default=False)
    superseded_by = models.ForeignKey(
        "self",
        verbose_name="remplacée par",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="aliases",
        db_index=False,
    )
    created_at = models.DateTimeField("créée le")
    updated_at = models.DateTimeField("modifiée le")

    class Meta:
        verbose_name = "identité locale"
        verbose_name_plural = "identités locales"
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "authority", "ipp"], condition=~Q(ipp=""), name="local_identity_one_per_ipp"
            ),
            models.UniqueConstraint(
                fields=["establishment", "ins_family", "ins_matricule"],
                condition=Q(ipp="") & ~Q(ins_matricule=""),
                name="local_identity_one_per_ins_without_ipp",
            ),
            models.CheckConstraint(condition=~Q(superseded_by=models.F("id")), name="local_identity_not_its_own_alias"),
        ]
        indexes = [
            GinIndex(fields=["search_name"], opclasses=["gin_trgm_ops"], name="local_identity_name"),
            models.Index(fields=["ins_matricule"], condition=~Q(ins_matricule=""), name="local_identity_ins"),
            models.Index(fields=["birth_date"], name="local_identity_birth"),
            models.Index(fields=["ipp"], condition=~Q(ipp=""), name="local_identity_ipp"),
            models.Index(
                fields=["superseded_by"], condition=Q(superseded_by__isnull=False), name="local_identity_aliases"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Identifier(models.Model):
    """Any number a source gave for a local identity, current or former."""

    local_identity = models.ForeignKey(
        LocalIdentity,
        verbose_name="identité locale",
        on_delete=models.CASCADE,
        related_name="identifiers",
        db_index=False,  # `identifier_once` begins with it
    )
    type = models.CharField("type", max_length=20, blank=True, default="")
    namespace = models.CharField("espace de noms", max_length=100, blank=True, default="")
    universal_id = models.CharField("identifiant universel", max_length=100, blank=True, default="")
    value = models.CharField("valeur", max_length=100)
    is_current = models.BooleanField("en cours", default=True)

    class Meta:
        verbose_name = "identifiant"
        constraints = [
            models.UniqueConstraint(
                fields=["local_identity", "type", "universal_id", "namespace", "value"], name="identifier_once"
            ),
        ]
        indexes = [models.Index(fields=["value"], name="identifier_value")]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


class Merge(models.Model):
    """One local identity was declared to be another one of the same establishment. Undone, never erased."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    survivor = models.ForeignKey(
        LocalIdentity, verbose_name="identité conservée", on_delete=models.PROTECT, related_name="merges_won"
    )
    victim = models.ForeignKey(
        LocalIdentity, verbose_name="identité absorbée", on_delete=models.PROTECT, related_name="merges_lost"
    )
    victim_person = models.ForeignKey(
        "identity.Person", verbose_name="personne de l’absorbée, avant", on_delete=models.PROTECT, related_name="+"
    )
    survivor_person = models.ForeignKey(
        "identity.Person", verbose_name="personne de la conservée, avant", on_delete=models.PROTECT, related_name="+"
    )
    merged_at = models.DateTimeField("fusionnée le")
    source = models.CharField("origine", max_length=200, blank=True, default="")
    undone_at = models.DateTimeField("annulée le", null=True, blank=True)
    undone_reason = models.CharField("raison de l’annulation", max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "fusion"
        constraints = [
            models.UniqueConstraint(fields=["victim"], condition=Q(undone_at=None), name="merge_one_open_per_victim"),
            models.CheckConstraint(condition=~Q(victim=models.F("survivor")), name="merge_not_onto_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.victim_id} → {self.survivor_id}"
