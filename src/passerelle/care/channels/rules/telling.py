"""What a declaration does, in plain French sentences."""

from collections.abc import Mapping

from passerelle.care.channels.rules.declared import Channel, Destination, Silence
from passerelle.care.channels.rules.steps import Act, Condition, Otherwise, Step

DOOR_NAMES = {"mllp": "MLLP", "fhir": "FHIR", "folder": "dossier surveillé", "sftp": "dépôt SFTP"}
FAMILY_NAMES = {
    "pam-fr": "IHE PAM France",
    "cda-fr": "CDA du cadre d’interopérabilité",
    "fhir-r4": "FHIR R4",
    "document": "documents (CDA ou PDF)",
}
TRANSPORT_NAMES = {
    "mllp": "MLLP",
    "fhir": "serveur FHIR",
    "smtp": "messagerie",
    "file": "fichier",
    "resthook": "annonce HTTP (rest-hook)",
}
_VALIDATIONS = {
    "none": "La conformité au profil n’est pas contrôlée.",
    "report": "Les écarts au profil sont montrés avec chaque message, qui est pris quand même.",
    "reject": "Un message qui s’écarte du profil est refusé, avec l’endroit et la règle.",
}
_DAYS = {1: "lundi", 2: "mardi", 3: "mercredi", 4: "jeudi", 5: "vendredi", 6: "samedi", 7: "dimanche"}


def channel_sentences(channel: Channel, destinations: Mapping[str, Destination]) -> list[str]:
    """Return what a channel does, one sentence a fact, in the order of a message."""
    return [
        _source(channel),
        _messages(channel),
        _VALIDATIONS[channel.profile.validation],
        *(f"{step_sentence(step)}." for step in channel.mapping),
        _contract(channel),
        _destinations(channel, destinations),
        _silence(channel.silence),
    ]


def _source(channel: Channel) -> str:
    source = channel.source
    who = f"l’émetteur {_and(source.facilities)}"
    what = f", application {_or(source.applications)}" if source.applications else ", toutes applications"
    if source.door == "mllp":
        pinned = "certificates" in source.options
        how = "par MLLP, sous TLS avec le certificat déclaré" if pinned else "par MLLP"
    elif source.door == "fhir":
        how = "par la porte FHIR, avec la clé du canal"
    else:
        folder = source.options.get("folder", "")
        how = f"dans le dossier « {folder} »" + (", par SFTP" if source.door == "sftp" else "")
    return f"Reçoit {how} ce qu’envoie {who}{what}."


def _messages(channel: Channel) -> str:
    family = FAMILY_NAMES.get(channel.profile.family, channel.profile.family)
    if not channel.profile.messages:
        return f"Attend le profil {family}, tous types de messages."
    return f"Attend le profil {family}, et seulement {_and(channel.profile.messages)}. Le reste est refusé."


def _contract(channel: Channel) -> str:
    if channel.contract.acknowledge == "stored":
        return "Répond dès que le message est enregistré."
    return (
        f"Répond une fois le message appliqué, en attendant au plus {channel.contract.wait_seconds:g} secondes. "
        "Un refus revient avec son endroit."
    )


def _destinations(channel: Channel, known: Mapping[str, Destination]) -> str:
    labels = [known[code].label if code in known else code for code in channel.destinations]
    return f"Envoie ensuite à {_and(labels)}." if labels else "N’envoie rien plus loin."


def _silence(silence: Silence | None) -> str:
    if silence is None:
        return "Son silence ne déclenche pas d’alerte."
    hours = ""
    if silence.from_time is not None and silence.to_time is not None:
        hours = f", entre {silence.from_time:%H:%M} et {silence.to_time:%H:%M}"
    article = "le" if len(silence.days) == 1 else "les"
    days = "" if len(silence.days) == 7 else f", {article} {_and([_DAYS[day] for day in silence.days])}"
    return f"Alerte après {silence.minutes} minutes sans message{hours}{days}."


def step_sentence(step: Step) -> str:
    """Return a step of a mapping as people say it, without its full stop."""
    where = step.place.text if step.place else step.segment
    told = {
        Act.SET: f"Écrit « {step.value} » en {where}",
        Act.COPY: f"Copie {step.source.text if step.source else ''} en {where}",
        Act.CLEAR: f"Vide {where}",
        Act.REPLACE: f"Remplace « {step.find} » par « {step.value} » en {where}",
        Act.TRANSLATE: _translation(step, where),
        Act.DROP: f"Retire les segments {step.segment}",
    }[step.act]
    conditions = " et ".join(_condition(condition) for condition in step.when)
    return f"{told}, quand {conditions}" if conditions else told


def _translation(step: Step, where: str) -> str:
    table = ", ".join(f"« {key} » devient « {value} »" for key, value in step.table.items())
    rest = "le reste est gardé" if step.otherwise is Otherwise.KEEP else "le reste est vidé"
    return f"Traduit {where}, où {table}, et {rest}"


def _condition(condition: Condition) -> str:
    if condition.values == frozenset({""}):
        return f"{condition.place.text} est {'présent' if condition.is_negated else 'absent'}"
    values = _or([f"« {value} »" if value else "vide" for value in sorted(condition.values)])
    return f"{condition.place.text} {'n’est pas' if condition.is_negated else 'vaut'} {values}"


def destination_sentences(destination: Destination) -> list[str]:
    """Return what a destination receives and how, one sentence a fact."""
    retry = destination.retry
    until = "sans jamais abandonner" if not retry.attempts else f"{retry.attempts} fois au plus"
    way = TRANSPORT_NAMES[destination.transport.kind]
    told = [
        f"Reçoit {_and(received(destination))} par {way}{_address(destination)}.",
        f"Un envoi qui échoue est repris après {retry.first_seconds:g} s, puis de plus en plus tard, "
        f"jusqu’à {retry.longest_seconds:g} s entre deux essais, {until}.",
    ]
    if destination.changes:
        told.append("Reçoit aussi les fusions et changements d’identité de tout le groupement.")
    if destination.simulator:
        told.append("Tient lieu d’un système que cette installation ne joint pas : c’est un simulateur.")
    return told


def received(destination: Destination) -> tuple[str, ...]:
    """Return what a destination receives: types of messages, then types of FHIR resources."""
    return (*destination.sends, *destination.transport.options.get("resources", ()))


def _address(destination: Destination) -> str:
    options = destination.transport.options
    if "url" in options:
        return f", à {options['url']}"
    if "host" in options:
        return f", à {options['host']}:{options.get('port', '')}"
    return f", dans le dossier « {options['folder']} »" if "folder" in options else ""


def _and(words: "tuple[str, ...] | list[str]") -> str:
    return " et ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _or(words: "tuple[str, ...] | list[str]") -> str:
    return " ou ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
