"""Going to a provider of identities and coming back: what every provider shares."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from passerelle.core.access.api import Federation
from passerelle.core.oauth import flows
from passerelle.core.oauth.providers import is_open, label_of, relying_party
from passerelle.core.oauth.services.noting import note_failure
from passerelle.protocols.oidc import api as oidc

LOST = "Cette connexion a été commencée ailleurs, ou il y a trop longtemps. Recommencez depuis la page de connexion."
_UNAVAILABLE = "{} ne répond pas. Réessayez dans un instant, ou entrez autrement."
_REFUSED = "{} n’a pas confirmé votre identité. Vous pouvez recommencer."
_WRONG = "La réponse de {} n’a pas pu être vérifiée. Par prudence, rien n’a été ouvert."
_WEAK = "{} n’a pas donné le niveau de garantie demandé. {}"
_STRONGER = {
    "psc": "Recommencez avec votre carte CPS ou votre e-CPS.",
    "franceconnect": "Recommencez avec un autre compte\u00a0: impots.gouv.fr ou ameli, par exemple.",
}


def go(request: HttpRequest, provider: str, *, is_step_up: bool = False) -> HttpResponse:
    """Send the browser to a provider, and remember that it went."""
    if not is_open(provider):
        raise Http404
    next_ = flows.safe_next(request, request.GET.get("next", ""))
    try:
        party = relying_party(provider)
        address = _return_address(request, provider)
        started = party.start(return_address=address, at=timezone.now(), fresh=is_step_up)
    except oidc.OidcError as failure:
        return failed(request, provider, failure)
    flows.keep(request, started, provider=provider, next_=next_, is_step_up=is_step_up)
    return redirect(started.address)


def proof_of(request: HttpRequest, provider: str, flow: flows.Flow) -> oidc.Proof:
    """Return who comes back.

    Raises:
        oidc.OidcError: nobody for certain.
    """
    return relying_party(provider).finish(
        {name: request.GET[name] for name in request.GET},
        started=flow.started,
        return_address=_return_address(request, provider),
        at=timezone.now(),
        max_age=flows.FRESH if flow.is_step_up else None,
    )


def logout_address(request: HttpRequest, federation: Federation) -> str | None:
    """Return where the session at the provider is closed, None when it cannot be told."""
    back_to = request.build_absolute_uri(reverse("account_login"))
    try:
        party = relying_party(federation.provider)
        return party.logout_address(id_token=federation.id_token, return_address=back_to, at=timezone.now())
    except oidc.OidcError:
        return None


def failed(request: HttpRequest, provider: str, failure: oidc.OidcError | ValueError) -> HttpResponse:
    """Say what did not succeed, in plain words; leave the event, which names nobody."""
    note_failure(provider=provider, why=f"{type(failure).__name__}: {failure}", at=timezone.now())
    label = label_of(provider)
    match failure:
        case oidc.ProviderUnavailable():
            return told(request, _UNAVAILABLE.format(label), HTTPStatus.SERVICE_UNAVAILABLE)
        case oidc.SignInRefused():
            return told(request, _REFUSED.format(label), HTTPStatus.FORBIDDEN)
        case oidc.TooWeak():
            return told(request, _WEAK.format(label, _STRONGER[provider]), HTTPStatus.FORBIDDEN)
        case _:
            return told(request, _WRONG.format(label), HTTPStatus.FORBIDDEN)


def told(request: HttpRequest, text: str, status: int) -> HttpResponse:
    return render(request, "oauth/not_signed_in.html", {"text": text}, status=status)


def _return_address(request: HttpRequest, provider: str) -> str:
    return request.build_absolute_uri(reverse(f"oauth:{provider}_back"))
