"""Which applications are told of what: approved, stopped, in error."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.care.record.selectors.subscriptions import subscription_rows
from passerelle.care.record.services.subscriptions import (
    SubscriptionGone,
    SubscriptionRefused,
    approve_subscription,
    stop_subscription,
)
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_safe
@access.requires(Kind.SUBSCRIPTION, Act.UPDATE)
def subscriptions(request: AuthenticatedRequest) -> HttpResponse:
    """List the subscriptions, those to approve first."""
    return render(request, "record/subscriptions.html", {"rows": subscription_rows()})


@require_POST
@access.requires(Kind.SUBSCRIPTION, Act.UPDATE)
def approve(request: AuthenticatedRequest, subscription_id: UUID) -> HttpResponse:
    """Let a subscriber be told."""
    try:
        approve_subscription(subscription_id=subscription_id, by=request.viewer, at=timezone.now())
        messages.success(request, "L’abonnement est actif\u00a0: l’application sera prévenue.")
    except (SubscriptionGone, SubscriptionRefused) as refusal:
        messages.error(request, str(refusal) or str(refusal.__doc__))
    return redirect("record:subscriptions")


@require_POST
@access.requires(Kind.SUBSCRIPTION, Act.UPDATE)
def stop(request: AuthenticatedRequest, subscription_id: UUID) -> HttpResponse:
    """Tell a subscriber nothing more."""
    try:
        stop_subscription(subscription_id=subscription_id, by=request.viewer, at=timezone.now())
        messages.success(request, "L’abonnement est arrêté\u00a0: plus rien ne part vers cette adresse.")
    except SubscriptionGone as refusal:
        messages.error(request, str(refusal.__doc__))
    return redirect("record:subscriptions")
