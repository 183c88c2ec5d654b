"""What a town doctor sends in: antecedents, allergies, treatments, reports."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from passerelle.care.liaison.forms.town import AllergyForm, AntecedentForm, MedicineForm, ReportForm
from passerelle.care.liaison.rules.uploads import UnfitFile
from passerelle.care.liaison.selectors.declared import declared_by, initial_of, terms_for
from passerelle.care.liaison.selectors.naming import banner
from passerelle.care.liaison.selectors.town import the_doctor
from passerelle.care.liaison.services.declaring import Allergy, Antecedent, Declared, Medicine, Term, declare, withdraw
from passerelle.care.liaison.services.reports import Told, add_report
from passerelle.care.liaison.views.town import trail_to_patients
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@dataclass(frozen=True, slots=True)
class Sort:
    """Something that is declared: its FHIR type, its form, its words."""

    resource_type: str
    form: type[forms.Form]
    title: str
    added: str
    has_terms: bool = False


SORTS = {
    "antecedents": Sort("Condition", AntecedentForm, "Déclarer un antécédent", "Antécédent transmis.", has_terms=True),
    "allergies": Sort("AllergyIntolerance", AllergyForm, "Déclarer une allergie", "Allergie transmise."),
    "traitements": Sort("MedicationStatement", MedicineForm, "Déclarer un traitement", "Traitement transmis."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.LIAISON, Act.CREATE)
def tell(request: AuthenticatedRequest, person_id: UUID, sort: str, resource_id: UUID | None = None) -> HttpResponse:
    """Declare something, or amend what one declared."""
    chosen = SORTS.get(sort)
    if chosen is None:
        raise Http404
    at = timezone.now()
    the_doctor(request.viewer, person_id, at=at)
    resource = declared_by(request.viewer, person_id, chosen.resource_type, resource_id) if resource_id else None
    initial: dict[str, Any] = initial_of(resource) if resource else _picked(request)
    form = chosen.form(request.POST or None, initial=initial)
    if form.is_valid():
        told = _declared(sort, form.cleaned_data)
        declare(person_id=person_id, declared=told, by=request.viewer, at=at, resource_id=resource_id)
        notices.success(request, chosen.added)
        return redirect("ville:patient", person_id)
    words = request.GET.get("mots", "")
    context = {
        "form": form,
        "sort": chosen,
        "words": words,
        "terms": terms_for(words) if chosen.has_terms and words else [],
        "banner": banner(person_id, on=timezone.localdate(at)),
        "is_new": resource is None,
        "withdraw_url": reverse("ville:withdraw", args=[person_id, sort, resource_id]) if resource_id else "",
        "trail": [*trail_to_patients(), ("Le patient", reverse("ville:patient", args=[person_id]))],
    }
    return render(request, "liaison/town_tell.html", context)


@require_POST
@access.requires(Kind.LIAISON, Act.CREATE)
def take_back(request: AuthenticatedRequest, person_id: UUID, sort: str, resource_id: UUID) -> HttpResponse:
    """Withdraw what was declared by mistake."""
    chosen = SORTS.get(sort)
    if chosen is None:
        raise Http404
    withdraw(
        person_id=person_id, type_=chosen.resource_type, resource_id=resource_id, by=request.viewer, at=timezone.now()
    )
    notices.success(request, "Retiré. L’historique en garde la trace.")
    return redirect("ville:patient", person_id)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.LIAISON, Act.CREATE)
def report(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Send a report of the town."""
    at = timezone.now()
    the_doctor(request.viewer, person_id, at=at)
    today = timezone.localdate(at)
    form = ReportForm(request.POST or None, request.FILES or None, today=today)
    if form.is_valid():
        told = Told(form.cleaned_data["code"], form.cleaned_data["title"], form.cleaned_data["made_on"])
        try:
            content = form.cleaned_data["file"].read()
            add_report(person_id=person_id, content=content, told=told, by=request.viewer, at=at)
        except UnfitFile as refusal:
            form.add_error("file", f"{refusal.why[:1].upper()}{refusal.why[1:]}.")
        else:
            notices.success(request, "Document versé au dossier.")
            return redirect("ville:patient", person_id)
    context = {
        "form": form,
        "banner": banner(person_id, on=today),
        "trail": [*trail_to_patients(), ("Le patient", reverse("ville:patient", args=[person_id]))],
    }
    return render(request, "liaison/town_report.html", context)


def _picked(request: AuthenticatedRequest) -> dict[str, str]:
    """Return the term picked in the nomenclature: its code and its label are in the address, which names nobody."""
    return {"code": request.GET.get("code", ""), "text": request.GET.get("libelle", "")}


def _declared(sort: str, told: dict[str, Any]) -> Declared:
    system, _, code = told["code"].partition("|")
    term = Term(told["text"].strip(), system, code) if code else Term(told["text"].strip())
    match sort:
        case "antecedents":
            return Antecedent(term, told["is_active"], told["began_on"], told["note"])
        case "allergies":
            return Allergy(term, told["category"], told["criticality"], told["reaction"], told["note"])
        case _:
            return Medicine(term, told["dosage"], told["status"], told["began_on"], told["ended_on"], told["note"])
