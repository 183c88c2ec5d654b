from __future__ import annotations

from datetime import datetime

from passerelle.protocols.hl7v2 import Hl7Error, Message, Segment
from passerelle.protocols.pamfr.people import given
from passerelle.protocols.pamfr.receipt_events import BusinessAckEvent, ReceiptError

#: The OBX that says how it went, by trigger.
STATUS_CODES = {"Z01": "ACK_RECEPTION_DMP", "Z02": "ACK_RECEPTION_MSS", "Z03": "ACK_LECTURE_MSS"}
#: The OBX that names the mailbox, by trigger.
MAILBOX_CODES = {"Z02": "DESTINATAIRE_MSS", "Z03": "LECTEUR_MSS"}
RECEIPT_SYSTEM = "AckMetierZAM"
SMTP_SYSTEM = "SMTPERRORCODE"
READING_SYSTEM = "applicationErrorCondition"
#: What a mail server answers, in our words. Source: CI-SIS, the same volet, table SMTPERRORCODE.
SMTP_ERRORS = {
    "101": "serveur injoignable",
    "111": "connexion refusée",
    "251": "compte tenu par un autre serveur, envoi relayé",
    "252": "destinataire non vérifié, envoi tenté",
    "420": "délai de connexion dépassé pendant l’envoi",
    "421": "service indisponible",
    "422": "boîte du destinataire pleine",
    "431": "serveur saturé",
    "432": "mot de passe de transition demandé",
    "441": "serveur du destinataire muet",
    "442": "connexion coupée pendant l’envoi",
    "450": "boîte momentanément indisponible",
    "451": "traitement interrompu",
    "452": "ressources du serveur insuffisantes",
    "500": "commande inconnue du serveur",
    "501": "commande mal formée",
    "502": "commande que le serveur ne sait pas faire",
    "503": "commandes dans le mauvais ordre",
    "504": "paramètre que le serveur ne sait pas lire",
    "510": "adresse invalide",
    "512": "domaine introuvable",
    "513": "forme d’adresse incorrecte",
    "523": "message trop volumineux",
    "530": "authentification exigée",
    "541": "message rejeté par le filtre du destinataire",
    "550": "boîte inexistante ou inaccessible",
    "551": "relais refusé",
    "552": "quota de stockage dépassé",
    "553": "nom de boîte invalide",
    "554": "échec définitif de l’envoi",
}
#: What the software of the addressee answers. Source: the same, table applicationErrorCondition.
READING_ERRORS = {
    "900": "version du document à remplacer ou à supprimer dépassée",
    "901": "auteur non autorisé à remplacer ou à supprimer ce document",
    "902": "patient inconnu du destinataire",
    "903": "document sans INS",
    "904": "INS ou traits différents de ceux du destinataire",
    "905": "INS sans tous ses traits",
}
_TRANSIENT = frozenset({"101", "111", "420", "421", "431", "441", "442", "450", "451", "452"})


def is_worth_sending_again(error: ReceiptError) -> bool:
    """Tell whether the same document may get through later: the mail server was unwell, not the address wrong."""
    return error.application_system == SMTP_SYSTEM and error.application_code in _TRANSIENT


def receipt(message: Message, recorded_at: datetime) -> BusinessAckEvent:
    """Read a business acknowledgement.

    Raises:
        Hl7Error: no status, no message it answers, no mailbox on Z02 and Z03, or a failure that does not say why.
    """
    trigger = message.trigger
    place, status = _obx(message, STATUS_CODES[trigger])
    told = given(status.get("5"))
    if told not in {"Y", "N"}:
        raise Hl7Error(where=f"OBX^{place}^5", why="le statut de l’accusé n’est ni Y ni N", code="103")
    about = given(status.get("4"))
    if not about:
        raise Hl7Error(where=f"OBX^{place}^4", why="l’accusé ne dit pas quel message il concerne", code="101")
    error = _error(message.segment("ERR"))
    if told == "N" and error is None:
        raise Hl7Error(where="ERR^1", why="l’accusé annonce un échec sans en donner la cause", code="101")
    mailbox, recipient_id = _mailbox(message, trigger)
    return BusinessAckEvent(trigger, recorded_at, recorded_at, about, told == "Y", mailbox, recipient_id, error)


def _obx(message: Message, code: str) -> tuple[int, Segment]:
    for place, obx in enumerate(message.all("OBX"), start=1):
        if obx.get("3") == code:
            return place, obx
    raise Hl7Error(where="OBX^1^3", why=f"l’information {code} manque", code="101")


def _mailbox(message: Message, trigger: str) -> tuple[str, str]:
    if trigger not in MAILBOX_CODES:
        return "", ""
    place, obx = _obx(message, MAILBOX_CODES[trigger])
    address = given(obx.get("5.4"))
    if not address:
        raise Hl7Error(where=f"OBX^{place}^5", why="l’adresse de la boîte manque", code="101")
    return address, given(obx.get("4"))


def _error(err: Segment | None) -> ReceiptError | None:
    if err is None:
        return None
    code, system = given(err.get("5.1")), given(err.get("5.3"))
    ours = SMTP_ERRORS.get(code, "") if system == SMTP_SYSTEM else READING_ERRORS.get(code, "")
    return ReceiptError(given(err.get("3")), given(err.get("4")), code, system, given(err.get("5.2")) or ours)
