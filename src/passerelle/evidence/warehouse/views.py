from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.evidence.warehouse.rules.dictionary import STAY_COLUMNS
from passerelle.evidence.warehouse.selectors.extract import current_extract
from passerelle.evidence.warehouse.tasks import ask_for_extract


@access.requires(Kind.EXTRACT, Act.READ)
def extract(request: AuthenticatedRequest) -> HttpResponse:
    context = {
        "extract": current_extract(),
        "columns": STAY_COLUMNS,
        "may_refresh": request.viewer.may(Kind.EXTRACT, Act.CREATE),
    }
    return render(request, "warehouse/extract.html", context)


@require_POST
@access.requires(Kind.EXTRACT, Act.CREATE)
def refresh(request: AuthenticatedRequest) -> HttpResponse:
    if ask_for_extract(account_id=request.viewer.account_id, name=request.viewer.name):
        messages.success(request, "Un nouvel extrait est demandé. Il remplacera celui-ci dès qu’il sera prêt.")
    else:
        messages.info(request, "Un nouvel extrait est déjà demandé.")
    return redirect("warehouse:extract")
