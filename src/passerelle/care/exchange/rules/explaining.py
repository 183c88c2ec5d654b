"""What a person can do about a message that did not go through."""

_BY_STATE = {
    "received": "",
    "applied": "",
    "parked": (
        "Les messages suivants de ce patient attendent derrière celui-ci. Corrigez la cause puis relancez-le, ou "
        "écartez-le en disant pourquoi : les suivants seront alors appliqués."
    ),
    "set_aside": "Ce message a été écarté par une personne. Il reste lisible et n’a rien changé au dossier.",
    "conflict": (
        "L’application émettrice a repris l’identifiant de contrôle d’un autre message. Rien n’a été appliqué : "
        "faites renvoyer ce message sous un identifiant neuf si son contenu est attendu."
    ),
}
_REFUSED_FOR_CONTENT = (
    "Rien n’a été appliqué. Corrigez le message à l’endroit indiqué dans l’application émettrice, puis renvoyez-le "
    "sous un nouvel identifiant de contrôle. Si l’établissement émetteur est inconnu, ajoutez son code à l’annuaire "
    "puis renvoyez les mêmes octets."
)
_REFUSED_FOR_KIND = (
    "Rien n’a été appliqué. Ce genre de message n’est pas attendu ici : retirez-le du flux de l’application "
    "émettrice, ou demandez sa prise en charge."
)


def advice(state: str, ack_code: str) -> str:
    """Return what to do, in French, "" when nothing is."""
    if state == "refused":
        return _REFUSED_FOR_KIND if ack_code.endswith("R") else _REFUSED_FOR_CONTENT
    return _BY_STATE[state]
