"""Sending a code to a patient, and taking it back as their second factor."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from passerelle.core.access import api as access
from passerelle.core.audit import api as audit
from passerelle.core.notify import api as notify
from passerelle.core.oauth.models import ContactFactor, SentCode

LASTS: Final = timedelta(minutes=10)
MOST_FAILURES: Final = 5
MOST_IN_AN_HOUR: Final = 5
_SALT: Final = "passerelle.oauth.sent-code"
_TEMPLATES: Final = {"sms": "sign_in_code_sms", "email": "sign_in_code_email"}


class CodeNotSent(Exception):
    """Aucun code n’est parti."""


class AddressUnreachable(CodeNotSent):
    """Nous ne pouvons pas écrire à ce numéro ou à cette adresse. Vérifiez-le."""


class TooManyCodes(CodeNotSent):
    """Plusieurs codes sont déjà partis. Attendez une heure, ou utilisez un autre moyen."""


class WrongCode(Exception):
    """Ce code n’est pas le bon, ou il ne sert plus. Demandez-en un autre."""


@transaction.atomic
def send_code(*, account: access.Account, channel: str, address: str, at: datetime) -> None:
    """Send a new code; the one before stops serving.

    Raises:
        CodeNotSent: nothing left, for the reason of its docstring.
    """
    access.Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    sent = SentCode.objects.filter(account=account, sent_at__gt=at - timedelta(hours=1))
    if sent.count() >= MOST_IN_AN_HOUR:
        raise TooManyCodes
    code = f"{secrets.randbelow(1_000_000):06d}"
    made = SentCode.objects.create(
        account=account,
        channel=channel,
        address=_written(channel, address),
        digest="",
        sent_at=at,
        expires_at=at + LASTS,
    )
    made.digest = _digest(made, code)
    made.save(update_fields=["digest"])
    message = notify.Outgoing(
        channel=channel,
        to=made.address,
        template=_TEMPLATES[channel],
        key=f"sign-in-code:{made.pk}",
        words={"code": code},
        about=f"account:{account.pk}",
        expires_at=made.expires_at,
    )
    if notify.enqueue([message], at=at).refused:
        raise AddressUnreachable


def take_code(*, account: access.Account, code: str, at: datetime) -> None:
    """Take the last code sent as the second factor; the first one taken makes its address a factor of the account.

    Raises:
        WrongCode: it is another, late, spent, or was tried too often.
    """
    with transaction.atomic():
        last = (
            SentCode.objects.select_for_update(of=("self",)).filter(account=account).order_by("-sent_at", "pk").first()
        )
        if last is not None and _serves(last, at) and constant_time_compare(last.digest, _digest(last, code)):
            _take(last, account, at)
            return
        if last is not None:
            last.failures += 1
            last.save(update_fields=["failures"])
        by = audit.Actor(account_id=account.pk, name=account.display_name)
        target = f"account:{account.pk}"
        audit.record(audit.Action.SECOND_FACTOR_FAILED, by=by, at=at, target=target, outcome="denied")
    raise WrongCode


def _take(sent: SentCode, account: access.Account, at: datetime) -> None:
    sent.used_at = at
    sent.save(update_fields=["used_at"])
    told = {"channel": sent.channel, "address": sent.address, "confirmed_at": at}
    _, is_new = ContactFactor.objects.get_or_create(account=account, defaults=told)
    if is_new:
        by = audit.Actor(account_id=account.pk, name=account.display_name)
        detail = {"added": sent.channel}
        audit.record(audit.Action.SECOND_FACTOR_CHANGED, by=by, at=at, target=f"account:{account.pk}", detail=detail)


def _serves(sent: SentCode, at: datetime) -> bool:
    return sent.used_at is None and at < sent.expires_at and sent.failures < MOST_FAILURES


def _digest(sent: SentCode, code: str) -> str:
    return salted_hmac(_SALT, f"{sent.pk}:{code}", algorithm="sha256").hexdigest()


def _written(channel: str, address: str) -> str:
    try:
        if channel == "sms":
            return str(notify.mobile_number(address))
        validate_email(address)
    except (notify.NotANumber, notify.NotMobile, ValidationError) as refusal:
        raise AddressUnreachable from refusal
    return address.lower()
