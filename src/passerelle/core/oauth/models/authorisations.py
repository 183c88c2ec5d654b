"""What somebody allowed an application, for whom, and until they take it back."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Authorisation(models.Model):
    """One « yes » on the page of consent. Its tokens hang from it: taking it back is taking them all back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="compte")
    application = models.ForeignKey(
        "oauth2_provider.Application", models.CASCADE, related_name="authorisations", verbose_name="client OAuth"
    )
    scopes = ArrayField(models.CharField(max_length=80), verbose_name="ce qui est permis")
    patient_id = models.UUIDField("patient du lancement", null=True, blank=True)
    person_id = models.UUIDField("personne du lancement", null=True, blank=True)
    encounter_id = models.UUIDField("séjour du lancement", null=True, blank=True)
    practice_role = models.CharField("exercice : rôle", max_length=30, blank=True)
    practice_place = models.CharField("exercice : établissement", max_length=50, blank=True)
    code_digest = models.CharField("empreinte du code", max_length=64, null=True, blank=True, unique=True)
    code_used_at = models.DateTimeField("code échangé le", null=True, blank=True)
    allowed_at = models.DateTimeField("permis le")
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "autorisation"
        verbose_name_plural = "autorisations"
        indexes = [models.Index(fields=["account", "application"], name="oauth_authorisation_of")]

    def __str__(self) -> str:
        return f"{self.account_id} · {self.application_id}"


class TokenTie(models.Model):
    """Which authorisation an access token hangs from."""

    token = models.OneToOneField(
        "oauth2_provider.AccessToken", models.CASCADE, related_name="tie", verbose_name="jeton d’accès"
    )
    authorisation = models.ForeignKey(Authorisation, models.CASCADE, related_name="ties", verbose_name="autorisation")

    class Meta:
        verbose_name = "lien d’un jeton"
        verbose_name_plural = "liens de jetons"

    def __str__(self) -> str:
        return f"{self.token_id} · {self.authorisation_id}"


class LaunchTicket(models.Model):
    """What the house says to an application it opens: for whom, about whom; read once, within a minute."""

    digest = models.CharField("empreinte", primary_key=True, max_length=64)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="compte")
    application = models.ForeignKey(
        "oauth2_provider.Application", models.CASCADE, related_name="+", verbose_name="client OAuth"
    )
    patient_id = models.UUIDField("patient")
    person_id = models.UUIDField("personne")
    encounter_id = models.UUIDField("séjour", null=True, blank=True)
    expires_at = models.DateTimeField("jusqu’à")
    used_at = models.DateTimeField("lu le", null=True, blank=True)

    class Meta:
        verbose_name = "billet de lancement"
        verbose_name_plural = "billets de lancement"

    def __str__(self) -> str:
        return self.digest[:8]
