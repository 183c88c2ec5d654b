import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet


class BodyFamily(models.TextChoices):
    DECISION = "decision", "Décision"
    OPINION = "opinion", "Avis"
    CONSULTATIVE = "consultative", "Consultation"
    SUPPORT = "support", "Appui"


class Body(models.Model):
    code = models.SlugField("code", primary_key=True)
    name = models.CharField("nom", max_length=160)
    short_name = models.CharField("nom court", max_length=60)
    family = models.CharField("famille", max_length=12, choices=BodyFamily.choices)
    purpose = models.TextField("rôle")
    composition = models.TextField("composition", blank=True, default="")
    circuit_step = models.PositiveSmallIntegerField("étape du circuit de décision", null=True, blank=True)
    is_statutory = models.BooleanField("prévue par les textes", null=True)
    rank = models.PositiveSmallIntegerField("rang de présentation")
    vote_parameters = models.CharField("paramètres de vote", max_length=80, blank=True, default="")
    voting_roles = models.JSONField("rôles d’établissement votants", default=list, blank=True)
    tie = models.CharField("partage des voix", max_length=10, blank=True, default="")
    source = models.CharField("source", max_length=200)

    class Meta:
        verbose_name = "instance"
        verbose_name_plural = "instances"

    def __str__(self) -> str:
        return self.name


class MandateQuerySet(QuerySet["Mandate"]):
    def held_on(self, day: object) -> "MandateQuerySet":
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


class Mandate(models.Model):
    body = models.ForeignKey(Body, models.PROTECT, related_name="mandates", verbose_name="instance")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="mandates", verbose_name="compte"
    )
    establishment = models.ForeignKey(
        "directory.Establishment", models.PROTECT, related_name="+", verbose_name="établissement"
    )
    person_name = models.CharField("personne", max_length=120)
    function = models.CharField("fonction", max_length=160)
    is_voting = models.BooleanField("avec voix délibérative")
    starts_on = models.DateField("depuis le")
    ends_on = models.DateField("jusqu’au (exclu)", null=True, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = "mandat"
        verbose_name_plural = "mandats"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="governance_mandate_period"
            ),
            models.UniqueConstraint(
                fields=["body", "establishment", "function", "starts_on"], name="governance_mandate_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_name}, {self.function}"


class SessionState(models.TextChoices):
    CONVENED = "convened", "Convoquée"
    OPEN = "open", "Ouverte"
    CLOSED = "closed", "Close"


class Session(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, models.PROTECT, related_name="sessions", verbose_name="instance")
    starts_at = models.DateTimeField("début")
    place = models.CharField("lieu", max_length=160, blank=True, default="")
    is_remote = models.BooleanField("à distance possible", default=False)
    state = models.CharField("état", max_length=10, choices=SessionState.choices, default=SessionState.CONVENED)
    is_simulated = models.BooleanField("simulée pour la démonstration", default=False)

    class Meta:
        verbose_name = "séance"
        verbose_name_plural = "séances"
        constraints = [
            models.UniqueConstraint(fields=["body", "starts_at"], name="governance_session_once"),
        ]

    def __str__(self) -> str:
        return f"{self.body_id}, {self.starts_at}"


class Attendance(models.Model):
    """An establishment present at a session, in the room or by voting from afar."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendances", verbose_name="séance")
    establishment = models.ForeignKey(
        "directory.Establishment", models.PROTECT, related_name="+", verbose_name="établissement"
    )
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="attendances", verbose_name="mandat")
    arrived_at = models.DateTimeField("arrivée")

    class Meta:
        verbose_name = "présence"
        verbose_name_plural = "présences"
        constraints = [
            models.UniqueConstraint(fields=["session", "establishment"], name="governance_attendance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}, {self.establishment_id}"


class AgendaItem(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, models.PROTECT, related_name="items", verbose_name="séance")
    order = models.PositiveSmallIntegerField("rang")
    title = models.CharField("intitulé", max_length=200)
    summary = models.TextField("exposé", blank=True, default="")
    subject_kind = models.SlugField("nature du sujet", blank=True, default="")
    subject_id = models.CharField("identifiant du sujet", max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "point de l’ordre du jour"
        verbose_name_plural = "points de l’ordre du jour"
        constraints = [
            models.UniqueConstraint(fields=["session", "order"], name="governance_item_order_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Ballot(models.Model):
    """A vote on one item. Rule, electorate and papers are frozen when it opens (trigger in 0002)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.OneToOneField(AgendaItem, models.PROTECT, related_name="ballot", verbose_name="point")
    opened_at = models.DateTimeField("ouverture")
    closed_at = models.DateTimeField("clôture", null=True, blank=True)
    rule = models.JSONField("règle appliquée")
    electorate = models.JSONField("établissements votants")
    exhibit_json = models.TextField("pièces figées")
    exhibit_sha256 = models.CharField("empreinte des pièces", max_length=64)

    class Meta:
        verbose_name = "scrutin"
        verbose_name_plural = "scrutins"
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")), name="governance_ballot_period"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class VoteChoice(models.TextChoices):
    FOR = "for", "Pour"
    AGAINST = "against", "Contre"
    ABSTAIN = "abstain", "Abstention"


class Vote(models.Model):
    """The one vote of an establishment. Never changed, never removed (trigger in 0002)."""

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="votes", verbose_name="scrutin")
    establishment = models.ForeignKey(
        "directory.Establishment", models.PROTECT, related_name="+", verbose_name="établissement"
    )
    choice = models.CharField("vote", max_length=10, choices=VoteChoice.choices)
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="votes", verbose_name="mandat")
    by_name = models.CharField("exprimé par", max_length=160)
    cast_at = models.DateTimeField("exprimé à")

    class Meta:
        verbose_name = "vote"
        verbose_name_plural = "votes"
        constraints = [
            models.UniqueConstraint(fields=["ballot", "establishment"], name="governance_one_vote_an_establishment"),
            models.CheckConstraint(condition=Q(choice__in=VoteChoice.values), name="governance_vote_choice"),
        ]

    def __str__(self) -> str:
        return f"{self.ballot_id}, {self.establishment_id}"


