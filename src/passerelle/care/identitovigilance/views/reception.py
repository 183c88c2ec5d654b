"""The admission desk: find somebody, or open a provisional file once look-alikes were seen."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.identitovigilance.forms import FindForm, NewcomerForm
from passerelle.care.identitovigilance.selectors.reception import Newcomer, found, look_alikes, places_of
from passerelle.care.identitovigilance.services.opening import LooksLikeSomebody, NotYourPlace, open_file
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_SEARCH = "idv_reception_search"


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.SEARCH)
def desk(request: AuthenticatedRequest) -> HttpResponse:
    """Search by POST, kept in the session: the results have an address that identifies no one."""
    if request.method == "POST":
        form = FindForm(request.POST)
        if not form.is_valid():
            return render(request, "identitovigilance/desk.html", {"form": form, "answer": None, "may_open": False})
        request.session[_SEARCH] = form.cleaned_data["text"]
        return redirect("identitovigilance:desk")
    asked = "" if "nouvelle" in request.GET else request.session.get(_SEARCH, "")
    context: dict[str, Any] = {
        "form": FindForm(initial={"text": asked}),
        "answer": found(request.viewer, asked, at=timezone.now()) if asked else None,
        "may_open": bool(places_of(request.viewer)),
    }
    return render(request, "identitovigilance/desk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.CREATE)
def newcomer(request: AuthenticatedRequest) -> HttpResponse:
    """Check a newcomer against everybody known; open a file when nobody looks like them, or when a reason is given."""
    now = timezone.now()
    places = list(places_of(request.viewer))
    form = NewcomerForm(request.POST or None, places=places, today=timezone.localdate(now))
    context: dict[str, Any] = {
        "form": form,
        "similar": None,
        "tools": _tools(),
        "trail": [("Accueil des patients", reverse("identitovigilance:desk"))],
    }
    if form.is_valid():
        told = _newcomer(form)
        place = form.cleaned_data["establishment"]
        context["similar"] = look_alikes(told, establishment=place)
        if "create" in request.POST:
            try:
                opened = open_file(
                    newcomer=told, establishment=place, reason=form.cleaned_data["reason"], by=request.viewer, at=now
                )
            except (LooksLikeSomebody, NotYourPlace) as refusal:
                form.add_error("reason", str(refusal.__doc__))
            else:
                messages.success(
                    request, f"Dossier provisoire {opened.number} ouvert, à vérifier sur une pièce d’identité."
                )
                return redirect("identity:person", opened.reference.person_id)
    return render(request, "identitovigilance/newcomer.html", context)


def _newcomer(form: NewcomerForm) -> Newcomer:
    told = form.cleaned_data
    return Newcomer(
        birth_name=told["birth_name"].upper(),
        given_names=tuple(told["given_names"].upper().split()),
        birth_date=told["birth_date"],
        sex=told["sex"],
        birth_place=told["birth_place"].upper(),
        used_name=told["used_name"].upper(),
        phone=told["phone"],
    )


def _tools() -> list[tuple[str, str]]:
    """Return the INS tools of the house that have a page."""
    doors = (("Lire un datamatrix INS", "identity:datamatrix"), ("Identités", "identity:search"))
    tools = []
    for label, name in doors:
        try:
            tools.append((label, reverse(name)))
        except NoReverseMatch:
            continue
    return tools
