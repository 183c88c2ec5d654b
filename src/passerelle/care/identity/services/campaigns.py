"""Verification of all the INS of the base, in batches that the worker takes one after the other."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from passerelle.care.identity.gateway import Gateway
from passerelle.care.identity.models import InsiCall, InsiCampaign, InsiOperation, InsiState, LocalIdentity
from passerelle.care.identity.services.asking import Asking, AskingRefused, ask_insi
from passerelle.core.audit import api as audit
from passerelle.protocols.insi.api import Outcome

BATCH: Final = 50


class CampaignRefused(Exception):
    """Une campagne de vérification est déjà en cours : laissez-la finir, ou arrêtez-la."""


def start_campaign(*, establishment: str | None, by: audit.Actor, at: datetime) -> InsiCampaign:
    """Open a verification of every INS held, in one establishment or everywhere (None).

    Raises:
        CampaignRefused: one is open already.
    """
    total = _held(establishment).count()
    try:
        with transaction.atomic():
            campaign = InsiCampaign.objects.create(
                establishment_id=establishment, asked_by_name=by.name, started_at=at, total=total
            )
    except IntegrityError as fault:
        raise CampaignRefused from fault
    audit.record(audit.Action.INSI_ASKED, by=by, at=at, target=f"campaign:{campaign.pk}", detail={"total": total})
    return campaign


def stop_campaign(*, campaign_id: UUID, at: datetime) -> None:
    """Stop a campaign after the batch in hand; what is done stays done."""
    InsiCampaign.objects.filter(pk=campaign_id, ended_at=None).update(ended_at=at, is_cancelled=True)


def advance_campaign(*, gateway: Gateway, at: datetime) -> bool:
    """Verify the next batch of the open campaign; return whether some is left.

    The cursor moves after each answer, so that a stop loses at most one. When the teleservice fails, the question waits
    with the others and the campaign goes on at its next turn.
    """
    campaign = InsiCampaign.objects.filter(ended_at=None).first()
    if campaign is None:
        return False
    held = _held(campaign.establishment_id)
    if campaign.cursor is not None:
        held = held.filter(pk__gt=campaign.cursor)
    batch = list(held.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for local_identity_id in batch:
        state = _verified(local_identity_id, campaign, gateway, at=at)
        campaign.cursor = local_identity_id
        campaign.save(update_fields=["cursor", "confirmed", "differing", "failed"])
        if state == InsiState.WAITING:
            return True
    if len(batch) < BATCH:
        InsiCampaign.objects.filter(pk=campaign.pk, ended_at=None).update(ended_at=at)
        return False
    return True


def _verified(local_identity_id: UUID, campaign: InsiCampaign, gateway: Gateway, *, at: datetime) -> str:
    by = audit.Actor(account_id=None, name=campaign.asked_by_name)
    asking = Asking(InsiOperation.VERIFY, by, at, campaign)
    try:
        call = ask_insi(local_identity_id=local_identity_id, asking=asking, gateway=gateway)
    except AskingRefused:
        campaign.failed += 1
        return InsiState.REFUSED
    if call.state != InsiState.ANSWERED:
        campaign.failed += 1
    elif call.code == Outcome.FOUND:
        campaign.confirmed += 1
    else:
        campaign.differing += 1
    return str(call.state)


def _held(establishment: str | None) -> QuerySet[LocalIdentity]:
    rows = LocalIdentity.objects.filter(ins_key_ok=True, superseded_by=None).exclude(ins_matricule="")
    return rows.filter(establishment_id=establishment) if establishment else rows


def differing_calls(campaign_id: UUID) -> "QuerySet[InsiCall]":
    """Return the verifications of a campaign that the national bases did not confirm."""
    return InsiCall.objects.filter(campaign_id=campaign_id, state=InsiState.ANSWERED, code=Outcome.NONE).select_related(
        "local_identity"
    )
