"""The hospital's dashboard of letters, by service."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.liaison.models import Discharge, Dispatch, Letter
from passerelle.care.liaison.rules.board import Fact, Figures, by_service, figures_of
from passerelle.care.liaison.rules.ways import Addressee
from passerelle.care.liaison.selectors.delays import counted_since
from passerelle.care.liaison.selectors.naming import place_names
from passerelle.core.access.api import AccessRefused, Role, Viewer

ALL = "Tous les services"


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of a period `[since, at)`: all together, then by service; a service is named with its hospital."""

    since: datetime
    at: datetime
    whole: Figures
    services: list[Figures]


def board(viewer: Viewer, *, at: datetime) -> Board:
    """Return the figures of the establishments where this viewer works.

    Raises:
        AccessRefused: they work nowhere as a clinician or a director.
    """
    places = viewer.establishments_as(Role.CLINICIAN) | viewer.establishments_as(Role.DIRECTOR)
    if not places:
        raise AccessRefused
    since = counted_since(at)
    facts = _facts(sorted(places), since, at)
    return Board(since, at, figures_of(ALL, facts), by_service(facts))


def _facts(places: list[str], since: datetime, at: datetime) -> list[Fact]:
    discharges = list(
        Discharge.objects.filter(
            establishment__in=places, cancelled_at=None, left_at__gte=since, left_at__lt=at
        ).order_by("left_at", "pk")
    )
    documents = _documents(discharges)
    sent: dict[UUID | None, tuple[bool, datetime | None]] = {
        document: (True, read_at)
        for document, read_at in Dispatch.objects.filter(
            document_id__in=set(documents.values()), addressee=Addressee.DOCTOR
        )
        .order_by("-read_at", "pk")
        .values_list("document_id", "read_at")
    }
    short = place_names()
    found = []
    for one in discharges:
        to_doctor, read_at = sent.get(documents.get(one.pk), (False, None))
        service = f"{one.unit_label or 'Unité non précisée'}, {short.get(one.establishment, one.establishment)}"
        found.append(Fact(service, one.left_at, one.answered_at, to_doctor, read_at))
    return found


def _documents(discharges: list[Discharge]) -> dict[UUID, UUID | None]:
    """Return the document of the last signed letter of each stay."""
    rows = Letter.objects.filter(discharge__in=discharges).exclude(signed_at=None).order_by("version", "pk")
    return dict(rows.values_list("discharge_id", "document_id"))
