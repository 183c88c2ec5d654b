"""Tell by ordinary mail that something awaits: no name, no clinical word, at most one a day for each doctor."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q

from passerelle.care.liaison.models import Correspondent, Dispatch
from passerelle.care.liaison.rules.ways import Addressee, Way

_logger = logging.getLogger(__name__)
_APART: Final = timedelta(hours=20)
_SUBJECT: Final = "Passerelle\u00a0: quelque chose vous attend"
_BODY: Final = (
    "Bonjour,\n\n"
    "Un ou plusieurs documents vous attendent dans votre espace Passerelle.\n"
    "Connectez-vous pour les lire\u00a0: ce message ne contient volontairement aucune information de santé.\n\n"
    "Vous ne voulez plus de ces avis\u00a0? Votre espace, page « Mes réglages ».\n"
)


def send_notices(*, at: datetime) -> int:
    """Send their notice to the doctors whom something new awaits; return how many were told."""
    due = Correspondent.objects.filter(wants_notices=True).filter(Q(noticed_at=None) | Q(noticed_at__lte=at - _APART))
    return sum(_tell(one, at) for one in due.order_by("pk"))


def _tell(one: Correspondent, at: datetime) -> bool:
    waiting = Dispatch.objects.filter(
        account_id=one.account_id, addressee=Addressee.DOCTOR, way=Way.SPACE, read_at=None, sent_at__lte=at
    )
    if one.noticed_at is not None:
        waiting = waiting.filter(sent_at__gt=one.noticed_at)
    if not waiting.exists():
        return False
    try:
        send_mail(_SUBJECT, _BODY, settings.DEFAULT_FROM_EMAIL, [one.notice_address])
    except OSError as error:
        _logger.warning("notice not sent: %s", type(error).__name__)
        return False
    Correspondent.objects.filter(pk=one.pk).update(noticed_at=at, changed_at=F("changed_at"))
    return True
