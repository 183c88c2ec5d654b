"""The code by SMS or e-mail: chosen once by a patient, then asked at each sign-in and for what asks a recent proof."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from passerelle.core.access import api as access
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.core.oauth import flows
from passerelle.core.oauth.forms.codes import CodeForm, WhereForm
from passerelle.core.oauth.selectors.sent_codes import under_way, way_of
from passerelle.core.oauth.services.sent_codes import CodeNotSent, WrongCode, send_code, take_code
from passerelle.core.ui.api import french


@access.enrolment
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_way(request: AuthenticatedRequest) -> HttpResponse:
    """Let a patient say where their codes go, and send the first."""
    account = _patient(request)
    if way_of(account.pk) is not None:
        return redirect("oauth:sent_code")
    form = WhereForm(request.POST or None)
    if form.is_valid():
        try:
            send_code(account=account, channel=form.channel, address=form.address, at=timezone.now())
        except CodeNotSent as refusal:
            form.add_error(None, french.typography(str(refusal.__doc__)))
        else:
            return redirect("oauth:first_code")
    return render(request, "oauth/choose_way.html", {"form": form})


@access.enrolment
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_code(request: AuthenticatedRequest) -> HttpResponse:
    """Take the first code: from then on, codes are this account's second factor."""
    account = _patient(request)
    if way_of(account.pk) is not None:
        return redirect("oauth:sent_code")
    return _asked(request, account)


@access.second_step
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sent_code(request: AuthenticatedRequest) -> HttpResponse:
    """Send a code when asked to, and take it."""
    account = _patient(request)
    way = way_of(account.pk)
    if way is None:
        raise access.AccessRefused
    if request.method == "POST" and "send" in request.POST:
        form = CodeForm()
        try:
            send_code(account=account, channel=way.channel, address=way.address, at=timezone.now())
        except CodeNotSent as refusal:
            return _page(request, form, refusal=french.typography(str(refusal.__doc__)))
        query = {"next": request.GET["next"]} if "next" in request.GET else {}
        return redirect(f"{reverse('oauth:sent_code')}?{urlencode(query)}")
    return _asked(request, account)


def _asked(request: AuthenticatedRequest, account: access.Account) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            take_code(account=account, code=form.cleaned_data["code"], at=timezone.now())
        except WrongCode as refusal:
            form.add_error("code", french.typography(str(refusal.__doc__)))
        else:
            access.note_second_factor(request, account)
            return redirect(flows.safe_next(request, request.GET.get("next", "")))
    return _page(request, form)


def _page(request: AuthenticatedRequest, form: CodeForm, refusal: str = "") -> HttpResponse:
    account = _patient(request)
    context = {
        "form": form,
        "way": way_of(account.pk),
        "under_way": under_way(account.pk, at=timezone.now()),
        "refusal": refusal,
    }
    return render(request, "oauth/sent_code.html", context)


def _patient(request: AuthenticatedRequest) -> access.Account:
    """Return the account of a patient; professionals have stronger means."""
    account = request.user
    if not isinstance(account, access.Account) or account.person_id is None:
        raise access.AccessRefused
    return account
