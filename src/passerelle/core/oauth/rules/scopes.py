"""Which scopes an application may ask for, and what each says to somebody who is no computer scientist."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from passerelle.protocols import smart

OFFLINE = "offline_access"
PLAIN_SCOPES = smart.IDENTITY_SCOPES | smart.LAUNCH_SCOPES | {OFFLINE}
_TYPES = {
    "*": "tout ce que contient le dossier",
    "Patient": "l’identité et les coordonnées",
    "Encounter": "les séjours et les consultations",
    "DocumentReference": "les documents",
    "Composition": "les documents structurés",
    "Binary": "le contenu des documents",
    "Observation": "les résultats et les mesures",
    "DiagnosticReport": "les comptes rendus d’examens",
    "Condition": "les problèmes de santé et les antécédents",
    "AllergyIntolerance": "les allergies",
    "MedicationRequest": "les ordonnances",
    "MedicationStatement": "les traitements pris",
    "MedicationAdministration": "les médicaments administrés",
    "MedicationDispense": "les médicaments délivrés",
    "Procedure": "les actes et les opérations",
    "Immunization": "les vaccinations",
    "Device": "les dispositifs implantés",
    "DeviceUseStatement": "l’usage des dispositifs",
    "Appointment": "les rendez-vous",
    "ServiceRequest": "les demandes d’examens ou d’avis",
    "CarePlan": "les plans de soins",
    "CareTeam": "l’équipe de soins",
    "QuestionnaireResponse": "les questionnaires remplis",
    "Coverage": "la couverture sociale",
    "Consent": "les choix du patient",
    "Practitioner": "l’annuaire des professionnels",
    "PractitionerRole": "les exercices des professionnels",
    "Organization": "l’annuaire des établissements",
    "Location": "les lieux",
}
_PLAIN = {
    "openid": "Savoir que c’est vous qui vous en servez.",
    "profile": "Connaître votre nom.",
    "fhirUser": "Savoir quel professionnel ou quel patient vous êtes ici.",
    "launch": "Savoir quel dossier vous aviez ouvert.",
    "launch/patient": "Savoir de quel patient il s’agit.",
    "launch/encounter": "Savoir de quel séjour il s’agit.",
    OFFLINE: "Continuer à lire quand vous ne vous en servez pas, jusqu’à ce que vous l’arrêtiez.",
}
_WRITING = frozenset("cud")


@dataclass(frozen=True, slots=True)
class Wording:
    """One thing an application asks, as a sentence; `writes` when it could change something."""

    scope: str
    sentence: str
    writes: bool


def is_known(text: str) -> bool:
    """Tell whether a text is a scope of ours."""
    return text in PLAIN_SCOPES or smart.parse_scope(text) is not None


def is_allowed(asked: str, declared: Iterable[str]) -> bool:
    """Tell whether what is asked lies inside what was declared, in whichever version each was written."""
    known = list(declared)
    if asked in PLAIN_SCOPES:
        return asked in known
    scope = smart.parse_scope(asked)
    held = [found for found in map(smart.parse_scope, known) if found is not None]
    return scope is not None and any(one.covers(scope) for one in held)


def problems(scopes: Sequence[str], *, is_alone: bool) -> list[str]:
    """Return what is wrong with the scopes of a declaration, as sentences."""
    wrong = [f"« {text} » n’est pas une portée connue." for text in scopes if not is_known(text)]
    for scope in filter(None, map(smart.parse_scope, scopes)):
        if (scope.context is smart.Context.SYSTEM) != is_alone:
            whose = "seule prend des portées system/…" if is_alone else "pour une personne prend patient/… ou user/…"
            wrong.append(f"« {scope} » : une application qui vient {whose}")
    if is_alone and set(scopes) & PLAIN_SCOPES:
        wrong.append("Une application qui vient seule n’a ni identité, ni lancement, ni renouvellement à demander.")
    if not any(smart.parse_scope(text) for text in scopes):
        wrong.append("Il faut au moins une portée sur une ressource.")
    return wrong


def worded(scopes: Iterable[str], *, is_own_record: bool) -> list[Wording]:
    """Return what these scopes mean, as sentences; whose record it is depends on who is asked."""
    return [_worded(text, is_own_record=is_own_record) for text in scopes]


def _worded(text: str, *, is_own_record: bool) -> Wording:
    scope = smart.parse_scope(text)
    if scope is None:
        return Wording(text, _PLAIN.get(text, text), writes=False)
    writes = bool(_WRITING & set(scope.letters))
    verb = "Modifier" if set(scope.letters) <= _WRITING else ("Lire et modifier" if writes else "Lire")
    what = _TYPES.get(scope.type_, f"les ressources « {scope.type_} »")
    return Wording(text, f"{verb} {what}{_whose(scope, is_own_record=is_own_record)}.", writes=writes)


def _whose(scope: smart.Scope, *, is_own_record: bool) -> str:
    if is_own_record:
        return " de votre dossier" if scope.type_ != smart.EVERY_TYPE else ", pour votre dossier"
    if scope.context is smart.Context.PATIENT:
        return " de ce patient" if scope.type_ != smart.EVERY_TYPE else ", pour ce patient"
    return ", pour tous les patients que vous avez le droit de voir"
