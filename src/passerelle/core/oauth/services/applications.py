"""Declaring an application, vouching for it, cutting it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import (
    get_access_token_model,
    get_application_model,
    get_grant_model,
    get_refresh_token_model,
)

from passerelle.core.audit import api as audit
from passerelle.core.oauth.memory import forget_tokens
from passerelle.core.oauth.models import Declaration, ProofMeans, Purpose

Application = get_application_model()
_TOKENS = (get_refresh_token_model(), get_access_token_model(), get_grant_model())


class OwnDeclaration(Exception):
    """Celui qui déclare une application ne l’approuve pas lui-même : il faut une seconde personne."""


class NotOpen(Exception):
    """Cette application est déjà approuvée, ou coupée."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is declared; `keys` is a JWK Set already read, empty without keys."""

    name: str
    establishment: str
    purpose: Purpose
    proof_means: ProofMeans
    description: str
    contact: str
    scopes: tuple[str, ...]
    expires_on: date
    return_addresses: tuple[str, ...] = ()
    launch_address: str = ""
    keys: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def declare(*, wanted: Wanted, account_id: UUID, by: audit.Actor, at: datetime) -> tuple[Declaration, str]:
    """Write a declaration down; return it with its secret, which is shown once (empty when there is none)."""
    secret = generate_client_secret()
    is_alone = wanted.purpose is Purpose.ALONE
    application = Application.objects.create(
        name=wanted.name,
        client_type=Application.CLIENT_PUBLIC
        if wanted.proof_means is ProofMeans.NONE
        else Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS
        if is_alone
        else Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=" ".join(wanted.return_addresses),
        client_secret=secret,
        algorithm=Application.RS256_ALGORITHM,
    )
    made = Declaration.objects.create(
        application=application,
        establishment_id=wanted.establishment,
        purpose=wanted.purpose,
        proof_means=wanted.proof_means,
        description=wanted.description,
        contact=wanted.contact,
        scopes=list(wanted.scopes),
        keys=dict(wanted.keys),
        launch_address=wanted.launch_address,
        declared_by_id=account_id,
        declared_at=at,
        expires_on=wanted.expires_on,
    )
    _note(made, "declared", by, at, scopes=" ".join(wanted.scopes)[:500])
    return made, secret if wanted.proof_means is ProofMeans.SECRET else ""


@transaction.atomic
def approve(*, declaration_id: UUID, account_id: UUID, by: audit.Actor, at: datetime) -> Declaration:
    """Vouch for an application somebody else declared: from now on it may ask.

    Raises:
        OwnDeclaration: the same person declared it.
        NotOpen: it is approved already, or cut.
    """
    found = _locked(declaration_id)
    if found.declared_by_id == account_id:
        raise OwnDeclaration
    if found.approved_at is not None or found.revoked_at is not None:
        raise NotOpen
    found.approved_by_id, found.approved_at = account_id, at
    found.save(update_fields=["approved_by", "approved_at"])
    _note(found, "approved", by, at)
    return found


@transaction.atomic
def revoke(*, declaration_id: UUID, by: audit.Actor, at: datetime) -> Declaration:
    """Cut an application for good, with every token it holds."""
    found = _locked(declaration_id)
    if found.revoked_at is None:
        found.revoked_at = at
        found.save(update_fields=["revoked_at"])
        for model in _TOKENS:
            model.objects.filter(application_id=found.application_id).delete()
        _note(found, "revoked", by, at)
    transaction.on_commit(forget_tokens)
    return found


@transaction.atomic
def review(*, declaration_id: UUID, expires_on: date, by: audit.Actor, at: datetime) -> Declaration:
    """Let an application go on until another day (exclusive), after it was looked at again."""
    found = _locked(declaration_id)
    found.expires_on = expires_on
    found.save(update_fields=["expires_on"])
    _note(found, "reviewed", by, at, expires_on=expires_on.isoformat())
    transaction.on_commit(forget_tokens)
    return found


def _locked(declaration_id: UUID) -> Declaration:
    return Declaration.objects.select_for_update(of=("self",)).select_related("application").get(pk=declaration_id)


def _note(declaration: Declaration, change: str, by: audit.Actor, at: datetime, **detail: str) -> None:
    audit.record(
        audit.Action.APPLICATION_CHANGED,
        by=by,
        at=at,
        target=f"application:{declaration.pk}",
        detail={"change": change} | detail,
    )
