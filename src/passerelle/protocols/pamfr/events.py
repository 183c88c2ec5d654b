from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Struct

from passerelle.protocols.ins import IdentityStatus, InsKind

DocumentAction: TypeAlias = Literal["add", "replace", "delete"]

MASQUE_PS = "MASQUE_PS"
INVISIBLE_PATIENT = "INVISIBLE_PATIENT"
INVISIBLE_REP_LEGAUX = "INVISIBLE_REP_LEGAUX"
CONNEXION_SECRETE = "CONNEXION_SECRETE"  # noqa: S105 (a restriction of the national record, not a password)
RESTRICTIONS = frozenset({MASQUE_PS, INVISIBLE_PATIENT, INVISIBLE_REP_LEGAUX, CONNEXION_SECRETE})


class Identifier(Struct, frozen=True):
    """A value and the authority that gives it; `type` is a code of table 0203 (PI, INS, AN, VN...)."""

    value: str
    type: str = ""
    namespace: str = ""
    universal_id: str = ""
    universal_id_type: str = ""


class Address(Struct, frozen=True):
    """A postal address; `insee` is the code of the commune when given."""

    street: str = ""
    other: str = ""
    city: str = ""
    postal_code: str = ""
    country: str = ""
    insee: str = ""


class Traits(Struct, frozen=True):
    """What tells a person apart; the first five are the strict traits of identitovigilance."""

    birth_name: str
    given_names: tuple[str, ...] = ()
    birth_date: date | None = None
    sex: str = "U"
    birth_place: str | None = None
    used_name: str | None = None
    first_given: str = ""
    address: Address | None = None
    phone: str | None = None
    email: str | None = None
    deceased_at: datetime | None = None
    is_deceased: bool = False


class Ins(Struct, frozen=True):
    """A national identity number that its sender holds for qualified."""

    matricule: str
    oid: str
    kind: InsKind
    key_ok: bool


class Patient(Struct, frozen=True):
    """The patient of a message: `ins` only when PID-32 says VALI; `attributes` are its other codes (FICT, DOUT...).

    `mother` are the numbers of a newborn's mother (PID-21): they identify somebody else.
    """

    identifiers: tuple[Identifier, ...]
    ins: Ins | None
    status: IdentityStatus
    attributes: frozenset[str]
    traits: Traits
    account: Identifier | None = None
    erases_ins: bool = False
    mother: tuple[Identifier, ...] = ()

    @property
    def ipp(self) -> Identifier | None:
        """Return the first permanent identifier (type PI)."""
        for one in self.identifiers:
            if one.type == "PI":
                return one
        return None


class Practitioner(Struct, frozen=True):
    """A professional as HL7 names one; `identifier.type` is RPPS, ADELI, IDNPS..."""

    family: str = ""
    given: str = ""
    identifier: Identifier | None = None


class Location(Struct, frozen=True):
    """Where the patient lies (type PL)."""

    point_of_care: str = ""
    room: str = ""
    bed: str = ""
    facility: str = ""


class Unit(Struct, frozen=True):
    """A functional unit (UF)."""

    code: str
    label: str = ""


class Movement(Struct, frozen=True):
    """A movement of a stay (ZBE); `action` is INSERT, UPDATE or CANCEL, `nature` as S, H, M, L, D, SM, HMS..."""

    identifiers: tuple[Identifier, ...]
    start: datetime | None
    end: datetime | None = None
    action: str = "INSERT"
    historic: bool = False
    original_trigger: str = ""
    medical_unit: Unit | None = None
    care_unit: Unit | None = None
    nature: str = ""

    @property
    def id(self) -> str:
        """Return the value of the first identifier, "" when the sender gave none."""
        return self.identifiers[0].value if self.identifiers else ""


class Visit(Struct, frozen=True):
    """A stay or a contact (PV1, PV2)."""

    patient_class: str = ""
    location: Location | None = None
    admission_type: str = ""
    attending: Practitioner | None = None
    visit_number: Identifier | None = None
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    expected_admission: datetime | None = None
    expected_discharge: datetime | None = None
    discharge_disposition: str = ""


class DmpConsents(Struct, frozen=True):
    """What the patient said of the shared record (ZFA).

    `feeding` is NA (not asked), IO (opposed) or INO (not opposed); `consultation` is NA, INC (no) or IC (yes).
    """

    status: str = ""
    status_at: datetime | None = None
    feeding: str = "NA"
    feeding_at: datetime | None = None
    consultation: str = "NA"
    consultation_at: datetime | None = None


