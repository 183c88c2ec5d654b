"""Two files side by side: each trait, whether it differs, and what it weighs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from passerelle.care.identitovigilance.holdings import Held
from passerelle.care.identity import api as identity
from passerelle.care.matching import api as matching
from passerelle.core.ui.api import french
from passerelle.protocols.ins import api as ins

_SIGNS = {
    "same": ("done", "Identique"),
    "near": ("attention", "Proche"),
    "different": ("danger", "Différent"),
    "missing": ("neutral", "Inconnu d’un côté"),
    "both_missing": ("neutral", "Non renseigné"),
}
_STATUS_KINDS = {"QUAL": "done", "VALI": "info", "RECUP": "info", "PROV": "attention"}


@dataclass(frozen=True, slots=True)
class Side:
    """One file of a pair, with what hangs on it."""

    traits: identity.LocalTraits
    establishment_name: str
    held: Sequence[Held]

    @property
    def title(self) -> str:
        """Return where the file is, and its number there."""
        number = f", IPP {self.traits.ipp}" if self.traits.ipp else ", sans IPP"
        return self.establishment_name + number

    @property
    def name(self) -> str:
        """Return the name as a heading shows it."""
        return f"{self.traits.birth_name or '?'} {self.traits.first_given}".strip()

    @property
    def status_kind(self) -> str:
        """Return how the status is shown, beside its word."""
        return _STATUS_KINDS.get(self.traits.status, "neutral")

    @property
    def ins_display(self) -> str:
        """Return the INS by groups of figures, "" for none."""
        return ins.format_matricule(self.traits.ins_matricule) if self.traits.ins_matricule else ""


@dataclass(frozen=True, slots=True)
class TraitLine:
    """A trait on both sides: whether it differs, in a word, and what the matcher says of it."""

    label: str
    first: str
    second: str
    sign_kind: str
    sign: str
    why: str


def lines(first: Side, second: Side, fields: Sequence[matching.FieldScore]) -> list[TraitLine]:
    """Return the traits in the order of an identity document, then contacts."""
    scored = {field.field: field for field in fields}
    return [_line(label, name, show(first.traits), show(second.traits), scored) for label, name, show in _TRAITS]


def _line(label: str, name: str, one: str, other: str, scored: dict[str, matching.FieldScore]) -> TraitLine:
    field = scored.get(name)
    kind, sign = _SIGNS[_agreement(one, other, field)]
    return TraitLine(label, one, other, kind, sign, field.why_fr if field else "")


def _agreement(one: str, other: str, field: matching.FieldScore | None) -> str:
    if not one and not other:
        return "both_missing"
    if not one or not other:
        return "missing"
    if french_form(one) == french_form(other):
        return "same"
    return "near" if field is not None and field.weight > 0 else "different"


def french_form(text: str) -> str:
    """Return a text without case, accents or signs, to tell a difference that counts."""
    return "".join(char for char in text.casefold().translate(_PLAIN) if char.isalnum())


_PLAIN = str.maketrans("àâäéèêëîïôöùûüÿçñ", "aaaeeeeiioouuuycn")
Show = Callable[[identity.LocalTraits], str]


def _born(traits: identity.LocalTraits) -> str:
    return french.short_day(traits.birth_date) if traits.birth_date else ""


def _address(traits: identity.LocalTraits) -> str:
    parts = (traits.address.get("street"), traits.address.get("postal_code"), traits.address.get("city"))
    return " ".join(part for part in parts if part)


_TRAITS: tuple[tuple[str, str, Show], ...] = (
    ("Nom de naissance", "name", lambda traits: traits.birth_name),
    ("Prénoms de naissance", "given", lambda traits: " ".join(traits.given_names) or traits.first_given),
    ("Date de naissance", "birth_date", _born),
    ("Sexe", "sex", lambda traits: traits.sex),
    ("Lieu de naissance (INSEE)", "birth_place", lambda traits: traits.birth_place),
    ("Nom utilisé", "used", lambda traits: traits.used_name),
    ("INS", "ins", lambda traits: ins.format_matricule(traits.ins_matricule) if traits.ins_matricule else ""),
    ("Téléphone", "phone", lambda traits: french.phone(traits.phone) if traits.phone else ""),
    ("Adresse électronique", "email", lambda traits: traits.email),
    ("Adresse", "address", _address),
)


def period(held: Held) -> str:
    """Return when the things held happened, in words."""
    if held.first_at is None or held.last_at is None:
        return ""
    first, last = (french.short_day(_day(moment)) for moment in (held.first_at, held.last_at))
    return first if first == last else f"du {first} au {last}"


def _day(moment: datetime) -> datetime:
    return french.local(moment)
