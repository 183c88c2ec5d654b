"""« Mes choix »: what is in force, what was decided, and the receipt of each decision."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.consent import api as consent
from passerelle.care.patientspace.selectors import choices as selectors
from passerelle.care.patientspace.views.asking import Confirmation, confirm, trail
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_BACK = "patientspace:choices"
_ENDS = {
    "careteam": Confirmation(
        "Retirer de mon équipe",
        (
            "Cette personne ne verra plus votre dossier à ce titre, dès maintenant.",
            "Un hôpital qui vous soigne garde son propre accès.",
            "Ce qu’elle a déjà lu reste connu d’elle.",
        ),
        "Retirer de mon équipe",
        _BACK,
    ),
    "opposition": Confirmation(
        "Retirer mon opposition",
        (
            "Les règles ordinaires s’appliquent de nouveau, dès maintenant.",
            "Ceux qui vous soignent voient ce qui est utile à vos soins.",
        ),
        "Retirer mon opposition",
        _BACK,
    ),
    "trusted": Confirmation(
        "Retirer ma personne de confiance", ("L’hôpital ne la consultera plus en votre nom.",), "Retirer", _BACK
    ),
}


@require_safe
@access.requires(Kind.CONSENT, Act.READ)
def choices(request: AuthenticatedRequest) -> HttpResponse:
    at = timezone.now()
    who = consent.acting(request, at=at)
    context = {"who": who, "choices": selectors.choices(who, at=at), "is_young": consent.is_young(who.person_id, at=at)}
    return render(request, "patientspace/choices.html", context)


@require_safe
@access.requires(Kind.CONSENT, Act.READ)
def history(request: AuthenticatedRequest) -> HttpResponse:
    at = timezone.now()
    said = selectors.log(consent.acting(request, at=at))
    rows = [(one, one.is_in_force(at)) for one in said]
    return render(request, "patientspace/choice_history.html", {"rows": rows, "trail": trail()})


@require_safe
@access.requires(Kind.CONSENT, Act.READ)
def receipt(request: AuthenticatedRequest, choice_id: UUID) -> HttpResponse:
    at = timezone.now()
    who = consent.acting(request, at=at)
    said = selectors.receipt(who, choice_id)
    if said is None:
        raise Http404
    context = {"said": said, "is_in_force": said.is_in_force(at), "who": who, "trail": trail()}
    return render(request, "patientspace/receipt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def end_choice(request: AuthenticatedRequest, choice_id: UUID) -> HttpResponse:
    """Withdraw a member of the team, an opposition or the trusted person."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    said = selectors.receipt(who, choice_id)
    if said is None or said.kind not in _ENDS or not said.is_in_force(at):
        raise Http404
    told = _ENDS[said.kind]
    asked = Confirmation(told.title, told.consequences, told.button, told.back, said.what)

    def decide() -> UUID:
        consent.withdraw(person_id=who.person_id, choice_id=choice_id, kind=said.kind, by=who.voice, at=at)
        return choice_id

    return confirm(request, asked, decide)
