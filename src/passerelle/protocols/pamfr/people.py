from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from passerelle.protocols import ins as insi
from passerelle.protocols.hl7v2 import Hl7Error, Message, Repetition, Segment
from passerelle.protocols.hl7v2.separators import DEFAULT
from passerelle.protocols.ins import IdentityStatus, InsKind
from passerelle.protocols.pamfr.events import Address, Identifier, Ins, Patient, Practitioner, Traits
from passerelle.protocols.pamfr.moments import day, moment
from passerelle.protocols.pamfr.remembering import remembered

NULL = '""'
_VALIDATED = "VALI"
_NOT_ATTRIBUTES = frozenset({_VALIDATED, "PROV", "VIDE", ""})
_MOST_PARTS = 13
_PLACES = tuple(str(number) for number in range(1, _MOST_PARTS + 1))
_ABSENT = DEFAULT.component * _MOST_PARTS
_NOTHING = [""] * _MOST_PARTS
_BIRTH = "BDL"
_INS_PREFERENCE = (InsKind.NIR, InsKind.NIR_TEST, InsKind.NIR_DEMO, InsKind.NIA)


def given(text: str) -> str:
    """Return the text, "" for the HL7 null."""
    return "" if text == NULL else text.strip()


def patient(message: Message) -> Patient:
    """Read PID.

    The INS is kept only when PID-32 says VALI: a receiver otherwise takes the message in without it. A wrong key never
    refuses a message, it keeps the identity from being qualified. Source: IHE PAM France 2.11.1, sections 4.4 and 6.6.

    Raises:
        Hl7Error: no PID, no identifier, or an unreadable date.
    """
    pid = message.segment("PID")
    if pid is None:
        raise Hl7Error(where="PID^1", why="le segment PID manque", code="101")
    numbers = pid.repetitions(3)
    found = identifiers(numbers)
    if not found:
        raise Hl7Error(where="PID^1^3", why="le patient n’a aucun identifiant", code="101")
    codes = codes_in(pid, 32)
    is_validated = _VALIDATED in codes
    ins = _ins(found) if is_validated else None
    return Patient(
        identifiers=found,
        ins=ins,
        status=_status(ins, is_validated=is_validated),
        attributes=codes - _NOT_ATTRIBUTES,
        traits=_traits(pid),
        account=first_identifier(pid.repetitions(18)),
        erases_ins=any(_is_erased_ins(one) for one in numbers),
        mother=identifiers(pid.repetitions(21)) if pid.field(21) else (),
    )


def identifiers(repetitions: Iterable[Repetition]) -> tuple[Identifier, ...]:
    """Read CX repetitions, leaving out those without a value."""
    return tuple([found for one in repetitions if (found := _identifier(one)) is not None])


def first_identifier(repetitions: Iterable[Repetition]) -> Identifier | None:
    """Read the first CX that has a value."""
    return next(iter(identifiers(repetitions)), None)


def practitioner(repetitions: Iterable[Repetition]) -> Practitioner | None:
    """Read the first XCN that names or identifies someone."""
    for one in repetitions:
        value, family = given(one.get("1")), given(one.get("2"))
        if value or family:
            identifier = Identifier(value, given(one.get("13")), *authority(one, 9)) if value else None
            return Practitioner(family, given(one.get("3")), identifier)
    return None


def authority(one: Repetition, component: int) -> tuple[str, str, str]:
    """Read an HD: namespace, universal id and its type."""
    text = one.component(component)
    if one.separators is DEFAULT and DEFAULT.escape not in text:
        return _usual_authority(text)
    namespace, universal_id, kind = (given(one.get(f"{component}.{part}")) for part in (1, 2, 3))
    return namespace, universal_id, kind


def parts_of(one: Repetition) -> list[str]:
    """Return the components (the first subcomponent of each), unescaped, "" for those that are absent; 13 at least.

    One cut for a field of which many components are read.
    """
    text = one.text
    if one.separators is not DEFAULT or DEFAULT.escape in text:
        return [one.get(place) for place in _PLACES]
    parts = (text + _ABSENT).split(DEFAULT.component)
    if DEFAULT.subcomponent in text:
        return [part.partition(DEFAULT.subcomponent)[0] for part in parts]
    return parts


