"""What the matcher keeps: a searchable copy of each patient file, the files that wait for it, the pairs it found."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class StoredProfile(models.Model):
    """A local identity as the matcher looks it up; written by the matcher only, dropped with no loss."""

    local_identity_id = models.UUIDField("identité locale", primary_key=True)
    establishment = models.CharField("établissement", max_length=50)
    name_sound = models.CharField("clé du nom", max_length=6, blank=True, default="")
    other_sound = models.CharField("clé de l’autre nom", max_length=6, blank=True, default="")
    given_sound = models.CharField("clé du prénom", max_length=6, blank=True, default="")
    birth_date = models.DateField("date de naissance", null=True)
    birth_year = models.SmallIntegerField("année de naissance", null=True)
    birth_day = models.SmallIntegerField("jour de naissance, mois × 100 + jour", null=True)
    ins_matricule = models.CharField("matricule INS", max_length=15, blank=True, default="")
    ins_family = models.CharField("famille d’INS", max_length=8, blank=True, default="")
    is_ins_qualified = models.BooleanField("INS qualifiée", default=False)
    phone = models.CharField("téléphone", max_length=20, blank=True, default="")
    email = models.CharField("adresse électronique", max_length=254, blank=True, default="")
    mother = models.CharField("dossier de la mère", max_length=200, blank=True, default="")
    names_text = models.CharField("noms et prénoms", max_length=800, blank=True, default="")
    birth_name = models.CharField("nom de naissance", max_length=200, blank=True, default="")
    used_name = models.CharField("nom utilisé", max_length=200, blank=True, default="")
    given_names = ArrayField(models.CharField(max_length=200), verbose_name="prénoms", default=list)
    first_given = models.CharField("premier prénom", max_length=200, blank=True, default="")
    sex = models.CharField("sexe", max_length=1, blank=True, default="")
    birth_place = models.CharField("lieu de naissance (INSEE)", max_length=5, blank=True, default="")
    street = models.CharField("rue", max_length=400, blank=True, default="")
    postal_code = models.CharField("code postal", max_length=20, blank=True, default="")
    is_multiple_birth = models.BooleanField("naissance multiple", default=False)
    birth_order = models.CharField("rang de naissance", max_length=5, blank=True, default="")
    is_live_ipp = models.BooleanField("IPP en service", default=False)
    status = models.CharField("statut", max_length=5, default="PROV")
    attributes = ArrayField(models.CharField(max_length=20), verbose_name="attributs", default=list)

    class Meta:
        db_table = "matching_profile"
        verbose_name = "profil de rapprochement"
        indexes = [
            models.Index(fields=["birth_date", "name_sound"], name="matching_date_name"),
            models.Index(
                fields=["birth_date", "other_sound"], condition=~Q(other_sound=""), name="matching_date_other"
            ),
            models.Index(fields=["birth_date", "given_sound"], name="matching_date_given"),
            models.Index(fields=["name_sound", "given_sound", "birth_year"], name="matching_name_pair"),
            models.Index(
                fields=["other_sound", "given_sound", "birth_year"],
                condition=~Q(other_sound=""),
                name="matching_other_pair",
            ),
            models.Index(fields=["birth_day", "name_sound", "given_sound"], name="matching_day_pair"),
            models.Index(fields=["ins_matricule"], condition=~Q(ins_matricule=""), name="matching_ins"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="matching_phone"),
            models.Index(fields=["email"], condition=~Q(email=""), name="matching_email"),
            models.Index(fields=["mother"], condition=~Q(mother=""), name="matching_mother"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class BirthNote(models.Model):
    """What messages say of a birth beside the traits: the mother's file, a multiple birth (PID-21, PID-24, PID-25)."""

    local_identity_id = models.UUIDField("identité locale", primary_key=True)
    mother = models.CharField("dossier de la mère", max_length=200, blank=True, default="")
    is_multiple_birth = models.BooleanField("naissance multiple", default=False)
    birth_order = models.CharField("rang de naissance", max_length=5, blank=True, default="")
    told_at = models.DateTimeField("dit le")

    class Meta:
        verbose_name = "note de naissance"

    def __str__(self) -> str:
        return str(self.pk)


