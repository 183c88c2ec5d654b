"""The options of each door and transport: their names, their form and their sense. The reference is made from here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from passerelle.care.channels.rules.reading.nodes import Entry

_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
_FOLDER_FORM = "un nom de dossier sans « / »"
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}")
_KEY = re.compile(r"(?:ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]+(?: .*)?")
_URL = re.compile(r"https?://[^\s/]+(?:/\S*)?")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Option:
    """How a value is read, whether it must be there, and what it means (French, for the reference)."""

    read: Callable[[Entry], Any]
    meaning: str
    is_required: bool = False


def _name(pattern: re.Pattern[str], what: str) -> Callable[[Entry], str]:
    return lambda entry: entry.name(pattern, what)


def _names(pattern: re.Pattern[str], what: str) -> Callable[[Entry], tuple[str, ...]]:
    return lambda entry: entry.texts(pattern, what)


def _port(entry: Entry) -> int:
    return entry.integer(1, 65_535)


def _seconds(entry: Entry) -> float:
    return entry.number(0.1, 3600)


_HOST_OPTION = Option(_name(_HOST, "un nom ou une adresse"), "machine à joindre", is_required=True)
_TIMEOUT = Option(_seconds, "attente de la réponse, en secondes (30 sans elle)")
_FOLDER_OPTION = Option(_name(_FOLDER, _FOLDER_FORM), "dossier surveillé, sous la racine des dépôts", is_required=True)
_IDEMPOTENT = Option(
    lambda entry: entry.boolean(),
    "le destinataire reconnaît un envoi déjà reçu (pour MLLP, par MSH-10) : sans réponse, il est renvoyé sans décision",
)
_CA_FILE = Option(lambda entry: entry.text(), "autorité qui signe le serveur (fichier PEM)")
_CERTIFICATE_FILE = Option(lambda entry: entry.text(), "certificat client (fichier PEM)")
_KEY_FILE = Option(lambda entry: entry.text(), "clé du certificat client (fichier PEM)")
_NAMESPACE = Option(
    lambda entry: entry.text(longest=120),
    "autorité des IPP quand le fichier ou la ressource ne la dit pas (nom de PID-3.4.1)",
)
_QUALIFIED = Option(
    lambda entry: entry.boolean(),
    "l’émetteur garantit que les INS de ses documents sont qualifiées ; sans elle, ces INS ne sont pas reprises",
)
DOOR_OPTIONS: Mapping[str, Mapping[str, Option]] = {
    "mllp": {
        "certificates": Option(
            _names(_FINGERPRINT, "l’empreinte SHA-256 du certificat, 64 chiffres hexadécimaux"),
            "empreintes SHA-256 des certificats clients ; avec elles le canal n’accepte que TLS mutuel",
        ),
    },
    "fhir": {"namespace": _NAMESPACE, "qualified_ins": _QUALIFIED},
    "folder": {
        "folder": _FOLDER_OPTION,
        "settle_seconds": Option(_seconds, "durée sans changement avant de prendre un fichier (2 sans elle)"),
        "namespace": _NAMESPACE,
        "qualified_ins": _QUALIFIED,
    },
    "sftp": {
        "folder": _FOLDER_OPTION,
        "keys": Option(_names(_KEY, "une clé publique OpenSSH"), "clés publiques admises au dépôt", is_required=True),
        "settle_seconds": Option(_seconds, "durée sans changement avant de prendre un fichier (2 sans elle)"),
        "namespace": _NAMESPACE,
        "qualified_ins": _QUALIFIED,
    },
}


def _text(entry: Entry) -> str:
    return entry.text()


def _boolean(entry: Entry) -> bool:
    return entry.boolean()


_IDEMPOTENT = Option(_boolean, "le destinataire reconnaît un second envoi : ce qui est douteux repart sans décision")
_GATEWAY = Option(
    _boolean, "cette application publie au DMP les documents qui le demandent ; sans elle, leur émetteur est averti"
)
_CA = Option(_text, "autorité qui signe le serveur (fichier PEM)")
_CERTIFICATE = Option(_text, "certificat client (fichier PEM)")
_KEY_FILE = Option(_text, "clé du certificat client (fichier PEM)")
_TOKENS = {
    "token_file": Option(_text, "fichier qui contient le jeton d’accès"),
    "token_url": Option(
        _name(_URL, "une adresse http(s)"), "serveur qui donne les jetons (OAuth 2, client credentials)"
    ),
    "client_id": Option(_text, "identifiant du client auprès du serveur de jetons"),
    "client_secret_file": Option(_text, "fichier qui contient son secret"),
    "scope": Option(_text, "portée demandée"),
}
TRANSPORT_OPTIONS: Mapping[str, Mapping[str, Option]] = {
    "mllp": {
        "host": _HOST_OPTION,
        "port": Option(_port, "port MLLP", is_required=True),
        "timeout_seconds": _TIMEOUT,
        "tls": Option(_boolean, "chiffrer par TLS"),
        "ca_file": _CA,
        "certificate_file": _CERTIFICATE,
        "key_file": _KEY_FILE,
        "sending_facility": Option(_text, "MSH-4 écrit à l’envoi"),
        "receiving_application": Option(_text, "MSH-5 écrit à l’envoi"),
        "receiving_facility": Option(_text, "MSH-6 écrit à l’envoi"),
        "publishes_to_dmp": _GATEWAY,
        "enhanced": Option(_boolean, "demander l’acquittement en mode étendu (MSH-15 et MSH-16)"),
        "idempotent": _IDEMPOTENT,
    },
    "fhir": {
        "url": Option(_name(_URL, "une adresse http(s)"), "base du serveur FHIR", is_required=True),
        "resources": Option(lambda entry: entry.texts(), "types de ressources envoyés"),
        "criteria": Option(_text, "critères de recherche FHIR que la ressource doit remplir"),
        "timeout_seconds": _TIMEOUT,
        **_TOKENS,
        "ca_file": _CA,
        "certificate_file": _CERTIFICATE,
        "key_file": _KEY_FILE,
        "idempotent": _IDEMPOTENT,
    },
    "resthook": {
        "url": Option(_name(_URL, "une adresse http(s)"), "adresse à prévenir", is_required=True),
        "resources": Option(lambda entry: entry.texts(), "types de ressources annoncés", is_required=True),
        "criteria": Option(_text, "critères de recherche FHIR que la ressource doit remplir"),
        "payload": Option(
            lambda entry: entry.choice(("full", "empty")),
            "full : la ressource ; empty : l’annonce seule (full sans elle)",
        ),
        "public": Option(_boolean, "l’adresse n’est jamais celle d’un réseau privé"),
        "timeout_seconds": _TIMEOUT,
        **_TOKENS,
        "ca_file": _CA,
        "certificate_file": _CERTIFICATE,
        "key_file": _KEY_FILE,
        "idempotent": _IDEMPOTENT,
    },
    "smtp": {
        "host": _HOST_OPTION,
        "port": Option(_port, "port SMTP", is_required=True),
        "sender": Option(_name(_ADDRESS, "une adresse de messagerie"), "boîte qui envoie", is_required=True),
        "recipient": Option(
            _name(_ADDRESS, "une adresse de messagerie"), "boîte qui reçoit, si le message n’en dit pas"
        ),
        "domains": Option(lambda entry: entry.texts(), "domaines auxquels il est permis d’écrire"),
        "tls": Option(_boolean, "chiffrer dès la connexion"),
        "starttls": Option(_boolean, "chiffrer par STARTTLS"),
        "ca_file": _CA,
        "username": Option(_text, "compte auprès du serveur"),
        "password_file": Option(_text, "fichier qui contient son mot de passe"),
        "certificate_file": Option(_text, "certificat S/MIME de la boîte (fichier PEM)"),
        "key_file": Option(_text, "clé du certificat S/MIME (fichier PEM)"),
        "encryption_folder": Option(_text, "dossier des certificats S/MIME des destinataires"),
        "fetch_host": Option(_text, "serveur IMAP où la boîte se relève (elle ne l’est pas sans lui)"),
        "fetch_port": Option(_port, "port IMAP sous TLS (993 sans elle)"),
        "timeout_seconds": _TIMEOUT,
        "idempotent": _IDEMPOTENT,
    },
    "file": {
        "folder": Option(_name(_FOLDER, _FOLDER_FORM), "dossier écrit, sous la racine des envois", is_required=True),
        "suffix": Option(_name(_SUFFIX, "un point et des minuscules"), "fin du nom des fichiers (.hl7 sans elle)"),
        "publishes_to_dmp": _GATEWAY,
        "idempotent": _IDEMPOTENT,
    },
}


def source_options(door: str, entry: Entry | None, parent: Entry) -> dict[str, Any]:
    """Read the options of a door."""
    return _read(DOOR_OPTIONS[door], entry, parent)


def destination_options(kind: str, entry: Entry | None, parent: Entry) -> dict[str, Any]:
    """Read the options of a transport."""
    return _read(TRANSPORT_OPTIONS[kind], entry, parent)


def _read(options: Mapping[str, Option], entry: Entry | None, parent: Entry) -> dict[str, Any]:
    required = [name for name, option in options.items() if option.is_required]
    if entry is None:
        for name in required:
            parent.fault("clé obligatoire absente", key=f"{parent.key}.options.{name}")
        return {}
    return {name: options[name].read(found) for name, found in entry.mapping(options, required=required).items()}
