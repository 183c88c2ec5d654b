"""Whom the simulated Pro Santé Connect knows: invented professionals, and what it does wrong on purpose for some."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from passerelle.protocols.oidc.simulator import BEHAVIOURS
from passerelle.protocols.psc.claims import PROFESSIONS, Practice

PEOPLE_FILE = Path(__file__).with_name("people.yaml")


@dataclass(frozen=True, slots=True)
class Holder:
    """An invented professional; `behaviour` is one of `BEHAVIOURS`."""

    subject: str
    given_name: str
    family_name: str
    practices: tuple[Practice, ...] = ()
    behaviour: str = ""

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def says(self) -> str:
        """Tell, for the page where one is chosen, who it is or what the simulator will do."""
        if self.behaviour:
            return f"le simulateur {BEHAVIOURS[self.behaviour]}"
        told = [f"{PROFESSIONS.get(one.profession, 'Autre')}, {one.place}" for one in self.practices]
        return " ; ".join(told) or "aucun exercice, identifiant hors RPPS"


def read_holders(told: Iterable[Mapping[str, Any]]) -> tuple[Holder, ...]:
    """Return the holders a data file lists."""
    return tuple(
        Holder(
            subject=str(each["subject"]),
            given_name=each["given_name"],
            family_name=each["family_name"],
            practices=tuple(_practice(one) for one in each.get("practices", ())),
            behaviour=each.get("behaviour", ""),
        )
        for each in told
    )


def published_holders() -> tuple[Holder, ...]:
    """Return the holders of `people.yaml`."""
    return read_holders(yaml.safe_load(PEOPLE_FILE.read_text(encoding="utf-8"))["holders"])


def user_information(holder: Holder, subject: str) -> dict[str, Any]:
    """Return what is said of a holder, in the published shape."""
    first = holder.practices[0] if holder.practices else None
    return {
        "sub": subject,
        "SubjectNameID": holder.subject,
        "preferred_username": holder.subject,
        "given_name": holder.given_name,
        "family_name": holder.family_name,
        "SubjectRole": [f"{first.profession}^1.2.250.1.213.1.1.5.5"] if first else [],
        "Secteur_Activite": f"{first.sector}^1.2.250.1.71.4.2.4" if first else "",
        "SubjectOrganization": first.place if first else "",
        "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
        "PSI_Locale": "1.2.250.1.213.1.3.1.1",
        "UITVersion": "1.0",
        "SubjectRefPro": {"exercices": [_exercise(holder, one) for one in holder.practices]},
        "otherIds": [{"identifiant": holder.subject, "origine": "RPPS", "qualite": 1}],
    }


def _exercise(holder: Holder, practice: Practice) -> dict[str, Any]:
    return {
        "codeProfession": practice.profession,
        "codeCategorieProfessionnelle": "C",
        "nomDexercice": holder.family_name,
        "prenomDexercice": holder.given_name,
        "codeTypeSavoirFaire": "S" if practice.specialty else "",
        "codeSavoirFaire": practice.specialty,
        "activities": [
            {
                "codeModeExercice": practice.mode,
                "codeSecteurDactivite": practice.sector,
                "codeGenreActivite": "GENR01",
                "numeroFinessSite": practice.finess_site,
                "numeroFinessetablissementJuridique": practice.finess_legal,
                "raisonSocialeSite": practice.place,
            }
        ],
    }


def _practice(told: Mapping[str, Any]) -> Practice:
    names = ("profession", "specialty", "mode", "sector", "finess_site", "finess_legal", "place")
    return Practice(*(str(told.get(name, "")) for name in names))
