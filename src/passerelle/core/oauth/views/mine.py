"""The applications somebody allowed, and how they take it back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.core.oauth.selectors.authorisations import allowed_by
from passerelle.core.oauth.services.authorising import withdraw


@access.signed_in
@require_safe
def allowed(request: AuthenticatedRequest) -> HttpResponse:
    account_id = request.viewer.account_id
    is_own_record = request.viewer.person_id is not None
    rows = allowed_by(account_id, is_own_record=is_own_record, on=timezone.localdate()) if account_id else []
    return render(request, "oauth/mine.html", {"rows": rows})


@access.signed_in
@require_POST
def take_back(request: AuthenticatedRequest, authorisation_id: UUID) -> HttpResponse:
    account_id = request.viewer.account_id
    by, now = request.viewer.actor(), timezone.now()
    if account_id is None or not withdraw(authorisation_id=authorisation_id, account_id=account_id, by=by, at=now):
        raise Http404
    messages.success(request, "L’application ne peut plus rien lire en votre nom.")
    return redirect("oauth:mine")
