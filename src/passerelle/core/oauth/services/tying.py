"""The tie between a subject of a provider and an account of ours."""

from datetime import datetime

from passerelle.core.access import api as access
from passerelle.core.audit import api as audit
from passerelle.core.oauth.models import FederatedIdentity


class NotAdmitted(Exception):
    """Nobody comes in."""


class AccountClosed(NotAdmitted):
    """Votre compte est fermé. Adressez-vous à votre établissement, ou au support du groupement."""


class OtherAccount(NotAdmitted):
    """Cette identité est déjà reliée à un autre compte. Rien n’a été changé ; signalez-le au support du groupement."""


def tied_account(*, provider: str, subject: str) -> access.Account | None:
    """Return the account that a subject of a provider is tied to, open or closed; None when there is none."""
    tied = FederatedIdentity.objects.filter(provider=provider, subject=subject).select_related("account").first()
    return tied.account if tied else None


def tie(account: access.Account, *, provider: str, subject: str, at: datetime) -> None:
    """Remember who somebody is at a provider; the first time leaves an event.

    Raises:
        OtherAccount: the subject is tied to another account, or the account to another subject.
    """
    known = FederatedIdentity.objects.filter(provider=provider, account=account).first()
    if known is not None and known.subject != subject:
        raise OtherAccount
    tied, is_new = FederatedIdentity.objects.get_or_create(
        provider=provider, subject=subject, defaults={"account": account, "tied_at": at, "seen_at": at}
    )
    if tied.account_id != account.pk:
        raise OtherAccount
    if is_new:
        by = audit.Actor(account_id=account.pk, name=account.display_name)
        detail = {"provider": provider}
        audit.record(audit.Action.IDENTITY_TIED, by=by, at=at, target=f"account:{account.pk}", detail=detail)
        return
    tied.seen_at = at
    tied.save(update_fields=["seen_at"])
