"""A fictitious application of the measured house: declared by one person, approved by another, as any application."""

import json
import sys
from datetime import timedelta
from typing import Final

from django.utils import timezone

from passerelle.core.access.services.accounts import open_account
from passerelle.core.audit import api as audit
from passerelle.core.oauth.models import ProofMeans, Purpose
from passerelle.core.oauth.services.applications import Wanted, approve, declare

ESTABLISHMENT: Final = "aphm"
SCOPES: Final = "system/*.cruds"
_BY: Final = audit.Actor(account_id=None, name="Mesure du dossier", role="operator")


def make() -> None:
    """Make it, and write its identifier and secret on standard output, as JSON."""
    at = timezone.now()
    people = [
        open_account(email=f"mesure-{rank}@exemple.invalid", display_name=f"Mesure {rank}", by=_BY, at=at)
        for rank in (1, 2)
    ]
    wanted = Wanted(
        name="Mesure du dossier",
        establishment=ESTABLISHMENT,
        purpose=Purpose.ALONE,
        proof_means=ProofMeans.SECRET,
        description="Elle mesure cette installation d’essai.",
        contact="mesure@exemple.invalid",
        scopes=(SCOPES,),
        expires_on=at.date() + timedelta(days=2),
    )
    declaration, secret = declare(wanted=wanted, account_id=people[0].pk, by=_BY, at=at)
    approve(declaration_id=declaration.pk, account_id=people[1].pk, by=_BY, at=at)
    sys.stdout.write(json.dumps({"id": declaration.application.client_id, "secret": secret}) + "\n")
