"""A patient’s session ends after a while without a gesture: telephones are lent, computers are shared."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from passerelle.core.access.models import Account

IDLE: Final = timedelta(minutes=30)
#: The moment of the last gesture is written at most this often.
_WRITTEN_EVERY: Final = 60
_SEEN: Final = "passerelle_seen"
_ENDED: Final = "Votre session s’est fermée après trente minutes sans geste. Reconnectez-vous pour continuer."


class IdleSessionMiddleware:
    """Close the session of a patient that has been idle; tell pages in `request.session_seconds` how long they have."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _has_session(request):
            _keep_or_close(request)
        return self.get_response(request)


def _has_session(request: HttpRequest) -> bool:
    """Tell whether somebody is signed in; without a cookie the session is not touched, nor the answer marked by it."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return _SEEN in request.session or "_auth_user_id" in request.session


def _keep_or_close(request: HttpRequest) -> None:
    now, seen = time.time(), request.session.get(_SEEN)
    if seen is not None and now - seen > IDLE.total_seconds():
        logout(request)
        messages.info(request, _ENDED)
        return
    if not isinstance(request.user, Account) or request.user.person_id is None:
        return
    request.session_seconds = int(IDLE.total_seconds())  # type: ignore[attr-defined]  # read by the frame of pages
    if seen is None or now - seen > _WRITTEN_EVERY:
        request.session[_SEEN] = now
