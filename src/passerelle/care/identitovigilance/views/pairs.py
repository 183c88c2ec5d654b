"""A pair: compare, decide, countersign."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.care.identitovigilance.forms import RulingForm, SignatureForm
from passerelle.care.identitovigilance.rules.subjects import subject_of_pair
from passerelle.care.identitovigilance.selectors.pair_page import pair_page
from passerelle.care.identitovigilance.selectors.worklist import Asked, pair_lines
from passerelle.care.identitovigilance.services.claiming import ClaimedByOther, claim
from passerelle.care.identitovigilance.services.deciding import DecisionRefused, Ruling, countersign, decide_pair
from passerelle.care.identitovigilance.verdicts import DecisionState, Verdict
from passerelle.care.identity import api as identity
from passerelle.care.matching import api as matching
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_REFUSALS = (DecisionRefused, ClaimedByOther, identity.AssignmentRefused, identity.MergeRefused, matching.NotOpen)
_SAID = {
    Verdict.SAME: "C’est noté\u00a0: une seule personne.",
    Verdict.DIFFERENT: "C’est noté\u00a0: deux personnes. La paire ne sera plus proposée.",
    Verdict.LATER: "La paire passe à la fin de la liste.",
}


@require_safe
@access.requires(Kind.IDENTITY, Act.MERGE)
def pair(request: AuthenticatedRequest, pair_id: UUID) -> HttpResponse:
    """Show both files, what they weigh, and, once « same person » is asked, what a union would do."""
    try:
        page = pair_page(request.viewer, pair_id, at=timezone.now())
    except LookupError as missing:
        raise Http404 from missing
    context = {
        "page": page,
        "is_confirming": request.GET.get("verdict") == "same" and page.pair.is_open,
        "trail": [("Identitovigilance", reverse("identitovigilance:home"))],
    }
    return render(request, "identitovigilance/pair.html", context)


@require_POST
@access.requires(Kind.IDENTITY, Act.MERGE)
def take(request: AuthenticatedRequest, pair_id: UUID) -> HttpResponse:
    """Take a pair, then show it."""
    try:
        claim(subject=subject_of_pair(pair_id), by=request.viewer, at=timezone.now())
    except ClaimedByOther as refusal:
        messages.warning(request, str(refusal.__doc__))
    return redirect("identitovigilance:pair", pair_id)


@require_POST
@access.requires(Kind.IDENTITY, Act.MERGE)
def decide(request: AuthenticatedRequest, pair_id: UUID) -> HttpResponse:
    """Take a decision, then go to the next pair."""
    form = RulingForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Cette décision n’a pas été comprise\u00a0: recommencez.")
        return redirect("identitovigilance:pair", pair_id)
    told = form.cleaned_data
    ruling = Ruling(Verdict(told["verdict"]), told["reason"].strip(), told["evidence"], told["survivor"])
    now = timezone.now()
    try:
        done = decide_pair(pair_id=pair_id, ruling=ruling, by=request.viewer, at=now)
    except _REFUSALS as refusal:
        messages.error(request, str(refusal.__doc__ or refusal))
        again = "?verdict=same" if ruling.verdict == Verdict.SAME else ""
        return redirect(reverse("identitovigilance:pair", args=[pair_id]) + again)
    if done.state == DecisionState.AWAITING:
        messages.success(request, "Signé. La décision attend une seconde signature.")
    else:
        messages.success(request, _SAID[ruling.verdict])
    following = next((one for one in pair_lines(request.viewer, Asked(), at=now) if one.id != pair_id), None)
    if following is None:
        return redirect("identitovigilance:home")
    return redirect("identitovigilance:pair", following.id)


@require_POST
@access.requires(Kind.IDENTITY, Act.MERGE)
def sign(request: AuthenticatedRequest, decision_id: UUID) -> HttpResponse:
    """Give or refuse a second signature."""
    form = SignatureForm(request.POST)
    if form.is_valid():
        agrees = form.cleaned_data["agrees"] == "oui"
        note = form.cleaned_data["note"].strip()
        try:
            countersign(decision_id=decision_id, agrees=agrees, by=request.viewer, at=timezone.now(), note=note)
        except _REFUSALS as refusal:
            messages.error(request, str(refusal.__doc__ or refusal))
        else:
            done = (
                "Contresigné\u00a0: la décision prend effet."
                if agrees
                else "Refusé\u00a0: la paire est à nouveau à décider."
            )
            messages.success(request, done)
    return redirect(reverse("identitovigilance:home") + "?vue=signatures")
