"""Who a page is about: the banner, the homonyms, and the rows of a search."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.known import known_of
from passerelle.care.record.selectors.known_rows import Knowledge, Theme
from passerelle.care.record.selectors.opened import OpenRecord
from passerelle.care.record.selectors.presenting import Places
from passerelle.core.access import api as access
from passerelle.core.access.api import Relation, Viewer
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french
from passerelle.protocols.fhir import api as fhir

_SEXES = {"F": "Femme", "M": "Homme"}
_STATUS_KINDS = {"QUAL": "done", "RECUP": "info", "VALI": "info"}
_TREATING = {Relation.TREATING, Relation.AUTHOR}
_HOMONYM_MARKS = {"HOMD", "HOMA"}
_REASONS = {
    Relation.TREATING: "Équipe de soins\u00a0: un établissement où vous exercez prend ou a pris en charge ce patient.",
    Relation.AUTHOR: "Équipe de soins\u00a0: votre établissement a produit ces pièces.",
    Relation.EMERGENCY: "Accès d’urgence, avec le motif que vous avez donné.",
    Relation.CHOSEN: "Professionnel choisi par le patient.",
    Relation.SELF: "Votre propre dossier.",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """What is known of allergies, in one line: a kind of status, its word, then names (and whether each is grave)."""

    kind: str
    label: str
    names: tuple[tuple[str, bool], ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """The patient's identity, always in sight, and in what capacity one reads; `allergies` once the record is open.

    `may_note_secret`: a minor whom the viewer treats, who may ask for a care to stay secret.
    """

    person_id: UUID
    name: str
    facts: tuple[str, ...]
    status_kind: str
    status_label: str
    homonyms: int
    because: str
    is_emergency: bool
    deceased: str
    is_protected: bool = False
    allergies: Alert | None = None
    may_note_secret: bool = False


@dataclass(frozen=True, slots=True)
class Trait:
    """A trait of a row; `differs` from a row of nearly the same name."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A person found: traits in the order of the columns, and where they are known."""

    person_id: UUID
    name: Trait
    given: Trait
    birth_date: Trait
    sex: Trait
    birth_place: Trait
    status_kind: str
    status_label: str
    numbers: tuple[str, ...]
    hospitals: tuple[str, ...]
    is_known_here: bool
    has_homonym: bool


def banner_in(opened: OpenRecord, *, where: Places | None = None, allergies: Knowledge | None = None) -> Banner:
    """Return the banner of an open record, with its allergies; those already read are not read again.

    Raises:
        AccessRefused: there is no such person.
    """
    plain = banner_of(opened.viewer, opened.person_id, opened.relation, at=opened.at)
    if allergies is None:
        allergies = known_of(opened, [Theme.ALLERGIES], where=where or presenting.places())[Theme.ALLERGIES]
    return replace(plain, is_protected=opened.standing.is_protected, allergies=_alert(allergies))


def _alert(allergies: Knowledge) -> Alert:
    names = dict.fromkeys((fact.title, fact.is_grave) for fact in allergies.current)
    if names:
        kind = "danger" if any(is_grave for _, is_grave in names) else "attention"
        more = "Un établissement a noté le contraire." if allergies.is_disputed else ""
        return Alert(kind, "Allergies" if len(names) > 1 else "Allergie", tuple(names), more)
    if allergies.is_denied:
        told = allergies.denials[0]
        on = f" le {french.day(told.written_on)}" if told.written_on else ""
        return Alert("done", "Aucune allergie connue", more=f"Déclaré{on}, {told.establishment_name}.")
    return Alert("neutral", "Allergies\u00a0: rien de connu", more="Personne ne l’a noté\u00a0: à demander au patient.")


def banner_of(viewer: Viewer, person_id: UUID, relation: Relation, *, at: datetime) -> Banner:
    """Return the banner of a person.

    Raises:
        AccessRefused: there is no such person.
    """
    try:
        traits = identity.traits(person_id)
    except LookupError as unknown:
        raise access.AccessRefused from unknown
    known = identity.local_identities(person_id)
    numbers = [ref.ipp for ref in known if ref.ipp and ref.establishment in viewer.establishments]
    return Banner(
        person_id=person_id,
        name=traits.display_name,
        facts=_facts(traits, numbers, timezone.localdate(at)),
        status_kind=_STATUS_KINDS.get(traits.status, "attention"),
        status_label=f"Identité {traits.status_label.lower()}",
        homonyms=_homonyms(traits),
        because=_REASONS.get(relation, relation.label),
        is_emergency=relation is Relation.EMERGENCY,
        deceased=f"Décès déclaré le {french.day(traits.deceased_at)}" if traits.deceased_at else "",
        may_note_secret=relation in _TREATING and consent.is_minor(traits.birth_date, at),
    )


