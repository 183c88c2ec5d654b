"""What patients decided, told as FHIR resources under each of their files: a projection, made again at each choice."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record.rules import decisions
from passerelle.care.record.rules.decisions import File
from passerelle.care.record.selectors.store import read
from passerelle.care.record.services.writing import put

SOURCE: Final = "consent"
_TYPES: Final = ("DocumentReference", "Encounter", "Appointment")


def project_choices(person_id: UUID, at: datetime) -> None:
    """Store the choices of a person as Consent and CareTeam; what did not change is not a version."""
    files = _files(person_id, at)
    if not files:
        return
    said = consent.choices_log(person_id)
    team = consent.chosen_professionals(person_id, at=at)
    is_minor = files[0].is_minor
    alone = {one.id for one in said if is_minor and one.kind == "careteam" and one.door is consent.Door.SELF}
    for file in files:
        for is_private in (False, True):
            members = [one for one in team if (one.id in alone) is is_private]
            _store_team(file, members, is_private=is_private, at=at)
    for one in filter(decisions.is_denial, said):
        _store_denial(one, files, at)


def _files(person_id: UUID, at: datetime) -> list[File]:
    known = [one for one in identity.local_identities(person_id) if one.superseded_by is None]
    if not known:
        return []
    is_minor = consent.is_minor(identity.traits(person_id).birth_date, at)
    return [File(one.id, is_minor) for one in known]


def _store_team(file: File, members: list[consent.TeamMember], *, is_private: bool, at: datetime) -> None:
    resource = decisions.care_team_of(members, file, is_private=is_private)
    if members or read("CareTeam", UUID(resource["id"])) is not None:
        _put(resource, file, at)


def _store_denial(said: consent.Said, files: list[File], at: datetime) -> None:
    """Store a denial: under every file, or, when it is about one piece, under the file that holds the piece."""
    is_in_force = said.is_in_force(at)
    if said.piece_id is None:
        for file in files:
            _put(decisions.consent_of(said, file, is_in_force=is_in_force), file, at)
        return
    for type_ in _TYPES:
        held = read(type_, said.piece_id)
        piece = f"{type_}/{said.piece_id}"
        for file in files:
            if held is not None and file.local_identity_id == held.local_identity_id:
                _put(decisions.consent_of(said, file, is_in_force=is_in_force, piece=piece), file, at)


def _put(resource: dict[str, Any], file: File, at: datetime) -> None:
    put(resource, local_identity_id=file.local_identity_id, at=at, source=SOURCE)
