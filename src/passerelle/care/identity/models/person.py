"""A person is a set of local identities; the set may change, its history does not."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q


class Person(models.Model):
    """Someone, known by one or several establishments. At most one qualified INS, and one person per qualified INS."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    ins_family = models.CharField("famille d’INS", max_length=8, blank=True, default="")
    ins_matricule = models.CharField("matricule INS", max_length=15, blank=True, default="")
    created_at = models.DateTimeField("créée le")

    class Meta:
        verbose_name = "personne"
        constraints = [
            models.UniqueConstraint(
                fields=["ins_family", "ins_matricule"],
                condition=~Q(ins_matricule=""),
                name="person_one_per_ins",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class MembershipReason(models.TextChoices):
    CREATED = "created", "première venue"
    INS = "ins", "INS qualifiée"
    MANUAL = "manual", "décision d’identitovigilance"
    MERGE = "merge", "fusion"
    UNMERGE = "unmerge", "fusion annulée"
    JOIN = "join", "rapprochement décidé"
    UNJOIN = "unjoin", "rapprochement annulé"


DECIDED_BY_HUMANS = frozenset({MembershipReason.MANUAL, MembershipReason.JOIN})


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        return self.filter(until=None)


class Membership(models.Model):
    """A local identity belonged to a person over `[since, until)`; open while `until` is null."""

    local_identity = models.ForeignKey(
        "identity.LocalIdentity",
        verbose_name="identité locale",
        on_delete=models.PROTECT,
        related_name="memberships",
        db_index=False,  # `membership_one_person_at_a_time` begins with it
    )
    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.PROTECT, related_name="memberships", db_index=False
    )
    since = models.DateTimeField("depuis")
    until = models.DateTimeField("jusqu’à", null=True, blank=True)
    reason = models.CharField("raison", max_length=8, choices=MembershipReason)
    source = models.CharField("origine", max_length=200, blank=True, default="")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "appartenance"
        constraints = [
            ExclusionConstraint(
                name="membership_one_person_at_a_time",
                expressions=[
                    ("local_identity", RangeOperators.EQUAL),
                    (
                        TsTzRange(F("since"), F("until"), RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.UniqueConstraint(fields=["local_identity"], condition=Q(until=None), name="membership_one_current"),
        ]
        indexes = [models.Index(fields=["person"], name="membership_person")]

    def __str__(self) -> str:
        return f"{self.local_identity_id} → {self.person_id}"


class Joining(models.Model):
    """Somebody decided that two local identities are the same person. Undone, never erased; `left` is the lesser id."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    left = models.ForeignKey(
        "identity.LocalIdentity", verbose_name="une identité", on_delete=models.PROTECT, related_name="joined_as_left"
    )
    right = models.ForeignKey(
        "identity.LocalIdentity", verbose_name="l’autre", on_delete=models.PROTECT, related_name="joined_as_right"
    )
    joined_at = models.DateTimeField("rapprochées le")
    source = models.CharField("origine", max_length=200, blank=True, default="")
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)
    undone_reason = models.CharField("raison de l’annulation", max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "rapprochement"
        constraints = [
            models.UniqueConstraint(
                fields=["left", "right"], condition=Q(undone_at=None), name="joining_one_open_per_pair"
            ),
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="joining_lesser_id_first"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} = {self.right_id}"