@lru_cache(maxsize=1_024)
def _usual_authority(text: str) -> tuple[str, str, str]:
    namespace, universal_id, kind, *_ = (given(part) for part in (text + "&&").split(DEFAULT.subcomponent))
    return namespace, universal_id, kind


@remembered
def codes_in(repetitions: Sequence[Repetition]) -> frozenset[str]:
    """Read the codes of a repeated field."""
    return frozenset(given(one.get("1")) for one in repetitions)


@remembered
def practitioner_in(repetitions: Sequence[Repetition]) -> Practitioner | None:
    """Read the first professional of a field."""
    return practitioner(repetitions)


def _identifier(one: Repetition) -> Identifier | None:
    parts = parts_of(one)
    value = given(parts[0])
    return Identifier(value, given(parts[4]), *authority(one, 4)) if value else None


def _ins(found: tuple[Identifier, ...]) -> Ins | None:
    held: dict[InsKind, Identifier] = {}
    for one in found:
        kind = insi.kind_of(one.universal_id)
        if kind is not None and one.type == "INS":
            held.setdefault(kind, one)
    for kind in _INS_PREFERENCE:
        if kind in held:
            matricule = held[kind].value
            return Ins(matricule, held[kind].universal_id, kind, insi.check_key(matricule))
    return None


def _is_erased_ins(one: Repetition) -> bool:
    if one.get("1") != NULL:
        return False
    is_ins = one.get("5") == "INS" or insi.kind_of(one.get("4.2")) is not None
    return is_ins or not (one.get("5") or one.get("4"))


def _status(ins: Ins | None, *, is_validated: bool) -> IdentityStatus:
    if ins is not None and ins.key_ok:
        return IdentityStatus.QUALIFIEE
    return IdentityStatus.VALIDEE if is_validated else IdentityStatus.PROVISOIRE


def _traits(pid: Segment) -> Traits:
    names = [parts_of(one) for one in pid.repetitions(5)]
    legal = _of_type(names, "L") or (names[0] if names else _NOTHING)
    used = _of_type(names, "D") or _of_type(names, "U")
    first = given(legal[1])
    addresses = [parts_of(one) for one in pid.repetitions(11)]
    birth = _of_type(addresses, _BIRTH)
    deceased_at = moment(pid.get("29"), "PID^1^29")
    numbers = [parts_of(one) for one in (*pid.repetitions(13), *pid.repetitions(14))]
    return Traits(
        birth_name=given(legal[0]),
        used_name=(given(used[0]) or None) if used else None,
        given_names=_given_names(first, given(legal[2])),
        first_given=first,
        birth_date=day(pid.get("7"), "PID^1^7"),
        sex=given(pid.get("8")) or "U",
        birth_place=(given(birth[8]) or None) if birth else None,
        address=_address(addresses),
        phone=_phone(numbers),
        email=_email(numbers),
        deceased_at=deceased_at,
        is_deceased=deceased_at is not None or pid.get("30") == "Y",
    )


def _of_type(repetitions: list[list[str]], code: str) -> list[str] | None:
    """Return the first repetition whose seventh component, its type, is this one."""
    for parts in repetitions:
        if parts[6] == code:
            return parts
    return None


def _given_names(first: str, others: str) -> tuple[str, ...]:
    """Join XPN-2 and XPN-3; the latter is the whole list in France, the following names elsewhere."""
    listed = others.replace(",", " ").split()
    if not first:
        return tuple(listed)
    if f"{' '.join(listed)} ".startswith(f"{first} "):
        return (first, *" ".join(listed)[len(first) :].split())
    return (first, *listed)


def _address(repetitions: list[list[str]]) -> Address | None:
    for parts in repetitions:
        if parts[6] == _BIRTH:
            continue
        told = [given(parts[place]) for place in (0, 1, 2, 4, 5, 8)]
        if any(told):
            return Address(*told)
    return None


def _phone(numbers: Sequence[list[str]]) -> str | None:
    for parts in numbers:
        value = given(parts[11]) or given(parts[0])
        if value and "@" not in value and parts[2] not in {"Internet", "X.400"}:
            return value
    return None


def _email(numbers: Sequence[list[str]]) -> str | None:
    for parts in numbers:
        value = given(parts[3])
        if "@" in value:
            return value
    return None
