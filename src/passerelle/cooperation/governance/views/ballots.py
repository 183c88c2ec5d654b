from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from passerelle.cooperation.governance.forms import VoteForm
from passerelle.cooperation.governance.rules.voting import Choice
from passerelle.cooperation.governance.selectors.ballots import relation_to_seats, seats_of
from passerelle.cooperation.governance.selectors.sessions import ItemPage, item_page
from passerelle.cooperation.governance.services.ballots import cast_vote, close_vote, open_vote
from passerelle.cooperation.governance.services.refusals import Refusal
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


def _page(request: AuthenticatedRequest, item_id: UUID) -> ItemPage:
    page = item_page(request.viewer, item_id, at=now())
    if page is None:
        raise Http404
    return page


def _ballot_id(page: ItemPage) -> UUID:
    if page.item.ballot is None:
        raise Http404
    return page.item.ballot.id


@access.requires(Kind.VOTE, Act.READ)
def item(request: AuthenticatedRequest, item_id: UUID) -> HttpResponse:
    page = _page(request, item_id)
    return render(request, "governance/item.html", {"page": page, "form": VoteForm(seats=page.seats)})


@require_POST
@access.requires(Kind.VOTE, Act.VOTE)
def vote(request: AuthenticatedRequest, item_id: UUID) -> HttpResponse:
    page = _page(request, item_id)
    ballot_id = _ballot_id(page)
    seats = seats_of(request.viewer, page.session.body, now())
    relation = relation_to_seats(seats)
    if not access.allowed(request.viewer, Kind.VOTE, Act.VOTE, relation=relation):
        access.check(request.viewer, Kind.VOTE, Act.VOTE, relation=relation, target=f"ballot:{ballot_id}", at=now())
    form = VoteForm(request.POST, seats=tuple(seats))
    if form.is_valid():
        try:
            decision = cast_vote(
                ballot_id=ballot_id,
                establishment=form.cleaned_data["establishment"],
                choice=Choice(form.cleaned_data["choice"]),
                by=request.viewer.actor(),
                at=now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Votre vote est enregistré.")
            return (
                redirect("governance:decision", decision.number) if decision else redirect("governance:item", item_id)
            )
    return render(request, "governance/item.html", {"page": _page(request, item_id), "form": form}, status=422)


@require_POST
@access.requires(Kind.VOTE, Act.CREATE)
def open_ballot(request: AuthenticatedRequest, item_id: UUID) -> HttpResponse:
    page = _page(request, item_id)
    try:
        open_vote(item_id=page.item.id, by=request.viewer.actor(), at=now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Le vote est ouvert. Les pièces sont figées.")
    return redirect("governance:item", item_id)


@require_POST
@access.requires(Kind.VOTE, Act.UPDATE)
def close_ballot(request: AuthenticatedRequest, item_id: UUID) -> HttpResponse:
    page = _page(request, item_id)
    try:
        decision = close_vote(ballot_id=_ballot_id(page), by=request.viewer.actor(), at=now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("governance:item", item_id)
    messages.success(request, "Le scrutin est clos. La décision est inscrite au registre.")
    return redirect("governance:decision", decision.number)
