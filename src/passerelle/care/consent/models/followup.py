"""What follows an access: was it justified, does the patient know, what do they ask."""

import uuid

from django.db import models
from django.db.models import Q


class EmergencyReview(models.Model):
    """The verdict on an emergency access: one, with its note. Rows are only added."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    emergency_id = models.UUIDField("accès d’urgence", unique=True)
    person_id = models.UUIDField("personne")
    is_justified = models.BooleanField("justifié")
    note = models.CharField("note", max_length=1000)
    at = models.DateTimeField("revu à")
    by_account = models.UUIDField("par (compte)", null=True)
    by_name = models.CharField("par", max_length=200)

    class Meta:
        db_table = "consent_emergencyreview"
        verbose_name = "relecture d’un accès d’urgence"
        verbose_name_plural = "relectures d’accès d’urgence"
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="consent_review_has_a_note")]

    def __str__(self) -> str:
        return str(self.emergency_id)


class NoticeSeen(models.Model):
    """The patient has seen that their record was opened in an emergency."""

    emergency_id = models.UUIDField("accès d’urgence", primary_key=True)
    person_id = models.UUIDField("personne")
    at = models.DateTimeField("vu à")

    class Meta:
        db_table = "consent_noticeseen"
        verbose_name = "avis lu"
        verbose_name_plural = "avis lus"

    def __str__(self) -> str:
        return str(self.emergency_id)


class Question(models.Model):
    """What a patient asks the data-protection officer about an access to their record."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField("personne", db_index=True)
    is_report = models.BooleanField("signalement", default=False)
    about = models.CharField("consultation concernée", max_length=400, blank=True, default="")
    text = models.CharField("question", max_length=2000)
    asked_at = models.DateTimeField("posée à")
    by_account = models.UUIDField("par (compte)", null=True)
    by_name = models.CharField("par", max_length=200)

    class Meta:
        db_table = "consent_question"
        verbose_name = "question d’un patient"
        verbose_name_plural = "questions de patients"
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="consent_question_says_something")]

    def __str__(self) -> str:
        return str(self.pk)


class Answer(models.Model):
    """What the data-protection officer answered; a second answer completes the first."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers", verbose_name="question")
    text = models.CharField("réponse", max_length=4000)
    at = models.DateTimeField("donnée à")
    by_account = models.UUIDField("par (compte)", null=True)
    by_name = models.CharField("par", max_length=200)

    class Meta:
        db_table = "consent_answer"
        verbose_name = "réponse à un patient"
        verbose_name_plural = "réponses aux patients"
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="consent_answer_says_something")]

    def __str__(self) -> str:
        return str(self.pk)
