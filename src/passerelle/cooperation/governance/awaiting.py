"""What the landing page of the steering space says of the votes."""

from datetime import datetime

from django.urls import reverse

from passerelle.cooperation.governance.selectors.sessions import ItemRow, open_votes
from passerelle.core.access.api import Viewer
from passerelle.core.ui.api import Awaiting


def votes_awaiting(viewer: Viewer, at: datetime) -> list[Awaiting]:
    return [_awaiting(item) for item in open_votes(viewer, at=at)]


def _awaiting(item: ItemRow) -> Awaiting:
    address = reverse("governance:item", args=[item.id])
    if item.awaits_viewer:
        sentence = f"Votre établissement n’a pas encore voté\u00a0: {item.title}"
        return Awaiting(sentence=sentence, url=address, action="Lire les pièces et voter")
    return Awaiting(
        sentence=f"Le quorum est atteint, le vote peut être clos\u00a0: {item.title}",
        url=address,
        action="Voir le vote",
    )
