"""A letter as its pages show it: what it says, what it lacks, where it went."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.liaison.letters.sheet import Paragraph, parts_of
from passerelle.care.liaison.models import Discharge, Dispatch, Letter, LetterOrigin
from passerelle.care.liaison.rules import clock
from passerelle.care.liaison.rules.clock import Standing
from passerelle.care.liaison.rules.content import Content, Missing, from_json, missing
from passerelle.care.liaison.selectors.delays import delays
from passerelle.care.liaison.selectors.doctors import Doctor, treating_doctor
from passerelle.care.liaison.selectors.guarding import check
from passerelle.care.liaison.selectors.naming import PatientBanner, banner, place_names
from passerelle.care.record import api as record
from passerelle.core.access.api import AccessRefused, Act, Kind, Viewer
from passerelle.core.ui.api import french


@dataclass(frozen=True, slots=True)
class Stay:
    """The stay a letter is about."""

    id: UUID
    unit: str
    place: str
    admitted_at: datetime | None
    left_at: datetime
    attending: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class LetterPage:
    """Everything the pages of a letter show. `draft_at` is when the draft was last changed, None without one."""

    stay: Stay
    banner: PatientBanner
    doctor: Doctor | None
    content: Content
    lacks: tuple[Missing, ...]
    parts: tuple[Paragraph, ...]
    draft_at: datetime | None
    version: int
    versions: tuple[Letter, ...]

    @property
    def signed(self) -> Letter | None:
        """The last signed version."""
        return next((one for one in self.versions if one.signed_at), None)

    @property
    def is_draft(self) -> bool:
        return self.draft_at is not None


@dataclass(frozen=True, slots=True)
class WayRow:
    """One way a document went: to whom, how, and where it stands."""

    addressee: str
    label: str
    way: str
    mailbox: str
    sent_at: datetime
    sent_by: str
    note: str
    received_at: datetime | None
    read_at: datetime | None
    failure: str
    status_kind: str
    status_label: str


def letter_page(viewer: Viewer, stay_id: UUID, *, at: datetime) -> LetterPage:
    """Return the letter of a stay for a clinician of it.

    Raises:
        AccessRefused: not a clinician of this stay, or no such stay.
    """
    discharge = Discharge.objects.filter(pk=stay_id, cancelled_at=None).first()
    if discharge is None:
        raise AccessRefused
    person_id = identity.person_of(discharge.local_identity_id)
    check(
        viewer,
        Kind.DOCUMENT,
        Act.READ,
        person_id=person_id,
        establishment=discharge.establishment,
        target=f"encounter:{stay_id}",
        at=at,
    )
    versions = tuple(Letter.objects.filter(discharge=discharge).order_by("-version"))
    draft = next((one for one in versions if one.signed_at is None), None)
    last = draft or next(iter(versions), None)
    content = from_json(last.content) if last else first_words(viewer, discharge, person_id, at=at)
    return LetterPage(
        stay=_stay(discharge, at),
        banner=banner(person_id, on=timezone.localdate(at)),
        doctor=treating_doctor(person_id, at=at),
        content=content,
        lacks=missing(content),
        parts=parts_of(content),
        draft_at=draft.changed_at if draft else None,
        version=last.version if last else 1,
        versions=versions,
    )


def first_words(viewer: Viewer, discharge: Discharge, person_id: UUID, *, at: datetime) -> Content:
    """Return what the record already knows of a letter: the results out of range of the stay, to be read again."""
    stays = [one for one in record.timeline(viewer, person_id, at=at).stays if one.id == discharge.pk]
    results = [row for stay in stays for row in stay.observations if row.interpretation not in {"", "N"}]
    lines = [f"{row.label}\u00a0: {row.value} {row.shown_unit}".strip() for row in results[:12]]
    texts = {"results": "\n".join(lines)} if lines else {}
    discharged = next((stay.discharge_label for stay in stays if stay.discharge_label), "")
    if discharged:
        texts["discharge_mode"] = discharged
    return Content(texts=texts)


def _stay(discharge: Discharge, at: datetime) -> Stay:
    limits = delays(timezone.localdate(at))
    return Stay(
        id=discharge.pk,
        unit=discharge.unit_label or "Unité non précisée",
        place=place_names().get(discharge.establishment, discharge.establishment),
        admitted_at=discharge.admitted_at,
        left_at=discharge.left_at,
        attending=discharge.attending,
        standing=clock.standing(discharge.left_at, discharge.answered_at, at=at, delays=limits),
    )


def ways_of(document_id: UUID) -> list[WayRow]:
    """Return where a document went, in the order of time."""
    rows = Dispatch.objects.filter(document_id=document_id).order_by("sent_at", "addressee", "way", "pk")
    return [_way(one) for one in rows]


def _way(one: Dispatch) -> WayRow:
    kind, label = _status(one)
    return WayRow(
        addressee=one.get_addressee_display(),
        label=one.label,
        way=one.get_way_display(),
        mailbox=one.mailbox,
        sent_at=one.sent_at,
        sent_by=one.sent_by,
        note=one.note,
        received_at=one.received_at,
        read_at=one.read_at,
        failure=one.failure,
        status_kind=kind,
        status_label=label,
    )


def _status(one: Dispatch) -> tuple[str, str]:
    if one.read_at is not None:
        return "done", f"Lu le {french.moment(one.read_at)}"
    if one.failed_at is not None:
        return "danger", "Refusé"
    if one.received_at is not None:
        return "info", f"Reçu le {french.moment(one.received_at)}"
    return "neutral", "En route"


def is_written_here(letter: Letter) -> bool:
    """Tell whether a letter was written here, so that it can be corrected here."""
    return letter.origin == LetterOrigin.WRITTEN