class DecisionOutcome(models.TextChoices):
    ADOPTED = "adopted", "Adopté"
    REJECTED = "rejected", "Rejeté"


class Decision(models.Model):
    """A line of the register. Never changed, never removed (trigger in 0002)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField("numéro", max_length=40, unique=True)
    item = models.OneToOneField(AgendaItem, models.PROTECT, related_name="decision", verbose_name="point")
    outcome = models.CharField("issue", max_length=10, choices=DecisionOutcome.choices)
    tally = models.JSONField("décompte")
    explanation = models.TextField("motif")
    exhibit_json = models.TextField("pièces figées")
    exhibit_sha256 = models.CharField("empreinte des pièces", max_length=64)
    decided_at = models.DateTimeField("prise le")

    class Meta:
        verbose_name = "décision"
        verbose_name_plural = "décisions"

    def __str__(self) -> str:
        return self.number


def _neutral(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "neutral")


CLASSIFICATION: dict[str, dict[str, str]] = {
    "Body": _neutral(
        "code",
        "name",
        "short_name",
        "family",
        "purpose",
        "composition",
        "circuit_step",
        "is_statutory",
        "rank",
        "vote_parameters",
        "voting_roles",
        "tie",
        "source",
    ),
    "Mandate": _neutral("id", "body", "establishment", "function", "is_voting", "starts_on", "ends_on")
    | {"account": "identifying", "person_name": "identifying"},
    "Session": _neutral("id", "body", "starts_at", "place", "is_remote", "state", "is_simulated"),
    "Attendance": _neutral("id", "session", "establishment", "mandate", "arrived_at"),
    "AgendaItem": _neutral("id", "session", "order", "title", "summary", "subject_kind", "subject_id"),
    "Ballot": _neutral("id", "item", "opened_at", "closed_at", "rule", "electorate", "exhibit_json", "exhibit_sha256"),
    "Vote": _neutral("id", "ballot", "establishment", "choice", "mandate", "cast_at") | {"by_name": "identifying"},
    "Decision": _neutral(
        "id", "number", "item", "outcome", "tally", "explanation", "exhibit_json", "exhibit_sha256", "decided_at"
    ),
}
