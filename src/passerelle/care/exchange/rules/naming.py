"""What an event is called by whoever did not learn the tables of HL7."""

EVENTS = {
    "ADT^A01": "admission",
    "ADT^A02": "mutation",
    "ADT^A03": "sortie",
    "ADT^A04": "inscription en externe ou aux urgences",
    "ADT^A05": "préadmission",
    "ADT^A06": "passage en hospitalisation",
    "ADT^A07": "passage en externe",
    "ADT^A11": "admission annulée",
    "ADT^A12": "mutation annulée",
    "ADT^A13": "sortie annulée",
    "ADT^A14": "admission attendue",
    "ADT^A15": "mutation attendue",
    "ADT^A16": "sortie attendue",
    "ADT^A21": "départ en permission",
    "ADT^A22": "retour de permission",
    "ADT^A25": "sortie attendue annulée",
    "ADT^A26": "mutation attendue annulée",
    "ADT^A27": "admission attendue annulée",
    "ADT^A28": "identité créée",
    "ADT^A31": "identité modifiée",
    "ADT^A32": "arrivée annulée",
    "ADT^A33": "départ annulé",
    "ADT^A38": "préadmission annulée",
    "ADT^A40": "fusion d’identités",
    "ADT^A44": "dossier rattaché à un autre patient",
    "ADT^A47": "identifiant changé",
    "ADT^A52": "départ en permission annulé",
    "ADT^A53": "retour de permission annulé",
    "ADT^A54": "médecin responsable changé",
    "ADT^A55": "changement de médecin annulé",
    "ADT^Z99": "mouvement modifié",
    "MFN^M05": "structure de l’établissement",
    "ORU^R01": "résultats",
    "MDM^T02": "document ajouté",
    "MDM^T04": "document modifié",
    "MDM^T10": "document remplacé",
    "SIU^S12": "rendez-vous pris",
    "SIU^S13": "rendez-vous déplacé",
    "SIU^S14": "rendez-vous modifié",
    "SIU^S15": "rendez-vous annulé",
    "SIU^S16": "rendez-vous interrompu",
    "SIU^S17": "rendez-vous supprimé",
    "SIU^S26": "rendez-vous manqué",
    "ZAM^Z01": "accusé du DMP",
    "ZAM^Z02": "accusé de réception MSSanté",
    "ZAM^Z03": "accusé de lecture MSSanté",
}
_ANSWERS = {
    "AA": "accepté",
    "AE": "en erreur",
    "AR": "rejeté",
    "CA": "reçu",
    "CE": "en erreur",
    "CR": "rejeté",
}


def event_name(code: str, trigger: str) -> str:
    """Return « admission » for ADT^A01; empty for an event that the house does not read."""
    return EVENTS.get(f"{code}^{trigger}", "")


def answer_name(ack_code: str) -> str:
    """Return the sense of an acknowledgement code (HL7 table 0008), empty when there is none."""
    return _ANSWERS.get(ack_code, "")
