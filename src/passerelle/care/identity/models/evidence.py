"""Proofs of identity: what was shown, to whom, when. Never a copy of the document itself."""

from django.db import models
from django.db.models import Q

from passerelle.protocols.ins import EVIDENCE_RULES, CollectionMode, Situation

_LABELS = {rule.code: rule.label for rule in EVIDENCE_RULES}


class IdentityEvidence(models.Model):
    """A check of coherence between the traits of a local identity and a proof of identity.

    Only the nature of the proof, its validity and who saw it are kept. The document's image and number are not: the
    check is done when the person is there, and a store of identity cards would be a risk that nothing pays for
    (GDPR, art. 5-1 c). `is_high_trust` is what the rules of that day said.
    """

    local_identity = models.ForeignKey(
        "identity.LocalIdentity", verbose_name="identité locale", on_delete=models.PROTECT, related_name="evidences"
    )
    code = models.CharField("pièce", max_length=8, choices=sorted(_LABELS.items()))
    mode = models.CharField(
        "mode d’obtention",
        max_length=8,
        blank=True,
        default="",
        choices=[(one.value, one.label) for one in CollectionMode],
    )
    situation = models.CharField(
        "situation", max_length=16, blank=True, default="", choices=[(one.value, one.label) for one in Situation]
    )
    valid_until = models.DateField("valable jusqu’au", null=True, blank=True)
    is_high_trust = models.BooleanField("à haut niveau de confiance")
    checked_at = models.DateTimeField("contrôlée le")
    checked_by = models.UUIDField("compte", null=True, blank=True)
    checked_by_name = models.CharField("contrôlée par", max_length=200)
    source = models.CharField("origine", max_length=200, blank=True, default="")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_reason = models.CharField("raison du retrait", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "contrôle d’une pièce d’identité"
        verbose_name_plural = "contrôles de pièces d’identité"
        constraints = [
            models.UniqueConstraint(
                fields=["local_identity", "code", "mode", "valid_until"],
                condition=Q(checked_by=None) & ~Q(source="guichet"),
                nulls_distinct=False,
                name="evidence_once_by_messages",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"
