"""What a page says of a gateway and of a message: how it fares, and what to do."""

from dataclasses import dataclass
from typing import Final

_LATE_S: Final = 600.0
_KINDS: Final = {
    "waiting": "info",
    "sending": "info",
    "doubtful": "attention",
    "sent": "done",
    "delivered": "done",
    "failed": "danger",
    "expired": "attention",
    "stopped": "neutral",
    "cancelled": "neutral",
}
_ADVICE: Final = {
    "doubtful": (
        "Un accusé le règle de lui-même, d’ordinaire en quelques minutes. Sinon, cherchez notre identifiant dans le "
        "journal de la passerelle\u00a0: s’il n’y est pas, renvoyez\u00a0; s’il y est, considérez-le parti."
    ),
    "failed": (
        "Vérifiez le numéro ou l’adresse auprès de la personne. Renvoyer ne sert que si la cause est levée. "
        "Qui a demandé ce message le sait déjà et peut prendre un autre canal."
    ),
    "expired": "Il n’est pas envoyé en retard. Si cela se répète, la passerelle ou son rythme ne suffit pas.",
    "stopped": (
        "La personne peut revenir sur son choix\u00a0: en répondant REPRENDRE, par le lien d’un courriel, à l’accueil."
    ),
}


@dataclass(frozen=True, slots=True)
class Health:
    """How a gateway fares: a kind of status with its word, and what to do."""

    status_kind: str
    label: str
    advice: str = ""


def health_of(circuit: str, *, is_paused: bool, doubtful: int, late_s: float) -> Health:
    """Judge a gateway; the first that holds, from the most pressing."""
    if is_paused:
        return Health(
            "attention", "suspendue", "Reprenez quand la raison de la suspension a disparu\u00a0: rien n’est perdu."
        )
    if circuit != "closed":
        return Health(
            "danger",
            "ne répond pas",
            "Vérifiez que la passerelle tourne et que ses identifiants sont bons. Les essais reprennent d’eux-mêmes.",
        )
    if late_s > _LATE_S:
        return Health(
            "attention",
            "en retard",
            "La tâche d’envoi tourne-t-elle (passerelle tasks)\u00a0? Sinon, le rythme déclaré est trop lent.",
        )
    if doubtful:
        return Health("attention", "doutes à lever", "Ouvrez les messages «\u00a0peut-être partis\u00a0».")
    return Health("done", "en ordre")


def status_kind(state: str) -> str:
    """Return the kind of status of a state."""
    return _KINDS.get(state, "neutral")


def advice_of(state: str) -> str:
    """Return what to do about a message; empty when there is nothing to do."""
    return _ADVICE.get(state, "")