def _facts(traits: identity.PersonTraits, numbers: Sequence[str], today: date) -> tuple[str, ...]:
    given = " ".join(traits.given_names) or traits.first_given
    place = f", lieu de naissance {traits.birth_place}" if traits.birth_place else ""
    facts = [
        f"Nom de naissance\u00a0: {traits.birth_name.upper()}" if traits.birth_name else "",
        f"Prénoms de naissance\u00a0: {given}" if given else "",
        _born(traits, today) + place,
        _SEXES.get(traits.sex, "Sexe non renseigné"),
        f"INS\u00a0: {traits.ins_display}" if traits.ins_display else "INS absent",
        f"IPP\u00a0: {', '.join(numbers)}" if numbers else "",
    ]
    return tuple(fact for fact in facts if fact)


def _born(traits: identity.PersonTraits, today: date) -> str:
    if traits.birth_date is None:
        return "Date de naissance inconnue"
    word = {"F": "Née", "M": "Né"}.get(traits.sex, "Né(e)")
    return f"{word} le {french.day(traits.birth_date)} ({french.age(traits.birth_date, today)})"


def _homonyms(traits: identity.PersonTraits) -> int:
    """Count the other persons of the same birth name and first given name; at least one when a source says so."""
    return identity.namesakes(traits) or int(bool(_HOMONYM_MARKS & set(traits.attributes)))


def _key(traits: identity.PersonTraits) -> tuple[str, str]:
    return fhir.fold(traits.birth_name), fhir.fold(traits.first_given)


def found_people(viewer: Viewer, rows: Sequence[identity.PersonRow]) -> list[Found]:
    """Return the rows to show, in the order of the search; what tells near-homonyms apart is marked."""
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    return [_found(row, _near(row, rows), viewer, names) for row in rows]


def _near(row: identity.PersonRow, rows: Sequence[identity.PersonRow]) -> list[identity.PersonTraits]:
    """Return those one could take for this row: the same birth name, or the same first name born the same day."""
    return [other.traits for other in rows if other.person_id != row.person_id and _is_near(row.traits, other.traits)]


def _is_near(one: identity.PersonTraits, other: identity.PersonTraits) -> bool:
    (family, given), (its_family, its_given) = _key(one), _key(other)
    return family == its_family or (given == its_given and one.birth_date == other.birth_date)


def _found(
    row: identity.PersonRow, near: Sequence[identity.PersonTraits], viewer: Viewer, names: dict[str, str]
) -> Found:
    traits = row.traits
    own = [ref for ref in row.local_identities if ref.establishment in viewer.establishments]
    codes = dict.fromkeys(ref.establishment for ref in row.local_identities)
    return Found(
        person_id=row.person_id,
        name=_trait(traits.display_name, near, "birth_name", traits),
        given=_trait(" ".join(traits.given_names) or traits.first_given, near, "first_given", traits),
        birth_date=_trait(french.short_day(traits.birth_date) if traits.birth_date else "", near, "birth_date", traits),
        sex=_trait(_SEXES.get(traits.sex, "inconnu"), near, "sex", traits),
        birth_place=_trait(traits.birth_place, near, "birth_place", traits),
        status_kind=_STATUS_KINDS.get(traits.status, "attention"),
        status_label=traits.status_label,
        numbers=tuple(ref.ipp for ref in own if ref.ipp),
        hospitals=tuple(names.get(code, code) for code in codes),
        is_known_here=bool(own),
        has_homonym=any(_key(other) == _key(traits) for other in near),
    )


def _trait(text: str, near: Sequence[identity.PersonTraits], name: str, traits: identity.PersonTraits) -> Trait:
    own = getattr(traits, name)
    return Trait(text, any(getattr(other, name) != own for other in near))
