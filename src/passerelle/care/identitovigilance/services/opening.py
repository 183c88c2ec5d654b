"""A provisional file for somebody who arrives where there is no admission software."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from passerelle.care.identitovigilance.models import DeskFile
from passerelle.care.identitovigilance.selectors.reception import Newcomer, look_alikes
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.protocols import ins, pamfr

NAMESPACE = "PASSERELLE-ACCUEIL"


class LooksLikeSomebody(Exception):
    """Quelqu’un de connu ressemble à cette personne : choisissez-la, ou dites pourquoi vous créez malgré tout."""


class NotYourPlace(Exception):
    """Vous ne tenez pas l’accueil de cet établissement."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The file opened: its number on paper, and whose it is."""

    number: str
    reference: identity.LocalIdentityRef


@transaction.atomic
def open_file(*, newcomer: Newcomer, establishment: str, reason: str, by: Viewer, at: datetime) -> Opened:
    """Open a provisional file (status PROV) for a newcomer; it bears a number of our own, never an IPP of the hospital.

    The matcher looks again at the moment of writing: what changed since the form was shown is not missed.

    Raises:
        NotYourPlace: the clerk does not work there.
        LooksLikeSomebody: somebody known may be this person, and no reason is given.
    """
    if establishment not in by.establishments:
        raise NotYourPlace
    similar = look_alikes(newcomer, establishment=establishment)
    if similar and not reason.strip():
        raise LooksLikeSomebody
    row = DeskFile.objects.create(
        establishment=establishment,
        opened_by=by.account_id,
        opened_by_name=by.name,
        opened_at=at,
        lookalikes=len(similar),
        reason=reason.strip()[:500],
    )
    number = f"P{at:%y}-{row.pk:06d}"
    found = identity.resolve(
        _patient(newcomer, number), establishment=establishment, at=at, source=f"accueil : {by.name}"[:200]
    )
    row.local_identity_id = found.id
    row.save(update_fields=["local_identity_id"])
    access.check(
        by,
        Kind.IDENTITY,
        Act.CREATE,
        relation=Relation.ESTABLISHMENT,
        target=f"local_identity:{found.id}",
        person_id=found.person_id,
        at=at,
        reason=reason[:300],
    )
    return Opened(number, found)


def _patient(newcomer: Newcomer, number: str) -> pamfr.Patient:
    return pamfr.Patient(
        identifiers=(pamfr.Identifier(number, "PI", NAMESPACE, "", ""),),
        ins=None,
        status=ins.IdentityStatus.PROVISOIRE,
        attributes=frozenset(),
        traits=pamfr.Traits(
            birth_name=newcomer.birth_name,
            given_names=newcomer.given_names,
            first_given=newcomer.given_names[0] if newcomer.given_names else "",
            birth_date=newcomer.birth_date,
            sex=newcomer.sex,
            birth_place=newcomer.birth_place or None,
            used_name=newcomer.used_name or None,
            phone=newcomer.phone,
        ),
    )
