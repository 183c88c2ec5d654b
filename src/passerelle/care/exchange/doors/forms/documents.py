"""A CDA or a PDF that came alone, read as the document of an MDM^T02."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import yaml

from passerelle.care.exchange.doors.forms.frame import Frame, GivenId, Unreadable, envelope, patient_of
from passerelle.protocols import pamfr
from passerelle.protocols.cda import api as cda

_PARIS = ZoneInfo("Europe/Paris")
_LOINC = re.compile(r"\d{1,7}-\d")
_LARGEST_SHEET = 20_000
# 1001_DUPONT_LEA_19790301_F_11490-0[_title].pdf
_NAMED = re.compile(
    r"(?P<ipp>[^_]+)_(?P<name>[^_]+)_(?P<given>[^_]+)_(?P<born>\d{8})_(?P<sex>[MFU])_(?P<code>\d{1,7}-\d)"
    r"(?:_(?P<title>.+))?\.pdf",
    re.IGNORECASE,
)


def from_cda(content: bytes, frame: Frame) -> bytes:
    """Write the message that carries a CDA document.

    Raises:
        Unreadable: it is no CDA, or its patient cannot be known.
    """
    try:
        document = cda.read(content)
    except cda.CdaError as fault:
        raise Unreadable(fault.where, fault.why, "102") from fault
    header = document.patient
    traits = pamfr.Traits(
        birth_name=header.birth_name or header.used_name,
        given_names=header.given_names,
        birth_date=header.birth_date,
        sex=header.sex,
        birth_place=header.birth_place or None,
        used_name=header.used_name or None,
        first_given=header.given_names[0] if header.given_names else "",
    )
    given = tuple(GivenId(one.root, one.extension) for one in header.identifiers)
    carried = pamfr.InboundDocument(
        set_id=1,
        action="replace" if document.relates else "add",
        code=document.code,
        code_system="LN",
        title=document.title or document.display,
        mime="text/xml",
        content=content,
        unique_id=str(document.unique_id),
        replaces=str(document.relates) if document.relates else None,
        created_at=document.effective_at,
        author=_author(document),
    )
    patient = patient_of(given, traits, frame, where="recordTarget/patientRole")
    return _message(content, carried, patient, frame)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is said of a PDF beside it."""

    ipp: str
    birth_name: str
    given_names: tuple[str, ...]
    birth_date: date
    sex: str
    code: str
    title: str = ""
    created_at: datetime | None = None
    account: str = ""
    unique_id: str | None = None
    replaces: str | None = None
    restrictions: frozenset[str] = field(default_factory=frozenset)


def from_pdf(content: bytes, sheet: Sheet, frame: Frame) -> bytes:
    """Write the message that carries a PDF.

    Raises:
        Unreadable: it is no PDF, or its patient cannot be known.
    """
    if not content.startswith(b"%PDF-"):
        raise Unreadable(where="", why="le fichier n’est pas un PDF", code="102")
    traits = pamfr.Traits(
        birth_name=sheet.birth_name,
        given_names=sheet.given_names,
        birth_date=sheet.birth_date,
        sex=sheet.sex,
        first_given=sheet.given_names[0] if sheet.given_names else "",
    )
    carried = pamfr.InboundDocument(
        set_id=1,
        action="replace" if sheet.replaces else "add",
        code=sheet.code,
        code_system="LN",
        title=sheet.title,
        mime="application/pdf",
        content=content,
        unique_id=sheet.unique_id,
        replaces=sheet.replaces,
        created_at=sheet.created_at or frame.at,
        restrictions=sheet.restrictions,
    )
    patient = patient_of((GivenId("", sheet.ipp),), traits, frame, where="ipp", account=sheet.account)
    return _message(content, carried, patient, frame)


def sheet_of_name(name: str) -> Sheet | None:
    """Read `1001_DUPONT_LEA_19790301_F_11490-0_Titre.pdf`; None when a name has not this form."""
    found = _NAMED.fullmatch(name)
    if found is None:
        return None
    born = _date(found["born"], "le nom du fichier")
    title = (found["title"] or "").replace("_", " ")
    given = tuple(found["given"].split())
    return Sheet(found["ipp"], found["name"], given, born, found["sex"].upper(), found["code"], title)


