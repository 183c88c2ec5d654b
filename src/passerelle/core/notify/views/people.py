"""Pages for whoever receives: the way out of mails; and, in the demonstration, the phones."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.core.notify.forms import PhoneForm
from passerelle.core.notify.leaving import recipient_of
from passerelle.core.notify.rules.numbers import ending_of
from passerelle.core.notify.selectors.following import has_stopped
from passerelle.core.notify.selectors.phones import phone_messages, phones
from passerelle.core.notify.services.playing import write_from_phone
from passerelle.core.notify.services.stopping import lift_stop, stop


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Let the holder of an address stop our mails, and come back."""
    recipient = recipient_of(token)
    if recipient is None:
        raise Http404
    if request.method == "POST":
        act = lift_stop if request.POST.get("suite") == "reprendre" else stop
        act(recipient=recipient, by="lien du courriel", at=timezone.now())
        return redirect("notify:leave", token)
    context = {"ending": ending_of(recipient), "has_stopped": has_stopped(recipient)}
    return render(request, "notify/leave.html", context)


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: AuthenticatedRequest) -> HttpResponse:
    """Show the phones of the demonstration; a 404 outside it."""
    if not settings.DEMO:
        raise Http404
    known = phones()
    number = request.GET.get("numero", known[0].number if known else "")
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and any(one.number == number for one in known):
        write_from_phone(number=number, text=form.cleaned_data["text"], at=timezone.now())
        return redirect(f"{reverse('notify:phone')}?{urlencode({'numero': number})}")
    context = {"phones": known, "number": number, "lines": phone_messages(number), "form": form}
    return render(request, "notify/phone.html", context)
