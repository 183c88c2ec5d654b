"""For whom a document that came from outside is: by the INS and the strict traits, or not at all.

Source: RNIV 1, an INS counts only with the strict traits that go with it; CI-SIS, réception par MSSanté.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from passerelle.protocols.cda import api as cda
from passerelle.protocols.ins import api as ins


@dataclass(frozen=True, slots=True)
class Candidate:
    """A patient of the house who bears the matricule told."""

    person_id: UUID
    matricule: str
    birth_name: str
    given_names: tuple[str, ...]
    birth_date: date | None
    sex: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """For whom it is; else why a person must decide."""

    person_id: UUID | None
    why: str = ""


def matricule_of(patient: cda.PatientHeader) -> str:
    """Return the INS of the header of a CDA, "" when there is none under an INS authority."""
    return next((one.extension for one in patient.identifiers if ins.kind_of(one.root) is not None), "")


def whose(patient: cda.PatientHeader, candidates: Sequence[Candidate]) -> Verdict:
    """Return for whom a document is: one bearer of its matricule, whose strict traits agree with the header's."""
    matricule = matricule_of(patient)
    if not matricule:
        return Verdict(None, "le document ne porte pas d’INS")
    if not ins.check_key(matricule):
        return Verdict(None, "la clé de l’INS du document est fausse")
    bearers = [one for one in candidates if one.matricule == matricule]
    if not bearers:
        return Verdict(None, "aucun patient du groupement ne porte cette INS qualifiée")
    if len({one.person_id for one in bearers}) > 1:
        return Verdict(None, "plusieurs dossiers portent cette INS")
    difference = _difference(patient, bearers[0])
    return Verdict(None, difference) if difference else Verdict(bearers[0].person_id)


def _difference(patient: cda.PatientHeader, bearer: Candidate) -> str:
    if not ins.same_name(patient.birth_name, bearer.birth_name):
        return "le nom de naissance du document n’est pas celui du patient qui porte cette INS"
    if patient.birth_date != bearer.birth_date:
        return "la date de naissance du document n’est pas celle du patient qui porte cette INS"
    if patient.sex != bearer.sex:
        return "le sexe du document n’est pas celui du patient qui porte cette INS"
    if not _share_a_given_name(patient.given_names, bearer.given_names):
        return "le prénom du document n’est pas celui du patient qui porte cette INS"
    return ""


def _share_a_given_name(told: Sequence[str], known: Sequence[str]) -> bool:
    """Tell whether the first given names agree: a header may give all of them in one."""
    if not told or not known:
        return False
    return ins.same_name(told[0], known[0]) or ins.same_name(told[0], " ".join(known))
