from collections.abc import Callable

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.care.delivery.forms import ReasonForm
from passerelle.care.delivery.selectors.items import ItemPage, item_page, payload_of
from passerelle.care.delivery.selectors.scope import relation_to_item
from passerelle.care.delivery.services import deciding
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.MESSAGE, Act.READ)
@require_safe
def item(request: AuthenticatedRequest, item_id: int) -> HttpResponse:
    page = item_page(request.viewer, item_id)
    if page is None:
        raise Http404
    _check(request, page.establishment, item_id)
    return render(request, "delivery/item.html", {"page": page, "form": ReasonForm()})


@access.requires(Kind.MESSAGE, Act.READ)
@require_safe
def raw(request: AuthenticatedRequest, item_id: int) -> HttpResponse:
    found = payload_of(request.viewer, item_id)
    if found is None:
        raise Http404
    establishment, code, content = found
    _check(request, establishment, item_id)
    suffix = "json" if content.startswith(b"{") else "hl7"
    headers = {"Content-Disposition": f'attachment; filename="envoi-{item_id}-{code}.{suffix}"'}
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def send_again(request: AuthenticatedRequest, item_id: int) -> HttpResponse:
    return _decide(request, item_id, deciding.send_again, "Il est envoyé de nouveau.")


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def assume_delivered(request: AuthenticatedRequest, item_id: int) -> HttpResponse:
    return _decide(request, item_id, deciding.assume_delivered, "Il est considéré délivré ; la suite part.")


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def cancel(request: AuthenticatedRequest, item_id: int) -> HttpResponse:
    return _decide(request, item_id, deciding.cancel, "Il est annulé.")


@access.requires(Kind.MESSAGE, Act.REPLAY)
@require_POST
def retry(request: AuthenticatedRequest, item_id: int) -> HttpResponse:
    return _decide(request, item_id, _retry_one, "Il est remis en file.")


def _retry_one(*, item_id: int, **decision: object) -> None:
    if not deciding.retry(item_ids=[item_id], **decision):  # type: ignore[arg-type]  # passed on as received
        raise deciding.NotToDecide


def _decide(request: AuthenticatedRequest, item_id: int, act: Callable[..., None], done: str) -> HttpResponse:
    page = _deciding(request, item_id)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        act(item_id=page.id, by=request.viewer.actor(), at=timezone.now(), reason=reason)
    except (deciding.NotToDecide, deciding.ReasonRequired) as refusal:
        notices.error(request, refusal.__doc__ or "")
    else:
        notices.success(request, done)
    return redirect("delivery:item", item_id)


def _deciding(request: AuthenticatedRequest, item_id: int) -> ItemPage:
    page = item_page(request.viewer, item_id)
    if page is None:
        raise Http404
    relation = relation_to_item(request.viewer, page.establishment)
    if not access.allowed(request.viewer, Kind.MESSAGE, Act.REPLAY, relation=relation):
        raise Http404
    return page


def _check(request: AuthenticatedRequest, establishment: str, item_id: int) -> None:
    relation = relation_to_item(request.viewer, establishment)
    target = f"delivery:{item_id}"
    access.check(request.viewer, Kind.MESSAGE, Act.READ, relation=relation, target=target, at=timezone.now())
