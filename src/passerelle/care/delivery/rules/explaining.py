"""What the state of a destination or of an item means, and what to do, in the words of whoever keeps the flows."""

from dataclasses import dataclass

from passerelle.care.delivery.rules.circuit import CircuitState

_KINDS = {
    "mllp": "HL7 v2 par MLLP",
    "fhir": "serveur FHIR",
    "resthook": "abonné FHIR (rest-hook)",
    "smtp": "messagerie sécurisée (SMTP)",
    "file": "dépôt de fichiers",
}
_ITEM_ADVICE = {
    "waiting": "Rien à faire : il partira à son tour.",
    "sending": "Rien à faire : la réponse est attendue.",
    "ambiguous": (
        "Demandez au destinataire s’il l’a reçu. Si oui, considérez-le délivré ; si non, envoyez-le de nouveau. "
        "Les envois suivants de ce patient attendent votre décision."
    ),
    "failed": (
        "Lisez la réponse : elle dit ce que le destinataire refuse. Corrigez à la source ou chez lui, puis relancez. "
        "Les envois suivants de ce patient sont partis sans attendre."
    ),
    "delivered": "",
    "cancelled": "",
}


@dataclass(frozen=True, slots=True)
class Health:
    """How a destination fares: a kind of status, the words beside it, and what to do ("" when nothing)."""

    status_kind: str
    label: str
    advice: str = ""


def kind_label(kind: str) -> str:
    """Return how a destination is reached, in words."""
    return _KINDS.get(kind, kind)


def item_advice(state: str) -> str:
    """Return what to do about an item, "" when nothing."""
    return _ITEM_ADVICE.get(state, "")


def health_of(
    circuit: CircuitState, *, failures: int, is_paused: bool, ambiguous: int, failed: int, has_answered: bool
) -> Health:
    """Judge a destination: what stops it first, then what waits for somebody, else all is well."""
    if is_paused:
        return Health(
            "neutral", "suspendu", "Reprenez-le quand son application est prête : rien n’est perdu entre-temps."
        )
    if circuit is not CircuitState.CLOSED:
        label = "essai en cours" if circuit is CircuitState.HALF_OPEN else "injoignable"
        return Health(
            "danger",
            label,
            "Vérifiez que l’application est démarrée et que le réseau passe. Elle est essayée de nouveau toute seule ; "
            "« Essayer maintenant » n’attend pas.",
        )
    if ambiguous:
        return Health("attention", "à décider", "Des envois sont peut-être arrivés : décidez pour chacun.")
    if failures:
        return Health("attention", "hésite", "Le dernier essai a échoué ; le suivant est proche.")
    if failed:
        return Health("attention", "des refus", "Des envois sont refusés : lisez leur réponse, puis relancez-les.")
    return Health("done", "reçoit") if has_answered else Health("neutral", "jamais joint")
