"""Where a document goes, from the flags of its message: the truth table of MSSanté, and why the rest is impossible.

Source: CI-SIS, volet de transmission de documents CDA en HL7 v2, version 2.1, règles de gestion MSSanté: three rows,
said to be all that is possible. Two editions of it differ on the second row (MASQUE_PS free, then N): we keep N.
"""

from __future__ import annotations

from msgspec import Struct

from passerelle.protocols.ins import IdentityStatus
from passerelle.protocols.pamfr.events import (
    CONNEXION_SECRETE,
    INVISIBLE_PATIENT,
    INVISIBLE_REP_LEGAUX,
    MASQUE_PS,
    DocumentRouting,
    Patient,
)

DMP, PROFESSIONALS, PATIENT = "DESTDMP", "DESTMSSANTEPS", "DESTMSSANTEPAT"
#: The inputs of the table, in its order.
INPUTS = (
    MASQUE_PS, INVISIBLE_PATIENT, INVISIBLE_REP_LEGAUX, CONNEXION_SECRETE, "MODIF_CONF_CODE", DMP, PROFESSIONALS,
    PATIENT, "ACK_RECEPTION", "ACK_LECTURE_MSS",
)  # fmt: skip


class RoutingRefused(Exception):
    """Ce document ne peut pas être routé comme son message le demande."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


class Row(Struct, frozen=True):
    """A row of the table: Y, N or - (either) for each input, in their order; where mail goes; what it means."""

    pattern: str
    to_professionals: bool
    to_patient: bool
    meaning: str

    def matches(self, flags: frozenset[str]) -> bool:
        """Tell whether these flags, those at Y, are of this row."""
        return all(
            want == "-" or (want == "Y") == (name in flags) for name, want in zip(INPUTS, self.pattern, strict=True)
        )


#: Columns: masked, hidden from patient, hidden from guardians, secret, new code, DMP, professionals, patient, receipts.
ROWS = (
    Row("NNNN--YY--", to_professionals=True, to_patient=True, meaning="aux professionnels et au patient"),
    Row("NYNN--YN--", to_professionals=True, to_patient=False, meaning="aux professionnels seulement"),
    Row("-N-N-NNY--", to_professionals=False, to_patient=True, meaning="au patient seulement"),
    Row("------NN--", to_professionals=False, to_patient=False, meaning="aucun envoi par MSSanté"),
)
#: Why no row fits, the first that holds: what must be at Y, what must be at N, and the words for the sender.
IMPOSSIBLE: tuple[tuple[str, frozenset[str], frozenset[str], str], ...] = (
    (
        "SECRET",
        frozenset({CONNEXION_SECRETE}),
        frozenset(),
        "une connexion secrète ne laisse aucune trace : rien ne part par MSSanté",
    ),
    (
        "HIDDEN_TO_PATIENT",
        frozenset({INVISIBLE_PATIENT, PATIENT}),
        frozenset(),
        "un document invisible au patient ne peut pas lui être envoyé",
    ),
    (
        "MASKED_TO_PROFESSIONALS",
        frozenset({MASQUE_PS, PROFESSIONALS}),
        frozenset(),
        "un document masqué aux professionnels ne peut pas leur être envoyé",
    ),
    (
        "HIDDEN_TO_GUARDIANS",
        frozenset({INVISIBLE_REP_LEGAUX, PROFESSIONALS}),
        frozenset(),
        "un document invisible aux représentants légaux ne s’envoie qu’au patient",
    ),
    (
        "PATIENT_LEFT_OUT",
        frozenset({PROFESSIONALS}),
        frozenset({PATIENT, INVISIBLE_PATIENT}),
        "un document visible du patient et envoyé aux professionnels lui est envoyé aussi "
        "(DESTMSSANTEPAT à Y, ou INVISIBLE_PATIENT à Y)",
    ),
    (
        "DMP_BESIDE_PATIENT_ALONE",
        frozenset({PATIENT, DMP}),
        frozenset({PROFESSIONALS}),
        "un envoi au seul patient ne va pas avec une publication au DMP, que le patient consulte déjà",
    ),
)


class Route(Struct, frozen=True):
    """Where a document goes."""

    to_dmp: bool
    to_professionals: bool
    to_patient: bool
    meaning: str


def route(flags: frozenset[str]) -> Route:
    """Return where a document goes; `flags` are the inputs at Y, the others are N.

    Raises:
        RoutingRefused: the table has no row for them; `code` is one of `IMPOSSIBLE`, `why` its words.
    """
    for row in ROWS:
        if row.matches(flags):
            return Route(DMP in flags, row.to_professionals, row.to_patient, row.meaning)
    raise next(
        RoutingRefused(code, why)
        for code, present, absent, why in IMPOSSIBLE
        if present <= flags and not absent & flags
    )


def flags_of(routing: DocumentRouting, restrictions: frozenset[str]) -> frozenset[str]:
    """Return the inputs of the table that a message puts at Y."""
    asked = {
        "MODIF_CONF_CODE": routing.changes_confidentiality,
        DMP: routing.to_dmp,
        PROFESSIONALS: routing.to_professionals,
        PATIENT: routing.to_patient,
        "ACK_RECEPTION": routing.wants_dmp_receipt or routing.wants_mss_receipt,
        "ACK_LECTURE_MSS": routing.wants_reading_receipt,
    }
    return restrictions & frozenset(INPUTS) | {name for name, is_asked in asked.items() if is_asked}


def identity_refusal(found: Route, patient: Patient) -> str | None:
    """Return why the identity of the patient forbids this route, None when it allows it.

    Only a qualified identity feeds the national record or has a patient mailbox; mail to professionals tolerates less.
    """
    if patient.status is IdentityStatus.QUALIFIEE:
        return None
    if found.to_dmp:
        return "la publication au DMP demande une identité qualifiée"
    if found.to_patient:
        return "la messagerie du patient demande une identité qualifiée"
    return None


def patient_mailbox(patient: Patient) -> str | None:
    """Return the national mailbox of a patient, None without a qualified INS."""
    if patient.ins is None or patient.status is not IdentityStatus.QUALIFIEE:
        return None
    return f"{patient.ins.matricule}@patient.mssante.fr"
