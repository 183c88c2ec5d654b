import csv
from datetime import date

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.savings.forms import HoursForm, PeriodForm, TimingForm
from passerelle.care.savings.rules.declared import declaration
from passerelle.care.savings.rules.estimate import months_until
from passerelle.care.savings.selectors import page, worth
from passerelle.care.savings.selectors.minutes import Estimate, minutes
from passerelle.care.savings.services.entries import AlreadyEntered, enter_hours, enter_timing
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_SHOWN = 12
_OFFERED = 36
_TAKEN = "Une valeur est déjà saisie à partir de ce mois\u00a0: choisissez-en un autre."


def _asked(request: AuthenticatedRequest) -> tuple[Estimate, PeriodForm]:
    offered = months_until(timezone.localdate(), _OFFERED)
    form = PeriodForm(request.GET or None, places=page.places(), months=offered)
    told = form.cleaned_data if form.is_valid() else {}
    last = date.fromisoformat(f"{told['until']}-01") if told.get("until") else offered[-1]
    place = told.get("place")
    return minutes(months_until(last, _SHOWN), establishments=[place] if place else None), form


@require_safe
@access.requires(Kind.INDICATOR, Act.READ)
def home(request: AuthenticatedRequest) -> HttpResponse:
    found, form = _asked(request)
    context = {
        "form": form,
        "found": found,
        "view": page.savings_view(found) if found.places else None,
        "target": declaration(),
        "query": request.GET.urlencode(),
        "may_enter": request.viewer.may(Kind.INDICATOR, Act.UPDATE),
    }
    return render(request, "savings/home.html", context)


@require_safe
@access.requires(Kind.INDICATOR, Act.READ)
def as_csv(request: AuthenticatedRequest) -> HttpResponse:
    found, _ = _asked(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="temps-rendu.csv"'
    response.write("\ufeff")
    csv.writer(response, delimiter=";").writerows(page.csv_rows(found))
    return response


@require_safe
@access.requires(Kind.INDICATOR, Act.READ)
def values(request: AuthenticatedRequest) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "values": worth.values(today),
        "hours": worth.hours_of_places(today),
        "may_enter": request.viewer.may(Kind.INDICATOR, Act.UPDATE),
    }
    return render(request, "savings/values.html", context)


@require_http_methods(["GET", "POST"])
@access.requires(Kind.INDICATOR, Act.UPDATE)
def timing(request: AuthenticatedRequest, act: str) -> HttpResponse:
    now = timezone.now()
    found = worth.value_of(act, timezone.localdate(now))
    if found is None:
        raise Http404
    form = TimingForm(request.POST or None, initial={"since": timezone.localdate(now).replace(day=1)})
    if request.method == "POST" and form.is_valid():
        try:
            enter_timing(act, **form.cleaned_data, by=request.viewer.actor(), at=now)
        except AlreadyEntered:
            form.add_error("since", _TAKEN)
        else:
            return _kept(request)
    return _entry(request, form, title=found.act.label, lead=f"Acte sur papier remplacé\u00a0: {found.act.replaces}.")


@require_http_methods(["GET", "POST"])
@access.requires(Kind.INDICATOR, Act.UPDATE)
def hours(request: AuthenticatedRequest) -> HttpResponse:
    now = timezone.now()
    chosen = {"since": timezone.localdate(now).replace(day=1), "establishment": request.GET.get("etablissement", "")}
    form = HoursForm(request.POST or None, initial=chosen, places=page.places())
    if request.method == "POST" and form.is_valid():
        try:
            enter_hours(**form.cleaned_data, by=request.viewer.actor(), at=now)
        except AlreadyEntered:
            form.add_error("since", _TAKEN)
        else:
            return _kept(request)
    lead = "Le temps rendu est comparé à ces heures. Sans elles, aucune part n’est calculée."
    return _entry(request, form, title="Heures de travail administratif", lead=lead)


def _kept(request: AuthenticatedRequest) -> HttpResponse:
    messages.success(request, "Valeur enregistrée. Les mois d’avant gardent la leur.")
    return redirect("savings:values")


def _entry(request: AuthenticatedRequest, form: Form, *, title: str, lead: str) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "savings/entry.html", {"form": form, "title": title, "lead": lead}, status=status)