class IdentityCheck(Struct, frozen=True):
    """How the identity was obtained (ZFD); `mode` is SM, CV, INSI, CB or RFID, `evidence` as CN, PA, TC..."""

    lunar_date: str = ""
    sms_consent: bool = False
    birth_date_corrected: bool = False
    mode: str = ""
    checked_at: datetime | None = None
    evidence: str = ""
    valid_until: datetime | None = None


class Pmsi(Struct, frozen=True):
    """The modes of entry and exit of the hospital activity database (ZFM)."""

    entry: str = ""
    exit: str = ""
    origin: str = ""
    destination: str = ""


class AdtEvent(Struct, frozen=True):
    """An administrative event; `prior` are the identifiers given up (MRG-1)."""

    trigger: str
    occurred_at: datetime
    recorded_at: datetime
    patient: Patient
    prior: tuple[Identifier, ...] = ()
    prior_account: Identifier | None = None
    visit: Visit | None = None
    movement: Movement | None = None
    consents: DmpConsents | None = None
    identity_check: IdentityCheck | None = None
    pmsi: Pmsi | None = None

    @property
    def moved_account(self) -> Identifier | None:
        """Return, on A44, the file (NDA) that leaves the patient of MRG-1 for the one of PID-3."""
        return (self.prior_account or self.patient.account) if self.trigger == "A44" else None

    @property
    def admitted_at(self) -> datetime:
        """Return when the stay began as far as this message says: PV1-44, else the movement, else the event."""
        if self.visit and self.visit.admitted_at:
            return self.visit.admitted_at
        return (self.movement and self.movement.start) or self.occurred_at

    @property
    def discharged_at(self) -> datetime | None:
        """Return when the stay ended: PV1-45, else, on A03, the end or the start of the movement, else the event."""
        if self.visit and self.visit.discharged_at:
            return self.visit.discharged_at
        if self.trigger != "A03":
            return None
        return (self.movement and (self.movement.end or self.movement.start)) or self.occurred_at


class Order(Struct, frozen=True):
    """The request a document or a result answers."""

    placer: str = ""
    filler: str = ""
    code: str = ""
    code_system: str = ""
    label: str = ""


class InboundDocument(Struct, frozen=True):
    """A document as a message carries it; `unique_id` is TXA-12, None in an ORU (the CDA holds it)."""

    set_id: int
    action: DocumentAction
    code: str
    code_system: str
    title: str
    mime: str
    content: bytes
    unique_id: str | None = None
    replaces: str | None = None
    created_at: datetime | None = None
    author: Practitioner | None = None
    restrictions: frozenset[str] = frozenset()


class Observation(Struct, frozen=True):
    """A result that is not a document; `value_number` only when the value is exactly a number."""

    code: str
    code_system: str
    label: str
    value_number: Decimal | None
    value_text: str
    unit: str = ""
    reference_range: str = ""
    interpretation: str = ""
    status: str = "F"
    observed_at: datetime | None = None


class Participant(Struct, frozen=True):
    """Someone a document is sent by (`role` SB), to (RCT) or answered to (REPLY)."""

    role: str
    person: Practitioner | None = None
    organization: str = ""
    organization_id: Identifier | None = None
    mailbox: str = ""


class DocumentRouting(Struct, frozen=True):
    """What a sender asks of its platform about the documents of one message (OBX of MetaDMPMSS, PRT).

    A flag the message does not carry is False; `told` holds the codes it carries. ACK_RECEPTION, of versions 1.2 to
    2.1, asks for the receipts of both the national record and the mailboxes.
    """

    to_dmp: bool = False
    to_professionals: bool = False
    to_patient: bool = False
    wants_dmp_receipt: bool = False
    wants_mss_receipt: bool = False
    wants_reading_receipt: bool = False
    changes_confidentiality: bool = False
    body_for_professionals: str = ""
    body_for_patient: str = ""
    participants: tuple[Participant, ...] = ()
    told: frozenset[str] = frozenset()

    @property
    def recipients(self) -> tuple[Participant, ...]:
        """Return whom the document is sent to."""
        return tuple(one for one in self.participants if one.role == "RCT")

    @property
    def reply_to(self) -> str:
        """Return the mailbox where addressees answer, "" when there is none."""
        return next((one.mailbox for one in self.participants if one.role == "REPLY"), "")


class DocumentEvent(Struct, frozen=True):
    """Documents or results arriving: ORU^R01, MDM^T02, MDM^T04, MDM^T10."""

    kind: Literal["ORU", "MDM"]
    trigger: str
    occurred_at: datetime
    patient: Patient
    recorded_at: datetime
    visit: Visit | None = None
    order: Order | None = None
    documents: tuple[InboundDocument, ...] = ()
    observations: tuple[Observation, ...] = ()
    routing: DocumentRouting | None = None
