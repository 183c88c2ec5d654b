"""How a patient wants to be reminded: their own page."""

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.consent import api as consent
from passerelle.care.reminders.forms import ReachForm
from passerelle.care.reminders.selectors.choices import my_reach
from passerelle.care.reminders.services.choosing import choose_reach
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.CONSENT, Act.CREATE)
@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: AuthenticatedRequest) -> HttpResponse:
    at = timezone.now()
    who = consent.deciding(request, at=at)
    known = my_reach(who.person_id)
    form = ReachForm(request.POST or None, initial={"sms": known.sms, "email": known.email})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        choose_reach(
            person_id=who.person_id,
            sms=told["sms"],
            email=told["email"],
            by=who.voice.actor,
            door=who.door.value,
            at=at,
        )
        notices.success(request, "C’est enregistré pour tous vos rendez-vous.")
        return redirect("reminders:choice")
    return render(request, "reminders/choice.html", {"form": form, "known": known})
