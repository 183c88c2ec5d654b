"""What each key of a declaration means, for its reference page; French, as the screens say it."""

from collections.abc import Iterable, Mapping

from passerelle.care.channels.rules.declared import ACKNOWLEDGES, DAYS, DOORS, FAMILIES, TRANSPORTS, VALIDATIONS
from passerelle.care.channels.rules.reading.options import DOOR_OPTIONS, TRANSPORT_OPTIONS, Option

CHANNEL: Mapping[str, str] = {
    "channel": "code du canal : minuscules, chiffres, tirets ; obligatoire",
    "label": "nom montré ; obligatoire",
    "note": "pourquoi ce canal est ainsi",
    "establishment": "code de l’établissement dans l’annuaire ; obligatoire",
    "enabled": "`false` arrête le canal : ses messages sont refusés par AR, et repris plus tard",
    "source.door": f"porte d’entrée : {', '.join(DOORS)} ; obligatoire",
    "source.facilities": "codes MSH-4 de l’émetteur, qui doivent être ceux de l’établissement ; obligatoire",
    "source.applications": "codes MSH-3 ; sans cette clé, toutes les applications",
    "source.options": "propres à la porte, ci-dessous",
    "profile.family": f"profil : {', '.join(FAMILIES)} ; obligatoire",
    "profile.messages": "types attendus, « ADT^A01 » ou « ADT^* » ; les autres sont refusés par AR",
    "profile.validation": f"contrôle du profil français : {', '.join(VALIDATIONS)}",
    "contract.acknowledge": f"quand répondre : {', '.join(ACKNOWLEDGES)}",
    "contract.wait_seconds": "attente de l’application, de 0,1 à 60 secondes (10 sans elle)",
    "mapping": "étapes de transformation, ci-dessous",
    "destinations": "codes des destinations qui reçoivent ensuite le message",
    "silence.minutes": "durée sans message qui déclenche une alerte",
    "silence.from": "début de la surveillance, « 07:00 » entre guillemets",
    "silence.to": "fin de la surveillance",
    "silence.days": f"jours surveillés : {', '.join(DAYS)}",
}
DESTINATION: Mapping[str, str] = {
    "destination": "code de la destination ; obligatoire",
    "label": "nom montré ; obligatoire",
    "note": "pourquoi elle est ainsi",
    "establishment": "code de l’établissement ; sans cette clé, tout le groupement",
    "enabled": "`false` arrête les envois",
    "simulator": "`true` dit à l’écran qu’aucun système réel n’est joint",
    "transport.kind": f"transport : {', '.join(TRANSPORTS)} ; obligatoire",
    "transport.options": "propres au transport, ci-dessous",
    "sends": "types reçus, « ADT^A40 » ou « ADT^* » ; obligatoire",
    "changes": "`true` : reçoit aussi les changements d’identité de tout le groupement",
    "retry.first_seconds": "délai avant le deuxième essai ; il double ensuite",
    "retry.longest_seconds": "délai le plus long entre deux essais",
    "retry.attempts": "nombre d’essais ; 0, sans abandon",
}
STEPS: Mapping[str, str] = {
    "set: PATH, to: VALUE": "écrit une valeur",
    "copy: PATH, to: PATH": "copie un endroit dans un autre",
    "clear: PATH": "vide un endroit",
    "replace: PATH, find: TEXT, by: TEXT": "remplace un texte à l’intérieur d’un endroit",
    "translate: PATH, table: {A: B}, otherwise: keep | clear": "traduit par une table ; le reste est gardé, ou vidé",
    "drop: SEGMENT": "retire tous les segments de ce nom",
    "when: {PATH: VALUE | [VALUES] | {not: …}}": 'condition de toute étape ; `""` veut dire absent',
}


def sections() -> list[tuple[str, str, tuple[str, str], list[tuple[str, str]]]]:
    """Return the tables of the reference: title, sentence, heads of columns, rows."""
    heads = ("Clé", "Sens")
    return [
        (
            "Un canal",
            "Qui envoie, par quelle porte, et ce qui en est fait.",
            heads,
            _codes(CHANNEL),
        ),
        *(
            (f"Options de la porte {door}", "Sous `source.options`.", heads, _options(options))
            for door, options in DOOR_OPTIONS.items()
        ),
        (
            "Étapes de transformation",
            "Sous `mapping`, dans leur ordre ; chacune voit ce qu’a fait la précédente. Un chemin s’écrit `PV1-3.1`, "
            "`PID-3[2].4.2`, `OBX[*]-3.1`. Une étape n’agit que sur les segments présents, et ne touche ni MSH-1, "
            "MSH-2, MSH-9 à MSH-11, ni MSH-18. Ce qu’aucune étape ne nomme garde ses octets.",
            ("Étape", "Sens"),
            _codes(STEPS),
        ),
        ("Une destination", "Qui reçoit, quoi, et comment.", heads, _codes(DESTINATION)),
        *(
            (f"Options du transport {kind}", "Sous `transport.options`.", heads, _options(options))
            for kind, options in TRANSPORT_OPTIONS.items()
        ),
    ]


def _codes(meanings: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(f"`{key}`", meaning) for key, meaning in meanings.items()]


def _options(options: Mapping[str, Option]) -> list[tuple[str, str]]:
    return list(_told(options))


def _told(options: Mapping[str, Option]) -> Iterable[tuple[str, str]]:
    for name, option in options.items():
        yield f"`{name}`", option.meaning + (" ; obligatoire" if option.is_required else "")
