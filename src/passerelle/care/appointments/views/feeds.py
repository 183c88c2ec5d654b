"""The calendar feed: made and revoked by the patient, read by whoever has its address."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.appointments.rules.calendars import calendar_of
from passerelle.care.appointments.selectors.feeds import feed_by_digest, feed_of
from passerelle.care.appointments.services.feeds import close_feed, digest_of, note_read, open_feed
from passerelle.care.appointments.views.common import trail
from passerelle.care.consent import api as consent
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.APPOINTMENT, Act.READ)
def settings(request: AuthenticatedRequest) -> HttpResponse:
    """Show the feed one has, or make one: its address is shown once."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    address = ""
    if request.method == "POST":
        access.check(
            request.viewer,
            Kind.APPOINTMENT,
            Act.READ,
            relation=who.relation,
            target="calendar-feed",
            person_id=who.person_id,
            at=at,
        )
        shows_place = request.POST.get("lieu") == "oui"
        secret = open_feed(person_id=who.person_id, shows_place=shows_place, by=who.voice.actor, at=at)
        address = request.build_absolute_uri(reverse("appointments:feed", args=[secret]))
    context = {
        "who": who,
        "feed": feed_of(request.viewer.account_id, who.person_id),
        "address": address,
        "webcal": address.replace("https://", "webcal://").replace("http://", "webcal://"),
        "trail": trail(),
    }
    return render(request, "appointments/feed.html", context)


@require_POST
@access.requires(Kind.APPOINTMENT, Act.READ)
def revoke(request: AuthenticatedRequest) -> HttpResponse:
    """Revoke the feed."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    close_feed(person_id=who.person_id, by=who.voice.actor, at=at)
    messages.success(request, "C’est fait. L’ancienne adresse ne donne plus rien.")
    return redirect("appointments:feed_settings")


@require_safe
@access.public
def feed(_request: HttpRequest, secret: str) -> HttpResponse:
    """Give the appointments to a calendar; an unknown or revoked address is a page that does not exist."""
    at = timezone.now()
    found = feed_by_digest(digest_of(secret), at=at)
    if found is None:
        raise Http404
    note_read(found.id, at=at)
    answer = HttpResponse(calendar_of(found.entries), content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, max-age=900"
    answer["X-Robots-Tag"] = "noindex"
    return answer
