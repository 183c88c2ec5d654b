from datetime import datetime, timedelta

from oauth2_provider.models import clear_expired

from passerelle.core.oauth.models import Authorisation, LaunchTicket, UsedAssertion

_NEVER_EXCHANGED = timedelta(days=1)


def clean(*, at: datetime) -> None:
    """Delete what is worth nothing any more: tokens, proofs and tickets past their time, a « yes » never exchanged.

    What somebody allowed and took back stays: it says who could read, and when.
    """
    clear_expired()
    UsedAssertion.objects.filter(expires_at__lt=at - timedelta(hours=1)).delete()
    LaunchTicket.objects.filter(expires_at__lt=at).delete()
    Authorisation.objects.filter(code_used_at=None, allowed_at__lt=at - _NEVER_EXCHANGED).delete()