def sheet_of_file(content: bytes) -> Sheet:
    """Read the YAML file that stands beside a PDF.

    Raises:
        Unreadable: a value is missing or has not the form expected; the place is its key.
    """
    told = _told(content)
    return Sheet(
        ipp=_text(told, "ipp"),
        birth_name=_text(told, "birth_name"),
        given_names=tuple(_text(told, "given_names").split()),
        birth_date=_date(_text(told, "birth_date").replace("-", ""), "birth_date"),
        sex=_chosen(told, "sex", frozenset("MFU")),
        code=_code(told),
        title=_text(told, "title", is_required=False),
        created_at=_moment(_text(told, "created_at", is_required=False)),
        account=_text(told, "nda", is_required=False),
        unique_id=_text(told, "unique_id", is_required=False) or None,
        replaces=_text(told, "replaces", is_required=False) or None,
        restrictions=_restrictions(told),
    )


_KEYS = frozenset([
    "ipp", "birth_name", "given_names", "birth_date", "sex", "code", "title", "created_at", "nda", "unique_id",
    "replaces", "restrictions",
])  # fmt: skip


def _told(content: bytes) -> dict[str, str]:
    """Read one level of keys and texts: nothing of the file is built but strings."""
    try:
        node = yaml.compose(content[:_LARGEST_SHEET].decode(), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise Unreadable(where="fiche", why="la fiche n’est pas du YAML en UTF-8", code="102") from fault
    if not isinstance(node, yaml.MappingNode):
        raise Unreadable(where="fiche", why="la fiche doit porter une « clé: valeur » par ligne", code="102")
    told = {}
    for key, value in node.value:
        if str(key.value) not in _KEYS:
            raise Unreadable(str(key.value)[:60], f"clé inconnue ; clés possibles : {', '.join(sorted(_KEYS))}", "102")
        if not isinstance(value, yaml.ScalarNode):
            raise Unreadable(str(key.value), "un texte est attendu", "102")
        told[str(key.value)] = str(value.value).strip()
    return told


def _text(told: dict[str, str], key: str, *, is_required: bool = True) -> str:
    found = told.get(key, "")
    if is_required and not found:
        raise Unreadable(key, "valeur obligatoire absente", "101")
    return found


def _chosen(told: dict[str, str], key: str, among: frozenset[str]) -> str:
    found = _text(told, key)
    if found not in among:
        raise Unreadable(key, f"valeurs possibles : {', '.join(sorted(among))}", "103")
    return found


def _code(told: dict[str, str]) -> str:
    found = _text(told, "code")
    if not _LOINC.fullmatch(found):
        raise Unreadable(where="code", why="un code LOINC est attendu, par exemple 11490-0", code="103")
    return found


def _restrictions(told: dict[str, str]) -> frozenset[str]:
    found = frozenset(told.get("restrictions", "").replace(",", " ").split())
    if found - pamfr.RESTRICTIONS:
        raise Unreadable(
            where="restrictions", why=f"valeurs possibles : {', '.join(sorted(pamfr.RESTRICTIONS))}", code="103"
        )
    return found


def _date(digits: str, where: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as fault:
        raise Unreadable(where, "une date est attendue : AAAA-MM-JJ", "102") from fault


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Unreadable(where="created_at", why="un moment est attendu : 2026-03-02T14:30", code="102") from fault
    return found if found.tzinfo else found.replace(tzinfo=_PARIS)


def _author(document: cda.CdaDocument) -> pamfr.Practitioner | None:
    if not document.authors:
        return None
    first = document.authors[0]
    number = first.identifier.extension if first.identifier else ""
    identifier = pamfr.Identifier(number, "RPPS", "ASIP-SANTE-PS", cda.PERSONS, "ISO") if number else None
    return pamfr.Practitioner(first.family, first.given, identifier)


def _message(content: bytes, carried: pamfr.InboundDocument, patient: pamfr.Patient, frame: Frame) -> bytes:
    event = pamfr.DocumentEvent(
        kind="MDM",
        trigger="T10" if carried.action == "replace" else "T02",
        occurred_at=carried.created_at or frame.at,
        patient=patient,
        recorded_at=frame.at,
        visit=None,
        order=pamfr.Order(code=carried.code, code_system=carried.code_system, label=carried.title),
        documents=(carried,),
    )
    return pamfr.write(event, envelope(content, frame))
