"""Masking a document, and keeping care secret: from the page of the piece itself."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.consent import api as consent
from passerelle.care.patientspace.selectors import pages
from passerelle.care.patientspace.views.asking import Confirmation, confirm
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_BACK = "patientspace:choices"


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def mask(request: AuthenticatedRequest, document_id: UUID) -> HttpResponse:
    """Hide a document from professionals."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    title = pages.document_title(who.viewer, who.person_id, document_id, at=at)
    asked = Confirmation(
        "Masquer ce document",
        (
            "Les professionnels ne le verront plus, ni son titre, ni ses résultats.",
            "Vous le voyez toujours, ainsi que l’équipe qui l’a écrit.",
            "Ceux à qui vous avez donné le niveau le plus large le voient aussi.",
            "Un médecin à qui il manque peut vous soigner moins bien.",
            "Vous pourrez le montrer à nouveau à tout moment.",
        ),
        "Masquer ce document",
        _BACK,
        title,
    )
    return confirm(
        request,
        asked,
        lambda: consent.mask_document(
            person_id=who.person_id, document_id=document_id, title=title, by=who.voice, at=at
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def unmask(request: AuthenticatedRequest, document_id: UUID) -> HttpResponse:
    """Show a document again."""
    at = timezone.now()
    who = consent.deciding(request, at=at)
    title = pages.document_title(who.viewer, who.person_id, document_id, at=at)
    masked = next((one for one in consent.masked(who.person_id, at=at) if one.document_id == document_id), None)
    if masked is None:
        raise Http404
    asked = Confirmation(
        "Montrer à nouveau ce document",
        ("Ceux qui vous soignent le verront de nouveau, dès maintenant.",),
        "Montrer ce document",
        _BACK,
        title,
    )

    def decide() -> UUID:
        consent.unmask_document(person_id=who.person_id, document_id=document_id, by=who.voice, at=at)
        return masked.id

    return confirm(request, asked, decide)


_ITEMS = {"sejour": consent.Item.STAY, "document": consent.Item.DOCUMENT, "rendez-vous": consent.Item.APPOINTMENT}


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def keep_secret(request: AuthenticatedRequest, item: str, item_id: UUID) -> HttpResponse:
    """Keep care from one's parents: asked by the minor, in their own space."""
    at = timezone.now()
    who = consent.deciding_alone(request, at=at)
    _check_own(who, item, item_id, at)
    asked = Confirmation(
        "Garder ce soin secret",
        (
            "Vos parents, ou la personne qui vous représente, n’en verront plus rien ici, pas même qu’il existe.",
            "Le médecin le note. Il vous proposera d’en parler à vos parents\u00a0: vous pouvez refuser.",
            "Ceux qui vous soignent continuent de le voir.",
            "Vous pourrez lever ce secret à tout moment.",
        ),
        "Garder ce soin secret",
        _BACK,
    )
    return confirm(
        request,
        asked,
        lambda: consent.keep_secret(person_id=who.person_id, item=_ITEMS[item], item_id=item_id, by=who.voice, at=at),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.CONSENT, Act.CREATE)
def tell_again(request: AuthenticatedRequest, item_id: UUID) -> HttpResponse:
    """Lift a secret."""
    at = timezone.now()
    who = consent.deciding_alone(request, at=at)
    if item_id not in consent.secret_items(who.person_id, at=at):
        raise Http404
    asked = Confirmation(
        "Lever le secret",
        ("Vos parents, ou la personne qui vous représente, verront ce soin comme les autres.",),
        "Lever le secret",
        _BACK,
    )

    def decide() -> None:
        consent.tell_again(person_id=who.person_id, item_id=item_id, by=who.voice, at=at)

    return confirm(request, asked, decide)


def _check_own(who: consent.Acting, item: str, item_id: UUID, at: datetime) -> None:
    """Answer as for a missing page when the piece is not one of this young person's."""
    if item not in _ITEMS or not consent.is_young(who.person_id, at=at):
        raise Http404
    if not pages.holds(who.viewer, who.person_id, _ITEMS[item].value, item_id, at=at):
        raise Http404
