import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    """Where a message stands; the first two are the ordinary life."""

    RECEIVED = "received", "reçu, à appliquer"
    APPLIED = "applied", "appliqué"
    PARKED = "parked", "en attente d’une décision"
    SET_ASIDE = "set_aside", "écarté"
    CONFLICT = "conflict", "identifiant en conflit"
    REFUSED = "refused", "refusé"


class Message(models.Model):
    """A message byte for byte, and what became of it. Rows are written by SQL, as `seq` is an identity column."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    seq = models.BigIntegerField("rang d’arrivée", unique=True, editable=False)
    received_at = models.DateTimeField("reçu le")
    peer = models.CharField("adresse de l’émetteur", max_length=100)
    raw = models.BinaryField("octets reçus")
    sha256 = models.BinaryField("empreinte", max_length=32)
    control_id = models.CharField("identifiant de contrôle (MSH-10)", max_length=200, blank=True)
    sending_application = models.CharField("application émettrice (MSH-3)", max_length=300, blank=True)
    sending_facility = models.CharField("établissement émetteur (MSH-4)", max_length=300, blank=True)
    code = models.CharField("type de message", max_length=20, blank=True)
    trigger = models.CharField("événement", max_length=20, blank=True)
    establishment = models.CharField("établissement", max_length=60, blank=True)
    accepted = models.BooleanField("accepté à la réception")
    state = models.CharField("état", max_length=10, choices=State.choices)
    keys = ArrayField(models.TextField(), verbose_name="identifiants portés")
    lane = models.BigIntegerField("file du patient", null=True, blank=True)
    held = models.BooleanField("retenu derrière un message en attente", default=False)
    ack_code = models.CharField("code d’acquittement", max_length=2)
    ack = models.BinaryField("acquittement rendu")
    attempts = models.PositiveSmallIntegerField("tentatives", default=0)
    begun = models.PositiveSmallIntegerField("fois commencé en reprise", db_default=0)
    next_attempt_at = models.DateTimeField("prochaine tentative", null=True, blank=True)
    applied_at = models.DateTimeField("appliqué le", null=True, blank=True)
    error_where = models.CharField("endroit de l’erreur", max_length=200, blank=True)
    error_why = models.TextField("raison de l’erreur", blank=True)
    charset_fallback = models.BooleanField("jeu de caractères deviné", default=False)
    channel = models.CharField("canal", max_length=60, blank=True, db_default="")
    form = models.BinaryField("forme lue", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        constraints = [
            models.UniqueConstraint(
                fields=["control_id", "sending_application", "sending_facility"],
                condition=Q(accepted=True),
                name="exchange_control_id_once",
            ),
            models.UniqueConstraint(
                fields=["sha256", "state", "error_where"],
                condition=Q(accepted=False),
                name="exchange_refusal_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted=True, state__in=["received", "applied", "parked", "set_aside"])
                | Q(accepted=False, state__in=["conflict", "refused"]),
                name="exchange_state_follows_acceptance",
            ),
        ]
        indexes = [
            models.Index(
                fields=["seq"], condition=Q(state="received", lane__isnull=True), name="exchange_message_unrouted"
            ),
            models.Index(
                fields=["seq"],
                condition=Q(state="received", held=False, lane__isnull=False),
                name="exchange_message_ready",
            ),
            models.Index(
                fields=["lane", "seq"], condition=Q(state__in=["received", "parked"]), name="exchange_message_waiting"
            ),
            models.Index(
                fields=["state", "seq"],
                condition=~Q(state__in=["applied", "received"]),
                name="exchange_message_unusual",
            ),
            models.Index(fields=["lane", "seq"], name="exchange_message_lane"),
            BrinIndex(fields=["received_at"], name="exchange_message_period"),
        ]

    def __str__(self) -> str:
        return f"{self.code}^{self.trigger} {self.control_id}"


class LaneKey(models.Model):
    """One identifier of a patient and the lane that all his messages follow."""

    key = models.CharField("identifiant avec son autorité", primary_key=True, max_length=300)
    value = models.CharField("identifiant", max_length=200)
    lane = models.BigIntegerField("file du patient", db_index=True)

    class Meta:
        verbose_name = "identifiant d’une file"
        indexes = [models.Index(fields=["value"], name="exchange_lane_value", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return self.key


class StepKind(models.TextChoices):
    """What happened to a message outside the ordinary life."""

    DELAYED = "delayed", "nouvelle tentative prévue"
    PARKED = "parked", "mis en attente"
    REPLAYED = "replayed", "relancé"
    SET_ASIDE = "set_aside", "écarté"
    COPIED = "copied", "renvoyé en copie"


class Step(models.Model):
    """A turn in the life of a message that received → applied does not tell."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="steps", verbose_name="message")
    at = models.DateTimeField("quand")
    kind = models.CharField("quoi", max_length=10, choices=StepKind.choices)
    actor_name = models.CharField("par", max_length=200, blank=True)
    note = models.TextField("précision", blank=True)

    class Meta:
        verbose_name = "étape"

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Copy(models.Model):
    """A message that a person made from another one, which stays as it came. Both are told by id, without a lock."""

    copy_id = models.UUIDField("copie", primary_key=True)
    original_id = models.UUIDField("original", db_index=True)
    at = models.DateTimeField("quand")
    author_name = models.CharField("par", max_length=200)
    reason = models.TextField("motif")
    is_edited = models.BooleanField("contenu modifié")

    class Meta:
        verbose_name = "copie d’un message"
        verbose_name_plural = "copies de messages"

    def __str__(self) -> str:
        return f"{self.original_id} → {self.copy_id}"


