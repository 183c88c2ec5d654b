"""Signing in by Pro Santé Connect: the going, the return, the choice of a practice, and the end."""

import time
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.core.access import api as access
from passerelle.core.oauth import flows
from passerelle.core.oauth.flows import Pending
from passerelle.core.oauth.providers import is_open, relying_party
from passerelle.core.oauth.services.admission import ChoiceNeeded, NotAdmitted, admit, is_same_person
from passerelle.core.oauth.services.noting import note_failure
from passerelle.protocols.oidc import api as oidc
from passerelle.protocols.psc import api as psc

_UNAVAILABLE = "Pro Santé Connect ne répond pas. Réessayez dans un instant, ou entrez autrement."
_REFUSED = "Pro Santé Connect n’a pas confirmé votre identité. Vous pouvez recommencer."
_WRONG = "La réponse de Pro Santé Connect n’a pas pu être vérifiée. Par prudence, rien n’a été ouvert."
_WEAK = (
    "Pro Santé Connect n’a pas donné le niveau de garantie demandé. Recommencez avec votre carte CPS ou votre e-CPS."
)
_LOST = "Cette connexion a été commencée ailleurs, ou il y a trop longtemps. Recommencez depuis la page de connexion."
_SOMEBODY_ELSE = "Ce n’est pas vous que Pro Santé Connect a identifié. Rien n’a été confirmé."


@access.public
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return _go(request, is_step_up=False)


@access.signed_in
@never_cache
@require_safe
def prove_again(request: HttpRequest) -> HttpResponse:
    return _go(request, is_step_up=True)


def _go(request: HttpRequest, *, is_step_up: bool) -> HttpResponse:
    if not is_open(psc.PROVIDER):
        raise Http404
    next_ = flows.safe_next(request, request.GET.get("next", ""))
    try:
        party = relying_party(psc.PROVIDER)
        started = party.start(return_address=_return_address(request), at=timezone.now(), fresh=is_step_up)
    except oidc.OidcError as failure:
        return _failed(request, failure)
    flows.keep(request, started, next_=next_, is_step_up=is_step_up)
    return redirect(started.address)


@access.public
@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Verify who comes back, then open a session, or confirm the one that is open."""
    flow = flows.take(request, request.GET.get("state", "")) if is_open(psc.PROVIDER) else None
    if flow is None:
        return _told(request, _LOST, HTTPStatus.BAD_REQUEST)
    try:
        proof = relying_party(psc.PROVIDER).finish(
            {name: request.GET[name] for name in request.GET},
            started=flow.started,
            return_address=_return_address(request),
            at=timezone.now(),
            max_age=flows.FRESH if flow.is_step_up else None,
        )
        psc.read_professional(proof.claims)
    except (oidc.OidcError, psc.ClaimsUnreadable) as failure:
        return _failed(request, failure)
    if flow.is_step_up:
        return _confirmed(request, proof.subject, flow.next)
    return _enter(request, Pending(dict(proof.claims), proof.subject, proof.id_token, flow.next, time.time()), None)


@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_practice(request: HttpRequest) -> HttpResponse:
    pending = flows.held(request)
    if pending is None:
        return _told(request, _LOST, HTTPStatus.BAD_REQUEST)
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
        return _told(request, str(refusal.__doc__), HTTPStatus.FORBIDDEN)
    flows.release(request)
    federation = access.Federation(psc.PROVIDER, pending.id_token)
    access.open_session(request, admitted.account, federation=federation, at=now)
    if admitted.capacity is not None:
        access.note_capacity(request, admitted.capacity.role, admitted.capacity.establishment)
    return redirect(pending.next)


def _confirmed(request: HttpRequest, subject: str, next_: str) -> HttpResponse:
    account = request.user
    if not account.is_authenticated or not is_same_person(account_id=account.pk, subject=subject):
        return _told(request, _SOMEBODY_ELSE, HTTPStatus.FORBIDDEN)
    access.note_second_factor(request, account)
    return redirect(next_)


@access.public
@never_cache
@require_safe
def farewell(request: HttpRequest) -> HttpResponse:
    """Say that the session here is over, and offer to close the one at the provider."""
    federation = access.take_farewell(request)
    address = None
    if federation is not None and is_open(psc.PROVIDER):
        address = _logout_address(request, federation)
    return render(request, "oauth/farewell.html", {"address": address})


def _logout_address(request: HttpRequest, federation: access.Federation) -> str | None:
    back_to = request.build_absolute_uri(reverse("account_login"))
    try:
        party = relying_party(federation.provider)
        return party.logout_address(id_token=federation.id_token, return_address=back_to, at=timezone.now())
    except oidc.OidcError:
        return None


def _return_address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("oauth:psc_back"))


def _failed(request: HttpRequest, failure: oidc.OidcError | psc.ClaimsUnreadable) -> HttpResponse:
    note_failure(provider=psc.PROVIDER, why=f"{type(failure).__name__}: {failure}", at=timezone.now())
    match failure:
        case oidc.ProviderUnavailable():
            return _told(request, _UNAVAILABLE, HTTPStatus.SERVICE_UNAVAILABLE)
        case oidc.SignInRefused():
            return _told(request, _REFUSED, HTTPStatus.FORBIDDEN)
        case oidc.TooWeak():
            return _told(request, _WEAK, HTTPStatus.FORBIDDEN)
        case _:
            return _told(request, _WRONG, HTTPStatus.FORBIDDEN)


def _told(request: HttpRequest, text: str, status: int) -> HttpResponse:
    return render(request, "oauth/not_signed_in.html", {"text": text}, status=status)
