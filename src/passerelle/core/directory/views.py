"""Pages of the directory. Their access rule is put on them by the root addresses: this package is below access."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from passerelle.core.directory import selectors
from passerelle.core.directory.forms import ProfessionalSearchForm

LISTED_PROFESSIONALS = 50


@require_safe
def establishments(request: HttpRequest) -> HttpResponse:
    listing = selectors.establishment_listing(with_test=True)
    context = {
        "territory": selectors.territory(),
        "group": [line for line in listing if not line.establishment.is_test],
        "tests": [line for line in listing if line.establishment.is_test],
        "partners": selectors.partners(),
    }
    return render(request, "directory/establishments.html", context)


@require_safe
def establishment(request: HttpRequest, code: str) -> HttpResponse:
    sheet = selectors.establishment_sheet(code)
    if sheet is None:
        raise Http404
    return render(request, "directory/establishment.html", {"sheet": sheet, "row": sheet.establishment})


@require_safe
def site(request: HttpRequest, code: str) -> HttpResponse:
    found = selectors.site_structure(code, on=localdate())
    if found is None:
        raise Http404
    above = found.establishment
    trail = [
        ("Annuaire", reverse("directory:establishments")),
        (above.short_name, reverse("directory:establishment", args=[above.code])),
    ]
    return render(request, "directory/site.html", {"found": found, "site": found.site, "trail": trail})


@require_safe
def professionals(request: HttpRequest) -> HttpResponse:
    form = ProfessionalSearchForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    found = selectors.professionals(
        text=asked.get("q", ""),
        establishment_code=asked.get("etablissement", ""),
        profession=asked.get("profession", ""),
        limit=LISTED_PROFESSIONALS + 1,
    )
    context = {
        "form": form,
        "found": found[:LISTED_PROFESSIONALS],
        "has_more": len(found) > LISTED_PROFESSIONALS,
        "limit": LISTED_PROFESSIONALS,
    }
    return render(request, "directory/professionals.html", context)
