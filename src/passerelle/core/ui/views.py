"""The entry, the landing page of each professional space, the switch of appearance, the living page."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.core.ui.context_processors import THEME_COOKIE, THEMES, home_of, viewer_of
from passerelle.core.ui.living import living_page_context
from passerelle.core.ui.navigation import Space, spaces_of, tiles
from passerelle.core.ui.palette import places_for

_A_YEAR = 365 * 24 * 3600
_LONGEST_TEXT = 120


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Explain Passerelle to a visitor; take whoever signed in to their usual space."""
    viewer = viewer_of(request)
    spaces = spaces_of(viewer) if viewer else []
    if spaces and home_of(spaces[0]) != request.path:
        return redirect(home_of(spaces[0]))
    return render(request, "ui/pages/home.html")


@require_safe
def care(request: HttpRequest) -> HttpResponse:
    lead = "Retrouvez un patient, suivez les messages de vos applications, vérifiez une identité."
    return _landing(request, Space.CARE, lead)


@require_safe
def steering(request: HttpRequest) -> HttpResponse:
    lead = "Les projets du groupement, leurs effets mesurés, et les décisions qui vous attendent."
    return _landing(request, Space.STEERING, lead)


def _landing(request: HttpRequest, space: Space, lead: str) -> HttpResponse:
    viewer = viewer_of(request)
    doors = tiles(space, viewer, at=timezone.now()) if viewer else []
    context = {
        "heading": space.label,
        "lead": lead,
        "doors": doors,
        "awaiting": [each for door in doors for each in door.awaiting],
    }
    return render(request, "ui/pages/landing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def palette(request: HttpRequest) -> HttpResponse:
    """Show where one may go for a few letters; they come by POST, so that no name stays in an address."""
    viewer = viewer_of(request)
    text = request.POST.get("text", "")[:_LONGEST_TEXT]
    groups = places_for(viewer, text, at=timezone.now()) if viewer else []
    page = "ui/parts/palette_places.html" if request.headers.get("HX-Request") else "ui/pages/palette.html"
    return render(request, page, {"groups": groups, "text": text})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/pages/accessibility.html")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the chosen appearance and return to the page."""
    chosen, back = request.POST.get("theme", ""), request.POST.get("next", "/")
    if chosen not in THEMES:
        return HttpResponseBadRequest("Apparence inconnue.")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("ui:home")
    response = redirect(back)
    response.set_cookie(
        THEME_COOKIE, chosen, max_age=_A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
    )
    return response


@require_safe
def living_page(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/pages/living_page.html", living_page_context(request.GET))


@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """Show what a page made for paper looks like."""
    return render(request, "ui/pages/sheet.html", living_page_context(request.GET))
