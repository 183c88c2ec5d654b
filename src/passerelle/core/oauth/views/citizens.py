"""Signing in by FranceConnect: the going, the return, and what to do when no file can be opened for certain."""

import time
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from passerelle.core.access import api as access
from passerelle.core.oauth import flows
from passerelle.core.oauth.flows import Pending
from passerelle.core.oauth.providers import is_open
from passerelle.core.oauth.services.citizens import NotRecognised, admit_citizen
from passerelle.core.oauth.services.noting import note_failure
from passerelle.core.oauth.services.tying import NotAdmitted
from passerelle.core.oauth.views.going import LOST, failed, go, proof_of, told
from passerelle.protocols.franceconnect import api as franceconnect
from passerelle.protocols.oidc import api as oidc

_PROVIDER = franceconnect.PROVIDER


@access.public
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return go(request, _PROVIDER)


@access.public
@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Verify who comes back, then open the session of the patient they are for certain."""
    flow = flows.take(request, _PROVIDER, request.GET.get("state", "")) if is_open(_PROVIDER) else None
    if flow is None:
        return told(request, LOST, HTTPStatus.BAD_REQUEST)
    try:
        proof = proof_of(request, _PROVIDER, flow)
        pivot = franceconnect.read_pivot(proof.claims)
    except (oidc.OidcError, franceconnect.ClaimsUnreadable) as failure:
        return failed(request, _PROVIDER, failure)
    return _enter(request, proof, pivot, flow.next)


def _kept(proof: oidc.Proof, pivot: franceconnect.Pivot) -> dict[str, str]:
    """Return what is compared with the file that another proof opens, and no more."""
    return {
        "acr": proof.acr,
        "family_name": pivot.birth_name,
        "given_name": " ".join(pivot.given_names),
        "birthdate": pivot.birth_date.isoformat(),
    }


def _enter(request: HttpRequest, proof: oidc.Proof, pivot: franceconnect.Pivot, next_: str) -> HttpResponse:
    now = timezone.now()
    try:
        account = admit_citizen(pivot=pivot, subject=proof.subject, at=now)
    except NotRecognised:
        note_failure(provider=_PROVIDER, why="NotRecognised", at=now)
        flows.hold_citizen(request, Pending(_kept(proof, pivot), proof.subject, proof.id_token, next_, time.time()))
        return render(request, "oauth/not_recognised.html", status=HTTPStatus.FORBIDDEN)
    except NotAdmitted as refusal:
        note_failure(provider=_PROVIDER, why=type(refusal).__name__, at=now)
        return told(request, str(refusal.__doc__), HTTPStatus.FORBIDDEN)
    federation = access.Federation(_PROVIDER, proof.id_token)
    is_strong = proof.acr in franceconnect.STRONG
    access.open_session(request, account, federation=federation, at=now, has_two_factors=is_strong)
    return redirect(next_)
