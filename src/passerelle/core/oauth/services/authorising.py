"""What somebody allows, and takes back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from oauth2_provider.models import get_access_token_model, get_grant_model, get_refresh_token_model

from passerelle.core.audit import api as audit
from passerelle.core.oauth.memory import forget_tokens
from passerelle.core.oauth.models import Authorisation, TokenTie
from passerelle.core.oauth.patients import PatientChoice

AccessToken, RefreshToken, Grant = get_access_token_model(), get_refresh_token_model(), get_grant_model()


@transaction.atomic
def allow(  # noqa: PLR0913 - what somebody says yes to is all of this
    *,
    account: Any,
    application: Any,
    scopes: Sequence[str],
    patient: PatientChoice | None,
    encounter_id: UUID | None,
    practice: tuple[str, str],
    by: audit.Actor,
    at: datetime,
) -> Authorisation:
    """Write down that somebody allows an application these scopes, about this patient when there is one.

    `practice` is the role and the place that the session is limited to, empty when it is not.
    """
    made = Authorisation.objects.create(
        account=account,
        application=application,
        scopes=list(scopes),
        patient_id=patient.patient_id if patient else None,
        person_id=patient.person_id if patient else None,
        encounter_id=encounter_id,
        practice_role=practice[0],
        practice_place=practice[1],
        allowed_at=at,
    )
    audit.record(
        audit.Action.APPLICATION_ALLOWED,
        by=by,
        at=at,
        target=f"application:{application.declaration.pk}",
        person_id=made.person_id,
        detail={"scopes": " ".join(scopes)[:500], "authorisation": str(made.pk)},
    )
    return made


@transaction.atomic
def withdraw(*, authorisation_id: UUID, account_id: UUID, by: audit.Actor, at: datetime) -> bool:
    """Take back what somebody allowed, with every token that hangs from it; tell whether there was something to do."""
    found = (
        Authorisation.objects.select_for_update(of=("self",))
        .select_related("application__declaration")
        .filter(pk=authorisation_id, account_id=account_id, withdrawn_at=None)
        .first()
    )
    if found is None:
        return False
    _cut(found, at)
    audit.record(
        audit.Action.APPLICATION_WITHDRAWN,
        by=by,
        at=at,
        target=f"application:{found.application.declaration.pk}",
        person_id=found.person_id,
        detail={"authorisation": str(found.pk)},
    )
    return True


@transaction.atomic
def note_replay(*, authorisation: Authorisation, at: datetime) -> None:
    """Take back everything that a code gave, when it is shown a second time: one of the two showed it by theft."""
    _cut(authorisation, at)
    audit.record(
        audit.Action.TOKEN_REFUSED,
        by=None,
        at=at,
        target=f"application:{authorisation.application.declaration.pk}",
        outcome="denied",
        detail={"why": "code_replayed", "authorisation": str(authorisation.pk)},
    )


def redeem(*, authorisation: Authorisation | None, at: datetime) -> bool:
    """Count the code of an authorisation as exchanged; tell whether it was the first time."""
    if authorisation is None:
        return False
    first = Authorisation.objects.filter(pk=authorisation.pk, code_used_at=None).update(code_used_at=at)
    return first == 1


def tie(*, token: Any, authorisation: Authorisation) -> None:
    """Hang a new access token from what was allowed."""
    TokenTie.objects.create(token=token, authorisation=authorisation)


def _cut(authorisation: Authorisation, at: datetime) -> None:
    tied = AccessToken.objects.filter(tie__authorisation=authorisation)
    families = set(RefreshToken.objects.filter(access_token__in=tied).values_list("token_family", flat=True))
    for family in families - {None}:
        RefreshToken.revoke_family(family)
    AccessToken.objects.filter(tie__authorisation=authorisation).delete()
    authorisation.withdrawn_at = at
    authorisation.save(update_fields=["withdrawn_at"])
    forget_tokens()
