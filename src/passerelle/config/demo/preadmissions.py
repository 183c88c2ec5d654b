"""Comings being prepared: the cast's, half-done, and others ready or not. All invented; the cards are drawn here."""

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from django.utils import timezone
from PIL import Image, ImageDraw

from passerelle.care.consent import api as consent
from passerelle.care.forms import api as forms
from passerelle.care.identity import api as identity
from passerelle.care.preadmission import api as preadmission
from passerelle.care.preadmission.api import Pen, PieceKind, Step
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.audit.api import Actor
from passerelle.protocols import fhir

_PLACE: Final = "aphm"
_SOURCE: Final = "demo:preadmission"
_ACT_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_DESK: Final = consent.Voice(Actor(None, "Accueil (fictif)", "admission_clerk", _PLACE), consent.Door.STAFF)
_AHEAD: Final = timedelta(days=14)
_NOBODY: Final = {"warn_name": "Paul Fictif", "warn_tie": "frère", "warn_phone": "0600000001"}
_TOLD: Final[Mapping[Step, Mapping[str, Any]]] = {
    Step.IDENTITY: {"is_right": "oui", "proof": "CN", "promises_proof": True},
    Step.COVERAGE: {"regime": "general", "mutuelle_name": "Mutuelle fictive", "mutuelle_number": "F-0001"},
    Step.CONTACTS: {"phone": "0600000000", **_NOBODY},
    Step.CONSENTS: {
        "agrees_information": True,
        "agrees_messages": "oui",
        "tells_presence": "non",
        "directives": "parler",
    },
    Step.ARRIVAL: {"transport": "accompagne", "companion_name": "Paul Fictif", "needs": ["fauteuil"]},
}
_HEALTH: Final[dict[str, tuple[forms.Value, ...]]] = {
    "allergie": (True,),
    "allergie-a": ("Pénicilline",),
    "allergie-grave": (False,),
    "traitement": (False,),
}
_ANESTHESIA: Final[dict[str, tuple[forms.Value, ...]]] = {
    "operee": (True,),
    "probleme": (False,),
    "vomi": (True,),
    "famille": (False,),
    "etages": (forms.Choice("non"),),
    "ronfle": (False,),
    "bouche-ouverte": (False,),
    "fume": (True,),
    "cigarettes": (10,),
    "alcool": (forms.Choice("parfois"),),
}


def prepare_comings(*, at: datetime) -> None:
    """Plan a stay for the patient and the young person of the cast, and prepare comings more or less; once."""
    for code, days, service, done in (("patient", 9, "Chirurgie de jour", 3), ("jeune", 16, "Médecine interne", 0)):
        account = access.persona_account(code)
        if account is not None and account.person_id is not None:
            voice = consent.Voice(Actor(account.pk, account.display_name, "patient"), consent.Door.SELF)
            _plan(account.person_id, service, at + timedelta(days=days), voice, done, at)
    today = timezone.localdate(at)
    viewer = access.Viewer(assignments=frozenset({(access.Role.ADMISSION_CLERK, _PLACE)}))
    rows = preadmission.ready_list(viewer, _PLACE, today, days=_AHEAD.days, at=at)
    waiting = [one.row for one in rows if not one.row.done and one.row.plan.code == "operation"]
    for rank, row in enumerate(waiting):
        _fill(row, len(row.steps) if rank % 3 == 0 else rank % 5, _DESK if rank % 4 == 3 else _self(row), at)


def _plan(person_id: UUID, service: str, starts_at: datetime, voice: consent.Voice, done: int, at: datetime) -> None:
    files = [one for one in identity.local_identities(person_id) if one.establishment == _PLACE]
    if not files:
        return
    stay_id = uuid5(files[0].id, "planned-stay")
    if record.read("Encounter", stay_id) is not None:
        return
    resource = fhir.pruned(
        {
            "resourceType": "Encounter",
            "id": str(stay_id),
            "status": "planned",
            "class": {"system": _ACT_CODE, "code": "IMP", "display": "inpatient encounter"},
            "subject": {"reference": f"Patient/{files[0].id}"},
            "period": {"start": fhir.moment(starts_at)},
            "location": [{"location": {"display": f"{service} (fictif)"}}],
        }
    )
    record.put(resource, local_identity_id=files[0].id, at=at, source=_SOURCE, establishment=_PLACE)
    preadmission.open_planned(at=at)
    row = preadmission.file_of(access.Viewer(person_id=person_id, assignments=_PATIENT), stay_id, at=at)
    if row is not None and done:
        card = _card()
        kind = PieceKind.ID_FRONT
        preadmission.hand_in(preadmission_id=row.id, kind=kind, upload=card, proof="CN", pen=Pen(voice), at=at)
        _fill(row, done, voice, at)


_PATIENT: Final = frozenset({(access.Role.PATIENT, None)})


def _self(row: preadmission.PreadmissionRow) -> consent.Voice:
    return consent.Voice(Actor(None, consent.called(row.person_id), "patient"), consent.Door.SELF)


def _fill(row: preadmission.PreadmissionRow, done: int, voice: consent.Voice, at: datetime) -> None:
    """Do the first steps of a file, and send it when all are done."""
    pen = Pen(voice)
    for one in row.steps[:done]:
        answers = {Step.HEALTH: _HEALTH, Step.ANESTHESIA: _ANESTHESIA}.get(one.step)
        if answers is not None:
            preadmission.keep_answers(
                preadmission_id=row.id, step=one.step, answers=answers, is_done=True, pen=pen, at=at
            )
        else:
            told = _TOLD[one.step]
            preadmission.keep_step(preadmission_id=row.id, step=one.step, answers=told, is_done=True, pen=pen, at=at)
    if done == len(row.steps):
        preadmission.send(preadmission_id=row.id, pen=pen, at=at)


def _card() -> bytes:
    """Draw a card that nobody could take for a real one."""
    image = Image.new("RGB", (1_400, 900), (226, 220, 205))
    pen = ImageDraw.Draw(image)
    pen.rectangle((90, 90, 1_310, 810), fill=(196, 208, 214), outline=(40, 50, 60), width=6)
    pen.rectangle((140, 210, 460, 640), fill=(150, 160, 168), outline=(40, 50, 60), width=4)
    lines = ("CARTE FICTIVE", "DEMONSTRATION PASSERELLE", "NOM : SPECIMEN", "PRENOM : SPECIMEN", "SANS VALEUR")
    for rank, text in enumerate(lines):
        pen.text((520, 220 + rank * 90), text, fill=(20, 24, 32), font_size=48)
    pen.text((140, 720), "<<<<SPECIMEN<<FICTIF<<<<<<<<<<<<", fill=(20, 24, 32), font_size=40)
    held = io.BytesIO()
    image.save(held, format="PNG")
    return held.getvalue()
