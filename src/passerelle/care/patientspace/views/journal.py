"""« Qui a consulté mon dossier », and asking about it."""

from datetime import datetime, time

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from passerelle.care.consent import api as consent
from passerelle.care.patientspace.forms.choices import AccessFilter, QuestionForm
from passerelle.care.patientspace.selectors import journal
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Role


@require_safe
@access.requires(Kind.AUDIT, Act.READ)
def accesses(request: AuthenticatedRequest) -> HttpResponse:
    """List who opened the record; in somebody else's space, say why the list is not there."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    if not who.is_self:
        return render(request, "patientspace/accesses_closed.html")
    form = AccessFilter(request.GET)
    wanted = _wanted(request, form)
    context = {
        "page": journal.accesses(request.viewer, who.person_id, at=at, wanted=wanted),
        "form": form,
        "with_mine": wanted.with_mine,
        "is_first": not request.GET.get("avant"),
        "is_narrow": form.is_valid() and any(form.cleaned_data.values()),
        "query": _query(request),
    }
    return render(request, "patientspace/accesses.html", context)


def _wanted(request: AuthenticatedRequest, form: AccessFilter) -> journal.Wanted:
    asked = form.cleaned_data if form.is_valid() else {}
    last, first = asked.get("jusqu"), asked.get("depuis")
    return journal.Wanted(
        before=_moment(request.GET.get("avant", "")) or (consent.end_of_day(last) if last else None),
        since=timezone.make_aware(datetime.combine(first, time.min)) if first else None,
        what=asked.get("quoi", ""),
        with_mine="tout" in request.GET,
    )


def _query(request: AuthenticatedRequest) -> str:
    asked = request.GET.copy()
    asked.pop("avant", None)
    return asked.urlencode()


@require_POST
@access.requires(Kind.AUDIT, Act.READ)
def acknowledge(request: AuthenticatedRequest) -> HttpResponse:
    """Note that the patient has seen the emergency accesses."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    if who.is_self:
        consent.acknowledge_notices(person_id=who.person_id, at=at)
        messages.success(request, "C’est noté\u00a0: vous avez vu cet accès d’urgence. Il reste dans la liste.")
    return redirect("patientspace:accesses")


@require_safe
@access.requires(Kind.AUDIT, Act.READ)
def questions(request: AuthenticatedRequest) -> HttpResponse:
    """Show what one asked, and the answers."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    asked = consent.questions_of(who.person_id, at=at) if who.is_self else []
    return render(request, "patientspace/questions.html", {"asked": asked, "trail": _trail()})


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.AUDIT, Act.READ)
def ask(request: AuthenticatedRequest) -> HttpResponse:
    """Ask the data-protection officer about one access, or report it."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    if not who.is_self:
        raise access.AccessRefused
    about = journal.about(request.viewer, who.person_id, _moment(request.GET.get("le", "")))
    form = QuestionForm(request.POST or None)
    if form.is_valid():
        consent.ask(
            person_id=who.person_id,
            text=form.cleaned_data["text"],
            about=about,
            is_report=form.cleaned_data["kind"] == "signalement",
            by=request.viewer.actor(Role.PATIENT),
            at=at,
        )
        messages.success(request, "Votre message est envoyé au délégué à la protection des données.")
        return redirect("patientspace:questions")
    return render(request, "patientspace/ask.html", {"form": form, "about": about, "trail": _trail()})


def _trail() -> list[tuple[str, str]]:
    return [("Qui a consulté mon dossier", reverse("patientspace:accesses"))]


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None
