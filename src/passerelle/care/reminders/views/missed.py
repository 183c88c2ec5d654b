from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.reminders.forms import SearchForm
from passerelle.care.reminders.selectors.missed import missed_of
from passerelle.care.reminders.selectors.scope import measured_establishments
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.INDICATOR, Act.READ)
@require_safe
def missed(request: AuthenticatedRequest) -> HttpResponse:
    """Show the share of missed appointments of one establishment: aggregates only, small cells hidden."""
    choices = measured_establishments()
    form = SearchForm(request.GET or None, choices=choices)
    asked = form.cleaned_data["etablissement"] if form.is_valid() else ""
    code = asked or (choices[0][0] if choices else "")
    context = {
        "form": form,
        "name": dict(choices).get(code, ""),
        "missed": missed_of(code, today=timezone.localdate()),
    }
    return render(request, "reminders/missed.html", context)