class Waiting(models.Model):
    """A local identity that is new, or whose traits changed: written by a trigger, in the transaction of the change."""

    id = models.BigAutoField(primary_key=True)
    local_identity_id = models.UUIDField("identité locale")
    attempts = models.SmallIntegerField("essais", db_default=0)
    not_before = models.DateTimeField("pas avant", null=True)

    class Meta:
        verbose_name = "identité à rapprocher"

    def __str__(self) -> str:
        return str(self.pk)


class PairState(models.TextChoices):
    OPEN = "open", "À décider"
    LINKED = "linked", "Liées automatiquement"
    SAME = "same", "Même personne"
    DIFFERENT = "different", "Personnes différentes"
    LAPSED = "lapsed", "Sans objet"


class Pair(models.Model):
    """Two local identities that may be one person: why, what was decided, by whom. Explanations are frozen.

    `first_id` < `second_id`. `joining_id` is what the decision joined, and how it is undone. A pair whose traits have
    changed since is proposed again in a row of its own.
    """

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    first_id = models.UUIDField("première identité")
    second_id = models.UUIDField("seconde identité")
    first_establishment = models.CharField("établissement de la première", max_length=50)
    second_establishment = models.CharField("établissement de la seconde", max_length=50)
    weight = models.FloatField("poids, en bits")
    probability = models.FloatField("probabilité")
    explanation = models.JSONField("explication")
    model_version = models.CharField("version du modèle", max_length=20)
    traits = models.CharField("empreinte des traits comparés", max_length=64)
    state = models.CharField("état", max_length=9, choices=PairState, default=PairState.OPEN)
    proposed_at = models.DateTimeField("proposée le")
    settled_at = models.DateTimeField("décidée le", null=True, blank=True)
    settled_by = models.CharField("décidée par", max_length=200, blank=True, default="")
    reason = models.CharField("motif", max_length=500, blank=True, default="")
    joining_id = models.UUIDField("rapprochement", null=True, blank=True)

    class Meta:
        verbose_name = "paire à décider"
        verbose_name_plural = "paires à décider"
        constraints = [
            models.CheckConstraint(condition=Q(first_id__lt=F("second_id")), name="pair_in_order"),
            models.UniqueConstraint(fields=["first_id", "second_id"], condition=Q(state="open"), name="pair_open_once"),
        ]
        indexes = [
            models.Index(fields=["first_id", "second_id"], name="pair_first"),
            models.Index(fields=["second_id"], name="pair_second"),
            models.Index(fields=["-probability", "id"], condition=Q(state="open"), name="pair_open"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


CLASSIFICATION: dict[str, dict[str, str]] = {
    "StoredProfile": {
        "local_identity_id": "neutral",
        "establishment": "neutral",
        "name_sound": "identifying",
        "other_sound": "identifying",
        "given_sound": "identifying",
        "birth_date": "identifying",
        "birth_year": "identifying",
        "birth_day": "identifying",
        "ins_matricule": "identifying",
        "ins_family": "neutral",
        "is_ins_qualified": "neutral",
        "phone": "identifying",
        "email": "identifying",
        "mother": "identifying",
        "names_text": "identifying",
        "birth_name": "identifying",
        "used_name": "identifying",
        "given_names": "identifying",
        "first_given": "identifying",
        "sex": "identifying",
        "birth_place": "identifying",
        "street": "identifying",
        "postal_code": "identifying",
        "is_multiple_birth": "identifying",
        "birth_order": "identifying",
        "is_live_ipp": "neutral",
        "status": "neutral",
        "attributes": "neutral",
    },
    "BirthNote": {
        "local_identity_id": "neutral",
        "mother": "identifying",
        "is_multiple_birth": "identifying",
        "birth_order": "identifying",
        "told_at": "neutral",
    },
    "Waiting": {"id": "neutral", "local_identity_id": "neutral", "attempts": "neutral", "not_before": "neutral"},
    "Pair": {
        "id": "neutral",
        "first_id": "neutral",
        "second_id": "neutral",
        "first_establishment": "neutral",
        "second_establishment": "neutral",
        "weight": "neutral",
        "probability": "neutral",
        "explanation": "identifying",
        "model_version": "neutral",
        "traits": "neutral",
        "state": "neutral",
        "proposed_at": "neutral",
        "settled_at": "neutral",
        "settled_by": "identifying",
        "reason": "neutral",
        "joining_id": "neutral",
    },
}
