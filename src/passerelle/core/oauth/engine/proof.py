"""An application that signs its proof with a key it declared."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from passerelle.core.oauth.models import ProofMeans, UsedAssertion
from passerelle.core.oauth.selectors.applications import open_application
from passerelle.protocols import smart

_KEPT_AFTER = timedelta(minutes=5)


def proves_itself(text: str, *, audiences: frozenset[str], at: datetime) -> Any:
    """Return the application that signed this proof, the first time it is shown; None when it does not hold."""
    try:
        found = open_application(smart.claimed_client(text), on=timezone.localdate(at))
        if found is None or found.declaration.proof_means != ProofMeans.KEYS:
            return None
        proof = smart.read_assertion(
            text, keys=found.declaration.keys, client_id=found.client_id, audiences=audiences, at=at
        )
    except smart.AssertionRefused:
        return None
    return found if _is_first_time(found, proof, at) else None


def _is_first_time(application: Any, proof: smart.Assertion, at: datetime) -> bool:
    UsedAssertion.objects.filter(application=application, expires_at__lt=at - _KEPT_AFTER).delete()
    jti_digest = hashlib.sha256(proof.jti.encode()).hexdigest()
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(application=application, jti_digest=jti_digest, expires_at=proof.expires_at)
    except IntegrityError:
        return False
    return True