class Outcome(models.TextChoices):
    """What was thought of a message on arrival."""

    ACCEPTED = "accepted", "accepté"
    REFUSED = "refused", "refusé"
    CONFLICT = "conflict", "en conflit"


class Flow(models.Model):
    """What came in one minute from one sender, and how it was answered; written a minute or two after."""

    minute = models.DateTimeField("minute")
    establishment = models.CharField("établissement", max_length=60, blank=True)
    facility = models.CharField("établissement émetteur (MSH-4)", max_length=300, blank=True)
    application = models.CharField("application émettrice (MSH-3)", max_length=300, blank=True)
    channel = models.CharField("canal", max_length=60, blank=True, db_default="")
    ack_code = models.CharField("code d’acquittement", max_length=2, blank=True)
    outcome = models.CharField("jugement", max_length=10, choices=Outcome.choices)
    count = models.PositiveBigIntegerField("messages")

    class Meta:
        verbose_name = "débit d’une minute"
        verbose_name_plural = "débits par minute"
        constraints = [
            models.UniqueConstraint(
                fields=["minute", "establishment", "facility", "application", "channel", "ack_code", "outcome"],
                name="exchange_flow_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.minute:%Y-%m-%d %H:%M} {self.facility} {self.count}"


class SenderTotal(models.Model):
    """All that ever came from one sender with one answer, and when the last came; never goes down."""

    establishment = models.CharField("établissement", max_length=60, blank=True)
    facility = models.CharField("établissement émetteur (MSH-4)", max_length=300, blank=True)
    application = models.CharField("application émettrice (MSH-3)", max_length=300, blank=True)
    channel = models.CharField("canal", max_length=60, blank=True, db_default="")
    ack_code = models.CharField("code d’acquittement", max_length=2, blank=True)
    outcome = models.CharField("jugement", max_length=10, choices=Outcome.choices)
    count = models.PositiveBigIntegerField("messages")
    last_at = models.DateTimeField("dernier reçu le")

    class Meta:
        verbose_name = "total d’un émetteur"
        verbose_name_plural = "totaux des émetteurs"
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "facility", "application", "channel", "ack_code", "outcome"],
                name="exchange_sender_total_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.facility} {self.application} {self.count}"


class Shelf(models.Model):
    """What a stretch of 512 ranks holds, by sender and kind: where to look for what is rare."""

    block = models.BigIntegerField("tranche de rangs")
    establishment = models.CharField("établissement", max_length=60, blank=True)
    facility = models.CharField("établissement émetteur (MSH-4)", max_length=300, blank=True)
    application = models.CharField("application émettrice (MSH-3)", max_length=300, blank=True)
    channel = models.CharField("canal", max_length=60, blank=True, db_default="")
    code = models.CharField("type de message", max_length=20, blank=True)
    trigger = models.CharField("événement", max_length=20, blank=True)
    count = models.PositiveIntegerField("messages")

    class Meta:
        verbose_name = "rayon"
        constraints = [
            models.UniqueConstraint(
                fields=["block", "establishment", "facility", "application", "channel", "code", "trigger"],
                name="exchange_shelf_once",
            )
        ]
        indexes = [
            models.Index(fields=["code", "trigger", "block"], name="exchange_shelf_kind"),
            models.Index(fields=["establishment", "block"], name="exchange_shelf_place"),
            models.Index(fields=["channel", "block"], name="exchange_shelf_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.block} {self.code}^{self.trigger} {self.count}"


class FlowMark(models.Model):
    """How far messages are counted: up to `settled_seq`; `seen_seq` was the last rank at `seen_at`."""

    settled_seq = models.BigIntegerField("rang compté")
    seen_seq = models.BigIntegerField("dernier rang vu")
    seen_at = models.DateTimeField("vu le")

    class Meta:
        verbose_name = "repère des débits"
        verbose_name_plural = "repères des débits"

    def __str__(self) -> str:
        return str(self.settled_seq)


class AckLatency(models.Model):
    """How many acknowledgements took how long, by door: one row for each step of the histogram, which only grows."""

    door = models.CharField("porte", max_length=10)
    upper_ms = models.PositiveIntegerField("jusqu’à, en millisecondes (0 : au-delà)")
    count = models.PositiveBigIntegerField("acquittements")
    seconds = models.FloatField("durée totale, en secondes")

    class Meta:
        verbose_name = "durée des acquittements"
        verbose_name_plural = "durées des acquittements"
        constraints = [models.UniqueConstraint(fields=["door", "upper_ms"], name="exchange_ack_latency_once")]

    def __str__(self) -> str:
        return f"{self.door} {self.upper_ms} {self.count}"


class Alert(models.Model):
    """Something wrong with the exchanges, from when it is noticed until it is gone or a person closes it."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField("règle", max_length=30)
    subject = models.CharField("sujet", max_length=300)
    is_severe = models.BooleanField("urgent")
    title = models.TextField("ce qui se passe")
    todo = models.TextField("que faire")
    link = models.CharField("où regarder", max_length=500, blank=True)
    establishment = models.CharField("établissement", max_length=60, blank=True)
    evidence = models.CharField("constat", max_length=200)
    noticed_at = models.DateTimeField("constatée le")
    opened_at = models.DateTimeField("ouverte le", null=True, blank=True)
    last_seen_at = models.DateTimeField("encore vraie le")
    taken_at = models.DateTimeField("prise en charge le", null=True, blank=True)
    taken_by = models.CharField("prise en charge par", max_length=200, blank=True)
    closed_at = models.DateTimeField("fermée le", null=True, blank=True)
    closed_by = models.CharField("fermée par", max_length=200, blank=True)
    closed_because = models.TextField("motif de fermeture", blank=True)

    class Meta:
        verbose_name = "alerte"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject"], condition=Q(closed_at__isnull=True), name="exchange_alert_once"
            )
        ]
        indexes = [models.Index(fields=["rule", "subject", "closed_at"], name="exchange_alert_history")]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}"


class RunState(models.TextChoices):
    """Where a replay by filter stands."""

    PROPOSED = "proposed", "attend une seconde personne"
    RUNNING = "running", "en cours"
    STOPPED = "stopped", "arrêtée"
    DONE = "done", "terminée"


class ReplayRun(models.Model):
    """Many messages taken again: what was asked, by whom, who agreed, and how far it is."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    criteria = models.JSONField("critères")
    told = models.TextField("critères en clair")
    reason = models.TextField("motif")
    asked_at = models.DateTimeField("demandée le")
    asked_by_id = models.UUIDField("compte demandeur")
    asked_by = models.CharField("demandée par", max_length=200)
    approved_at = models.DateTimeField("accordée le", null=True, blank=True)
    approved_by = models.CharField("accordée par", max_length=200, blank=True)
    state = models.CharField("état", max_length=10, choices=RunState.choices)
    last_seq = models.BigIntegerField("dernier rang concerné")
    reached_seq = models.BigIntegerField("rang atteint", default=0)
    total = models.PositiveIntegerField("messages concernés")
    replayed = models.PositiveIntegerField("relancés", default=0)
    refused = models.PositiveIntegerField("refusés de nouveau", default=0)
    ended_at = models.DateTimeField("finie le", null=True, blank=True)

    class Meta:
        verbose_name = "relance"

    def __str__(self) -> str:
        return f"{self.id} {self.state} {self.replayed}/{self.total}"


CLASSIFICATION: dict[str, dict[str, str]] = {
    "Message": {
        "id": "neutral",
        "seq": "neutral",
        "received_at": "neutral",
        "peer": "neutral",
        "raw": "health",
        "sha256": "neutral",
        "control_id": "neutral",
        "sending_application": "neutral",
        "sending_facility": "neutral",
        "code": "neutral",
        "trigger": "neutral",
        "establishment": "neutral",
        "accepted": "neutral",
        "state": "neutral",
        "keys": "identifying",
        "lane": "identifying",
        "held": "neutral",
        "ack_code": "neutral",
        "ack": "neutral",
        "attempts": "neutral",
        "begun": "neutral",
        "next_attempt_at": "neutral",
        "applied_at": "neutral",
        "error_where": "neutral",
        "error_why": "identifying",
        "charset_fallback": "neutral",
        "channel": "neutral",
        "form": "health",
    },
    "LaneKey": {"key": "identifying", "value": "identifying", "lane": "identifying"},
    "Step": {
        "id": "neutral",
        "message": "neutral",
        "at": "neutral",
        "kind": "neutral",
        "actor_name": "identifying",
        "note": "identifying",
    },
    "Copy": {
        "copy_id": "neutral",
        "original_id": "neutral",
        "at": "neutral",
        "author_name": "identifying",
        "reason": "identifying",
        "is_edited": "neutral",
    },
    "Flow": dict.fromkeys(
        ["id", "minute", "establishment", "facility", "application", "channel", "ack_code", "outcome", "count"],
        "neutral",
    ),
    "SenderTotal": dict.fromkeys(
        ["id", "establishment", "facility", "application", "channel", "ack_code", "outcome", "count", "last_at"],
        "neutral",
    ),
    "Shelf": dict.fromkeys(
        ["id", "block", "establishment", "facility", "application", "channel", "code", "trigger", "count"], "neutral"
    ),
    "FlowMark": dict.fromkeys(["id", "settled_seq", "seen_seq", "seen_at"], "neutral"),
    "AckLatency": dict.fromkeys(["id", "door", "upper_ms", "count", "seconds"], "neutral"),
    "Alert": {
        **dict.fromkeys(["id", "rule", "subject", "is_severe", "title", "todo", "link", "establishment"], "neutral"),
        **dict.fromkeys(["evidence", "noticed_at", "opened_at", "last_seen_at", "taken_at", "closed_at"], "neutral"),
        **dict.fromkeys(["taken_by", "closed_by", "closed_because"], "identifying"),
    },
    "ReplayRun": {
        **dict.fromkeys(
            ["id", "asked_at", "asked_by_id", "approved_at", "state", "last_seq", "reached_seq"], "neutral"
        ),
        **dict.fromkeys(["total", "replayed", "refused", "ended_at"], "neutral"),
        **dict.fromkeys(["criteria", "told", "reason", "asked_by", "approved_by"], "identifying"),
    },
}
