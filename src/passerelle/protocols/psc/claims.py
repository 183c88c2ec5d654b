"""Who Pro Santé Connect says has signed in: RPPS, profession, places of practice.

Source: shape of the user information seen in public integrations (see README); nomenclatures of the ANS: TRE_G15
(professions), TRE_R02 (sectors), TRE_R23 (modes of practice).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PROVIDER = "psc"
SCOPE = "openid scope_all"
ACR = ("eidas1", "eidas2", "eidas3")
_RPPS = re.compile(r"8(\d{11})\Z")
_FINESS = re.compile(r"[0-9AB]{9}\Z")
_LONGEST = 200
_MOST_PRACTICES = 30
PROFESSIONS = {
    "10": "Médecin",
    "21": "Pharmacien",
    "26": "Audioprothésiste",
    "28": "Opticien-lunetier",
    "31": "Assistant dentaire",
    "32": "Physicien médical",
    "35": "Aide-soignant",
    "36": "Ambulancier",
    "37": "Auxiliaire de puériculture",
    "38": "Préparateur en pharmacie hospitalière",
    "39": "Préparateur en pharmacie",
    "40": "Chirurgien-dentiste",
    "50": "Sage-femme",
    "60": "Infirmier",
    "69": "Infirmier psychiatrique",
    "70": "Masseur-kinésithérapeute",
    "80": "Pédicure-podologue",
    "91": "Orthophoniste",
    "92": "Orthoptiste",
    "93": "Psychologue",
    "94": "Ergothérapeute",
    "95": "Diététicien",
    "96": "Psychomotricien",
    "98": "Manipulateur d’électroradiologie médicale",
}
DOCTOR = "10"
INDEPENDENT, EMPLOYED, BENEVOLENT = "L", "S", "B"
_MODES = {INDEPENDENT: "exercice libéral", EMPLOYED: "exercice salarié", BENEVOLENT: "exercice bénévole"}


class ClaimsUnreadable(ValueError):
    """What Pro Santé Connect said of its user has not the published shape."""

    def __init__(self, *, why: str) -> None:
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Practice:
    """One place where a professional works, as one thing. FINESS numbers are empty outside establishments."""

    profession: str
    specialty: str
    mode: str
    sector: str
    finess_site: str
    finess_legal: str
    place: str

    @property
    def profession_label(self) -> str:
        return PROFESSIONS.get(self.profession, "Autre professionnel")

    @property
    def mode_label(self) -> str:
        return _MODES.get(self.mode, "")

    @property
    def key(self) -> str:
        """Tell it apart from the professional's others, from one sign-in to the next."""
        return "|".join((self.profession, self.specialty, self.mode, self.sector, self.finess_site, self.place))


@dataclass(frozen=True, slots=True)
class Professional:
    """A professional as Pro Santé Connect knows them; `rpps` is None for whoever has another identifier."""

    subject_id: str
    rpps: str | None
    family_name: str
    given_name: str
    practices: tuple[Practice, ...]
    level: str


def read_professional(claims: Mapping[str, Any]) -> Professional:
    """Read what was said of the user.

    Raises:
        ClaimsUnreadable: an identifier is missing or a part is of another shape.
    """
    subject_id = _text(claims, "SubjectNameID") or _text(claims, "preferred_username")
    if not subject_id:
        raise ClaimsUnreadable(why="identifiant absent")
    rpps = _RPPS.match(subject_id)
    return Professional(
        subject_id=subject_id,
        rpps=rpps[1] if rpps else None,
        family_name=_text(claims, "family_name"),
        given_name=_text(claims, "given_name"),
        practices=tuple(dict.fromkeys(_practices(claims)))[:_MOST_PRACTICES],
        level=_text(claims, "Palier_Authentification").partition("^")[0],
    )


def _practices(claims: Mapping[str, Any]) -> Iterator[Practice]:
    for exercise in _list(_object(claims.get("SubjectRefPro")), "exercices"):
        for activity in _list(exercise, "activities") or [{}]:
            yield Practice(
                profession=_text(exercise, "codeProfession"),
                specialty=_text(exercise, "codeSavoirFaire"),
                mode=_text(activity, "codeModeExercice"),
                sector=_text(activity, "codeSecteurDactivite"),
                finess_site=_finess(activity, "numeroFinessSite"),
                finess_legal=_finess(activity, "numeroFinessetablissementJuridique"),
                place=_text(activity, "raisonSocialeSite") or _text(activity, "enseigneCommercialeSite"),
            )


def _object(told: Any) -> Mapping[str, Any]:
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise ClaimsUnreadable(why="un objet était attendu")
    return told


def _list(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = told.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise ClaimsUnreadable(why=f"« {name} » n’est pas une liste")
    return [_object(each) for each in found]


def _text(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise ClaimsUnreadable(why=f"« {name} » n’est pas un texte")
    return found.replace("\x00", "").strip()[:_LONGEST]


def _finess(told: Mapping[str, Any], name: str) -> str:
    found = _text(told, name)
    return found if _FINESS.match(found) else ""
