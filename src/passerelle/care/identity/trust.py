"""What may be done with an INS: hold it, share it, compare it with what the national bases answer. No database here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from msgspec.structs import replace

from passerelle.protocols import ins, pamfr
from passerelle.protocols.insi.api import InsiIdentity

# Marks, in the moments of the traits, what this house established itself: they are not traits that messages tell.
INSI_MARK: Final = "insi"
EVIDENCE_MARK: Final = "evidence"
WITHDRAWN_MARK: Final = "ins_withdrawn"
CORRECTED_MARK: Final = "birth_date_corrected"

UNKNOWN_PLACE: Final = "99999"
_TRUSTED = frozenset({"VALI", "QUAL"})


def warnings_about(held: ins.HeldIdentity) -> list[str]:
    """Return what an officer should look at in a file, in French sentences."""
    found = []
    if held.ins_matricule and not held.ins_key_ok:
        found.append(
            "La clé du matricule est fausse\u00a0: le numéro est gardé, l’identité ne peut pas être qualifiée."
        )
    if held.status in _TRUSTED and held.birth_place == UNKNOWN_PLACE:
        found.append("Le lieu de naissance est inconnu (99999) alors que l’identité est contrôlée\u00a0: à vérifier.")
    if held.status in _TRUSTED and (lacking := ins.missing_traits(held)):
        found.append(f"Identité contrôlée, mais il manque\u00a0: {', '.join(lacking)}.")
    if not ins.may_hold_ins(held.attributes):
        found.append("Identité douteuse ou fictive\u00a0: elle reste provisoire, sans INS et sans appel à INSi.")
    if "HOMA" in held.attributes or "HOMD" in held.attributes:
        found.append("Homonyme\u00a0: comparez tous les traits avant de choisir ce dossier.")
    return found


def admissible(patient: pamfr.Patient, check: pamfr.IdentityCheck | None) -> pamfr.Patient:
    """Return the patient of a message without what its own words forbid.

    A doubtful or fictitious identity is provisional and has no INS; a corrected birth date (ZFD-4) has no INS.
    Source: guide d'implémentation de l'INS, EXI ID 26; IHE PAM France 2.11, ZFD-4.
    """
    if not ins.may_hold_ins(patient.attributes):
        return replace(_without_ins(patient), status=ins.IdentityStatus.PROVISOIRE)
    if check is not None and check.birth_date_corrected and patient.ins is not None:
        return replace(_without_ins(patient), status=ins.IdentityStatus.VALIDEE)
    return patient


def fictitious_numbers(patient: pamfr.Patient) -> bool:
    """Tell whether a message carries a test or demonstration number, which never stands for a real person."""
    kinds = (ins.kind_of(one.universal_id) for one in patient.identifiers if one.universal_id)
    return any(kind is not None and kind.is_fictitious for kind in kinds)


def _without_ins(patient: pamfr.Patient) -> pamfr.Patient:
    kept = tuple(one for one in patient.identifiers if not is_ins_number(one))
    return replace(patient, ins=None, identifiers=kept)


def is_ins_number(identifier: pamfr.Identifier) -> bool:
    """Tell an INS among the identifiers of a message."""
    return identifier.type == "INS" or ins.kind_of(identifier.universal_id) is not None


def status_with_own_findings(told: str, moments: Mapping[str, str], attributes: Collection[str]) -> str:
    """Return the status to hold when a message tells one and this house asked INSi or saw a proof itself.

    A sender that knows nothing of our call says "provisional" or "validated": the call still holds, until the INS is
    withdrawn. The two facts cross, as always. A doubtful or fictitious identity is provisional, whoever says otherwise.
    """
    if not ins.may_hold_ins(attributes):
        return ins.IdentityStatus.PROVISOIRE.value
    if not (INSI_MARK in moments or EVIDENCE_MARK in moments):
        return told
    heard = ins.facts_of(ins.IdentityStatus(told))
    facts = ins.TrustFacts(
        has_insi=heard.has_insi or INSI_MARK in moments,
        is_checked=heard.is_checked or EVIDENCE_MARK in moments,
        attributes=frozenset(attributes),
        is_birth_date_corrected=CORRECTED_MARK in moments,
    )
    return ins.trust_status(facts).value


@dataclass(frozen=True, slots=True)
class TraitComparison:
    """One strict trait, here and in the national bases, as shown; `is_same` for the check of coherence."""

    field: str
    label: str
    here: str
    there: str
    is_same: bool


def compared_traits(held: ins.HeldIdentity, answer: InsiIdentity) -> list[TraitComparison]:
    """Return the five strict traits side by side.

    Source: guide d'implémentation de l'INS, EXI ID 10 (hyphens and apostrophes as spaces), EXI ID 11 and 12 (a day or
    a month that the national bases do not know).
    """
    given = " ".join(held.given_names)
    born = held.birth_date.strftime("%d/%m/%Y") if held.birth_date else ""
    place = held.birth_place
    return [
        _named("birth_name", "Nom de naissance", held.birth_name, answer.birth_name),
        _named("given_names", "Prénoms de naissance", given, answer.given_names),
        TraitComparison(
            "birth_date",
            "Date de naissance",
            born,
            shown_date(answer.birth_date),
            same_date(held.birth_date, answer.birth_date),
        ),
        TraitComparison("sex", "Sexe", held.sex, answer.sex, held.sex == answer.sex),
        TraitComparison("birth_place", "Lieu de naissance", place, answer.birth_place, place == answer.birth_place),
    ]


def _named(field: str, label: str, here: str, there: str) -> TraitComparison:
    return TraitComparison(field, label, here, there, ins.same_name(here, there))


def same_date(here: date | None, there: str) -> bool:
    """Tell whether a date here is the one of the national bases, whose unknown day or month is written 00."""
    parts = there.split("-")
    if here is None or len(parts) != 3 or not all(part.isdigit() for part in parts):
        return False
    year, month, day = map(int, parts)
    if here.year != year:
        return False
    if month == 0:
        return (here.month, here.day) in {(1, 1), (12, 31)}
    return here.month == month and here.day == (day or 1)


def shown_date(text: str) -> str:
    """Return a date of the national bases as read in French; as it is when it is not one."""
    parts = text.split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else text


def calendar_date(text: str) -> date | None:
    """Return the date of a day of the calendar, None for a day or month that is not known."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def is_withdrawal_due(held: ins.HeldIdentity, moments: Mapping[str, str]) -> bool:
    """Tell a file whose identity is no longer qualified, when those who received its INS do not know it yet."""
    if not held.ins_matricule or not held.ins_key_ok or held.status == ins.IdentityStatus.QUALIFIEE:
        return False
    if INSI_MARK in moments or "ins" not in moments:
        return False
    told = moments.get(WITHDRAWN_MARK)
    return told is None or datetime.fromisoformat(told) < datetime.fromisoformat(moments["ins"])


def still_differing(comparisons: Sequence[TraitComparison], accepted: Collection[str]) -> list[str]:
    """Return the labels of the traits that differ and were not accepted: with one of them, the INS is not taken."""
    return [one.label for one in comparisons if not one.is_same and one.field not in accepted]
