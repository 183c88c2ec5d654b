"""Questions to INSi and what is made of the answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from passerelle.care.identity.forms import CampaignForm
from passerelle.care.identity.gateway import insi_gateway
from passerelle.care.identity.selectors.board import insi_board
from passerelle.care.identity.selectors.desk import call_sheet, file_to_change
from passerelle.care.identity.services.asking import Asking, AskingRefused, ask_insi, operation_named
from passerelle.care.identity.services.campaigns import CampaignRefused, start_campaign, stop_campaign
from passerelle.care.identity.services.settling import SettlingRefused, accept_answer, set_answer_aside
from passerelle.care.identity.views.desk import trail_to
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.ui.api import french


@require_POST
@access.requires(Kind.IDENTITY, Act.UPDATE)
def ask(request: AuthenticatedRequest, local_identity_id: UUID) -> HttpResponse:
    """Ask INSi about a file, then show the answer."""
    now = timezone.now()
    desk = file_to_change(request.viewer, local_identity_id, at=now)
    asking = Asking(operation_named(request.POST.get("operation", "")), request.viewer.actor(), now)
    try:
        call = ask_insi(local_identity_id=desk.id, asking=asking, gateway=insi_gateway())
    except AskingRefused as refusal:
        messages.warning(request, french.typography(str(refusal.__doc__)))
        return redirect("identity:person", person_id=desk.person_id)
    return redirect("identity:insi-call", call_id=call.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.UPDATE)
def call(request: AuthenticatedRequest, call_id: UUID) -> HttpResponse:
    """Show an answer beside the file; take it, trait by trait, or set it aside."""
    now = timezone.now()
    sheet = call_sheet(request.viewer, call_id, at=now)
    error = ""
    if request.method == "POST":
        try:
            if request.POST.get("decision") == "accept":
                accepted = request.POST.getlist("accepted")
                accept_answer(call_id=call_id, accepted=accepted, by=request.viewer.actor(), at=now)
                messages.success(request, "INS retenue.")
            else:
                set_answer_aside(call_id=call_id, by=request.viewer.actor(), at=now)
                messages.success(request, "Réponse écartée\u00a0: le dossier n’a pas changé.")
        except SettlingRefused as refusal:
            error = french.typography(str(refusal.__doc__))
        else:
            return redirect("identity:person", person_id=sheet.desk.person_id)
    context = {
        "sheet": sheet,
        "trail": trail_to(sheet.desk),
        "error": error,
        "ticked": request.POST.getlist("accepted"),
    }
    return render(request, "identity/call.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.VERIFY)
def board(request: AuthenticatedRequest) -> HttpResponse:
    """Show how INSi goes; start or stop a campaign of verification."""
    now = timezone.now()
    access.check(
        request.viewer,
        Kind.IDENTITY,
        Act.VERIFY,
        relation=access.Relation.TERRITORY,
        target="insi",
        at=now,
    )
    form = CampaignForm(request.POST if request.POST.get("act") == "start" else None)
    if request.POST.get("act") == "stop":
        current = insi_board().current
        if current is not None:
            stop_campaign(campaign_id=current.pk, at=now)
        return redirect("identity:insi")
    if form.is_bound and form.is_valid():
        try:
            establishment = form.cleaned_data["establishment"] or None
            start_campaign(establishment=establishment, by=request.viewer.actor(), at=now)
        except CampaignRefused as refusal:
            messages.warning(request, french.typography(str(refusal.__doc__)))
        return redirect("identity:insi")
    return render(request, "identity/insi.html", {"board": insi_board(), "form": form})
