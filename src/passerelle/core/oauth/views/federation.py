"""Signing in by Pro Santé Connect: the going, the return, the choice of a practice, and the end."""

import time
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.core.access import api as access
from passerelle.core.oauth import flows
from passerelle.core.oauth.flows import Pending
from passerelle.core.oauth.providers import is_open, label_of
from passerelle.core.oauth.services.admission import ChoiceNeeded, admit, is_same_person
from passerelle.core.oauth.services.noting import note_failure
from passerelle.core.oauth.services.tying import NotAdmitted
from passerelle.core.oauth.views.going import LOST, failed, go, logout_address, proof_of, told
from passerelle.protocols.oidc import api as oidc
from passerelle.protocols.psc import api as psc

_SOMEBODY_ELSE = "Ce n’est pas vous que Pro Santé Connect a identifié. Rien n’a été confirmé."


@access.public
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return go(request, psc.PROVIDER)


@access.signed_in
@never_cache
@require_safe
def prove_again(request: HttpRequest) -> HttpResponse:
    return go(request, psc.PROVIDER, is_step_up=True)


@access.public
@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Verify who comes back, then open a session, or confirm the one that is open."""
    flow = flows.take(request, psc.PROVIDER, request.GET.get("state", "")) if is_open(psc.PROVIDER) else None
    if flow is None:
        return told(request, LOST, HTTPStatus.BAD_REQUEST)
    try:
        proof = proof_of(request, psc.PROVIDER, flow)
        psc.read_professional(proof.claims)
    except (oidc.OidcError, psc.ClaimsUnreadable) as failure:
        return failed(request, psc.PROVIDER, failure)
    if flow.is_step_up:
        return _confirmed(request, proof.subject, flow.next)
    return _enter(request, Pending(dict(proof.claims), proof.subject, proof.id_token, flow.next, time.time()), None)


@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_practice(request: HttpRequest) -> HttpResponse:
    pending = flows.held(request)
    if pending is None:
        return told(request, LOST, HTTPStatus.BAD_REQUEST)
    return _enter(request, pending, request.POST.get("practice"))


def _enter(request: HttpRequest, pending: Pending, chosen: str | None) -> HttpResponse:
    now = timezone.now()
    professional = psc.read_professional(pending.claims)
    try:
        admitted = admit(professional=professional, subject=pending.subject, chosen=chosen, at=now)
    except ChoiceNeeded as needed:
        flows.hold(request, pending)
        context = {"choices": needed.choices, "professional": professional}
        return render(request, "oauth/choose_practice.html", context)
    except NotAdmitted as refusal:
        flows.release(request)
        note_failure(provider=psc.PROVIDER, why=type(refusal).__name__, at=now)
        return told(request, str(refusal.__doc__), HTTPStatus.FORBIDDEN)
    flows.release(request)
    federation = access.Federation(psc.PROVIDER, pending.id_token)
    access.open_session(request, admitted.account, federation=federation, at=now)
    if admitted.capacity is not None:
        access.note_capacity(request, admitted.capacity.role, admitted.capacity.establishment)
    return redirect(pending.next)


def _confirmed(request: HttpRequest, subject: str, next_: str) -> HttpResponse:
    account = request.user
    if not account.is_authenticated or not is_same_person(account_id=account.pk, subject=subject):
        return told(request, _SOMEBODY_ELSE, HTTPStatus.FORBIDDEN)
    access.note_second_factor(request, account)
    return redirect(next_)


@access.public
@never_cache
@require_safe
def farewell(request: HttpRequest) -> HttpResponse:
    """Say that the session here is over, and offer to close the one at the provider."""
    federation = access.take_farewell(request)
    address = None
    if federation is not None and is_open(federation.provider):
        address = logout_address(request, federation)
    label = label_of(federation.provider) if address and federation else ""
    return render(request, "oauth/farewell.html", {"address": address, "label": label})
