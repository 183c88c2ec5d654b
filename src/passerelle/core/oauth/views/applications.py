"""The applications of the house: declared by one person, approved by another, reviewed, cut."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Relation
from passerelle.core.oauth.forms.applications import DeclarationForm, ReviewForm
from passerelle.core.oauth.selectors.declarations import declaration, declarations
from passerelle.core.oauth.services.applications import NotOpen, OwnDeclaration, approve, declare, review, revoke


@access.requires(Kind.ACCOUNT, Act.SEARCH)
@require_safe
def listing(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "oauth/applications.html", {"rows": declarations(on=timezone.localdate())})


@access.requires(Kind.ACCOUNT, Act.CREATE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def declare_one(request: AuthenticatedRequest) -> HttpResponse:
    form = DeclarationForm(request.POST or None, today=timezone.localdate())
    if not form.is_valid():
        return render(request, "oauth/declare.html", {"form": form})
    account_id, now = _check(request, Act.CREATE, "application:new"), timezone.now()
    made, secret = declare(wanted=form.wanted(), account_id=account_id, by=request.viewer.actor(), at=now)
    row = declaration(made.pk, on=timezone.localdate(now))
    return render(request, "oauth/declared.html", {"row": row, "secret": secret})


@access.requires(Kind.ACCOUNT, Act.READ)
@require_safe
def sheet(request: AuthenticatedRequest, declaration_id: UUID) -> HttpResponse:
    row = declaration(declaration_id, on=timezone.localdate())
    if row is None or not request.viewer.may(Kind.ACCOUNT, Act.SEARCH):
        raise Http404
    context = {
        "row": row,
        "may_change": request.viewer.may(Kind.ACCOUNT, Act.CREATE),
        "is_own": row.declared_by_id == request.viewer.account_id,
        "form": ReviewForm(today=timezone.localdate(), initial={"expires_on": row.expires_on}),
    }
    return render(request, "oauth/application.html", context)


@access.requires(Kind.ACCOUNT, Act.CREATE)
@require_POST
def approve_one(request: AuthenticatedRequest, declaration_id: UUID) -> HttpResponse:
    def act(account_id: UUID, **told: Any) -> None:
        approve(account_id=account_id, **told)

    return _changed(request, declaration_id, act, "L’application est ouverte.")


@access.requires(Kind.ACCOUNT, Act.CREATE)
@require_POST
def revoke_one(request: AuthenticatedRequest, declaration_id: UUID) -> HttpResponse:
    def act(account_id: UUID, **told: Any) -> None:
        del account_id
        revoke(**told)

    return _changed(request, declaration_id, act, "L’application est coupée, avec tous ses jetons.")


@access.requires(Kind.ACCOUNT, Act.CREATE)
@require_POST
def review_one(request: AuthenticatedRequest, declaration_id: UUID) -> HttpResponse:
    form = ReviewForm(request.POST, today=timezone.localdate())
    if not form.is_valid():
        messages.error(request, "Un jour à venir, dans un an au plus tard.")
        return redirect("oauth:application", declaration_id)

    def act(account_id: UUID, **told: Any) -> None:
        del account_id
        review(expires_on=form.cleaned_data["expires_on"], **told)

    return _changed(request, declaration_id, act, "La date de revue est notée.")


def _changed(request: AuthenticatedRequest, declaration_id: UUID, act: Callable[..., None], done: str) -> HttpResponse:
    if declaration(declaration_id, on=timezone.localdate()) is None:
        raise Http404
    account_id = _check(request, Act.UPDATE, f"application:{declaration_id}")
    try:
        act(account_id, declaration_id=declaration_id, by=request.viewer.actor(), at=timezone.now())
    except (OwnDeclaration, NotOpen) as refusal:
        messages.error(request, str(refusal.__doc__))
    else:
        messages.success(request, done)
    return redirect("oauth:application", declaration_id)


def _check(request: AuthenticatedRequest, act: Act, target: str) -> UUID:
    """Ask the access decision, and return who acts."""
    viewer = request.viewer
    access.check(viewer, Kind.ACCOUNT, act, relation=Relation.TERRITORY, target=target, at=timezone.now())
    if viewer.account_id is None:
        raise access.AccessRefused
    return viewer.account_id
