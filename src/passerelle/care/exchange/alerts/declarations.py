"""What is declared and that this release cannot read: after an update, a channel must not stop without a word."""

from collections.abc import Iterator

from django.urls import reverse

from passerelle.care.channels import api as channels
from passerelle.care.exchange.rules.alerting import Finding

_EFFECTS = {
    "channel": (
        "Le canal «\u00a0{}\u00a0» n’est plus compris",
        "Ses messages sont pris comme ceux d’un émetteur sans canal\u00a0: sans correspondances, sans destinataires, "
        "sans exigence de certificat.",
    ),
    "destination": (
        "La destination «\u00a0{}\u00a0» n’est plus comprise",
        "Rien n’y est plus mis en file\u00a0; ce qui y attendait n’est pas perdu.",
    ),
}


def unreadable() -> Iterator[Finding]:
    """Yield one finding for each version in force that is left out because it is not understood."""
    for one in channels.current().unreadable:
        title, effect = _EFFECTS[one.kind]
        yield Finding(
            rule="declaration",
            subject=f"{one.kind} {one.code}",
            title=f"{title.format(one.code)} par cette version de Passerelle",
            todo=(
                f"{effect} Corrigez le fichier et rechargez-le (passerelle load channels), ou reprenez une version "
                f"antérieure depuis sa page. Ce qui n’est pas compris\u00a0: {one.why}."
            ),
            evidence=str(one.version),
            is_severe=True,
            link=reverse("channels:declaration", args=[one.kind, one.code]),
        )
