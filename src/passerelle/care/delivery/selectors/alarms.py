"""What is wrong with one queue, told to whoever keeps the flows: what happens, and what to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from passerelle.care.exchange.api import Finding
from passerelle.core.ui.api import french

LATE = timedelta(minutes=30)


@dataclass(slots=True)
class Queue:
    """What waits for one destination, and how its line fares."""

    code: str
    label: str
    owner: str
    pending: int = 0
    ambiguous: int = 0
    oldest_at: datetime | None = None
    latest_ambiguous: int = 0
    failed: int = 0
    latest_failed: int = 0
    is_in_force: bool = True
    is_open: bool = False
    paused_at: datetime | None = None
    last_success_at: datetime | None = None


def ambiguous(queue: Queue) -> Finding:
    """Tell of items that may have arrived."""
    several = queue.ambiguous > 1
    return Finding(
        rule="delivery_doubt",
        subject=queue.code,
        title=f"{french.number(queue.ambiguous)} envoi{'s' if several else ''} vers «\u00a0{queue.label}\u00a0»"
        f" {'sont' if several else 'est'} peut-être arrivé{'s' if several else ''}, sans réponse",
        todo=(
            "Demandez au destinataire s’il l’a reçu. S’il ne l’a pas, renvoyez-le\u00a0; s’il l’a, considérez-le "
            "délivré. Les envois suivants de ces patients attendent votre décision."
        ),
        evidence=str(queue.latest_ambiguous),
        link=_page(queue),
        establishment=queue.owner,
    )


def stuck(queue: Queue, oldest_at: datetime, at: datetime) -> Finding:
    """Tell of a queue that does not move although nobody stopped it."""
    return Finding(
        rule="delivery_stuck",
        subject=queue.code,
        title=f"Rien ne part vers «\u00a0{queue.label}\u00a0» depuis {french.duration(at - oldest_at)}"
        f" ({french.number(queue.pending)} en attente)",
        todo=(
            "Vérifiez que l’application destinataire répond et que l’expéditeur tourne (passerelle deliver). Rien "
            "n’est perdu\u00a0: la file repart d’elle-même. Si l’arrêt est prévu, suspendez le destinataire."
        ),
        evidence=queue.last_success_at.isoformat() if queue.last_success_at else "jamais",
        is_severe=at - oldest_at > LATE,
        link=_page(queue),
        establishment=queue.owner,
        hold=timedelta(minutes=5),
    )


def refused(queue: Queue) -> Finding:
    """Tell of dead letters: nothing more is tried for them."""
    several = queue.failed > 1
    return Finding(
        rule="delivery_refused",
        subject=queue.code,
        title=f"{french.number(queue.failed)} envoi{'s' if several else ''} vers «\u00a0{queue.label}\u00a0»"
        f" {'ont été refusés' if several else 'a été refusé'}",
        todo=(
            "Lisez la réponse de chacun\u00a0: elle dit ce qui manque. Corrigez à la source ou chez le destinataire, "
            "puis relancez-les ensemble depuis sa file, ou annulez-les. Les envois suivants partent sans attendre."
        ),
        evidence=str(queue.latest_failed),
        link=_page(queue, "?etat=failed"),
        establishment=queue.owner,
    )


def suspended(queue: Queue, paused_at: datetime, at: datetime) -> Finding:
    """Tell of a suspension that somebody may have forgotten."""
    return Finding(
        rule="delivery_suspended",
        subject=queue.code,
        title=f"«\u00a0{queue.label}\u00a0» est suspendu depuis {french.duration(at - paused_at)}"
        f" ({french.number(queue.pending)} en attente)",
        todo=(
            "Demandez à qui l’a suspendu si c’est encore voulu\u00a0: son nom et son motif sont sur la page du "
            "destinataire. Sinon, reprenez\u00a0: la file part dans l’ordre."
        ),
        evidence=paused_at.isoformat(),
        link=_page(queue),
        establishment=queue.owner,
    )


def out_of_force(queue: Queue) -> Finding:
    """Tell of what waits for a destination that its declaration stopped."""
    return Finding(
        rule="delivery_stopped",
        subject=queue.code,
        title=f"«\u00a0{queue.label}\u00a0» est arrêtée ({french.number(queue.pending + queue.ambiguous)} en attente)",
        todo=(
            "Sa déclaration l’arrête (enabled: false) ou n’est plus comprise. Si c’est une erreur, remettez-la en "
            "service et rechargez-la (passerelle load channels)\u00a0: la file repart d’elle-même. Rien n’est perdu."
        ),
        evidence=str(queue.oldest_at),
        link=reverse("channels:list"),
        establishment=queue.owner,
        hold=timedelta(minutes=5),
    )


def _page(queue: Queue, criteria: str = "") -> str:
    """Return the page of a queue; the list for one that is not in force, which has none."""
    if not queue.is_in_force:
        return reverse("delivery:destinations")
    return reverse("delivery:destination", args=[queue.code]) + criteria
