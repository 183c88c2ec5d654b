"""Write, sign and correct the letter of a stay."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max

from passerelle.care.identity import api as identity
from passerelle.care.liaison.letters.as_cda import cda_of
from passerelle.care.liaison.letters.as_pdf import pdf_of
from passerelle.care.liaison.letters.sheet import Sheet
from passerelle.care.liaison.models import Discharge, Letter, LetterOrigin
from passerelle.care.liaison.rules.content import Content, from_json, missing, to_json
from passerelle.care.liaison.selectors.guarding import check
from passerelle.care.liaison.selectors.sheets import sheet_of, signatory_of
from passerelle.care.liaison.services.refusals import (
    AlreadySigned,
    ChangedMeanwhile,
    LetterIncomplete,
    NothingToCorrect,
)
from passerelle.care.liaison.services.sending import Sent, send
from passerelle.care.liaison.services.storing import Paper, Piece, store
from passerelle.core.access.api import AccessRefused, Act, Kind, Viewer
from passerelle.protocols import pamfr

LETTER_CODE = "11490-0"
LETTER_TITLE = "Lettre de liaison à la sortie"
SOURCE = "liaison"


@transaction.atomic
def save_draft(*, stay_id: UUID, content: Content, seen_at: datetime | None, by: Viewer, at: datetime) -> Letter:
    """Keep the letter of a stay as it is being written; it may be incomplete.

    `seen_at` is when the draft that the writer had in sight was last changed, None when there was none.

    Raises:
        AccessRefused: not a clinician of this stay, or no such stay.
        AlreadySigned: its last version is signed: a correction is asked for, never made by a save.
        ChangedMeanwhile: somebody saved it since.
    """
    discharge = _held(stay_id, by, Act.UPDATE, at=at)
    draft = Letter.objects.filter(discharge=discharge, signed_at=None).first()
    if draft is None:
        if Letter.objects.filter(discharge=discharge).exists():
            raise AlreadySigned
        return _new_draft(discharge, content, by, at)
    if draft.changed_at != seen_at:
        raise ChangedMeanwhile
    draft.content, draft.changed_at = to_json(content), at
    draft.save(update_fields=["content", "changed_at"])
    return draft


@transaction.atomic
def begin_correction(*, stay_id: UUID, by: Viewer, at: datetime) -> Letter:
    """Open a new version of a signed letter, beginning with the words of the last one.

    Raises:
        AccessRefused: not a clinician of this stay.
        NothingToCorrect: no version is signed.
    """
    discharge = _held(stay_id, by, Act.UPDATE, at=at)
    last = Letter.objects.filter(discharge=discharge).order_by("-version").first()
    if last is None:
        raise NothingToCorrect
    if last.signed_at is None:
        return last
    return _new_draft(discharge, from_json(last.content), by, at)


@transaction.atomic
def sign_letter(*, stay_id: UUID, seen_at: datetime, by: Viewer, at: datetime) -> Letter:
    """Sign the draft of a stay: it is stored in the record as CDA and PDF/A, and leaves at once.

    Raises:
        AccessRefused: not a clinician of this stay.
        AlreadySigned: there is no draft.
        ChangedMeanwhile: somebody saved it since the signatory read it.
        LetterIncomplete: the law asks for what it does not say; `lacks` tells what.
    """
    discharge = _held(stay_id, by, Act.CREATE, at=at)
    draft = Letter.objects.filter(discharge=discharge, signed_at=None).first()
    if draft is None:
        raise AlreadySigned
    if draft.changed_at != seen_at:
        raise ChangedMeanwhile
    content = from_json(draft.content)
    lacks = missing(content)
    if lacks:
        raise LetterIncomplete(lacks)
    former = Letter.objects.filter(discharge=discharge).exclude(signed_at=None).order_by("-version").first()
    sheet = sheet_of(draft, discharge, content, signatory=signatory_of(by), at=at, former=former)
    _publish(draft, discharge, sheet, former=former, by=by, at=at)
    return draft


def _publish(
    draft: Letter, discharge: Discharge, sheet: Sheet, *, former: Letter | None, by: Viewer, at: datetime
) -> None:
    document, copy = cda_of(sheet), pdf_of(sheet)
    paper = Paper(
        id=draft.pk,
        local_identity_id=discharge.local_identity_id,
        establishment=discharge.establishment,
        code=LETTER_CODE,
        display=LETTER_TITLE,
        title=LETTER_TITLE,
        author=sheet.signatory.name,
        author_rpps=sheet.signatory.rpps,
        pieces=(Piece("text/xml", document), Piece("application/pdf", copy)),
        unique_id=sheet.unique_id,
        created_at=at,
        stay_id=discharge.pk,
        replaces=former.document_id if former else None,
    )
    draft.document_id = store(paper, at=at, source=SOURCE)
    draft.signed_at, draft.signed_by, draft.signed_by_account = at, by.name, by.account_id
    draft.save(update_fields=["document_id", "signed_at", "signed_by", "signed_by_account"])
    if discharge.answered_at is None:
        discharge.answered_at = at
        discharge.save(update_fields=["answered_at"])
    sent = Sent(
        document_id=draft.pk,
        local_identity_id=discharge.local_identity_id,
        establishment=discharge.establishment,
        unit_label=discharge.unit_label,
        code=LETTER_CODE,
        title=LETTER_TITLE,
        contents=(("text/xml", document), ("application/pdf", copy)),
        created_at=at,
        author=pamfr.Practitioner(sheet.signatory.family, sheet.signatory.given),
        stay_id=discharge.pk,
    )
    send(sent, at=at, by=by.name)


def _held(stay_id: UUID, by: Viewer, act: Act, *, at: datetime) -> Discharge:
    """Return the discharge, locked, once the access decision allows this viewer to write its letter."""
    discharge = Discharge.objects.select_for_update(of=("self",)).filter(pk=stay_id).first()
    if discharge is None:
        raise AccessRefused
    check(
        by,
        Kind.DOCUMENT,
        act,
        person_id=identity.person_of(discharge.local_identity_id),
        establishment=discharge.establishment,
        target=f"encounter:{stay_id}",
        at=at,
    )
    return discharge


def _new_draft(discharge: Discharge, content: Content, by: Viewer, at: datetime) -> Letter:
    last = Letter.objects.filter(discharge=discharge).aggregate(last=Max("version"))["last"] or 0
    return Letter.objects.create(
        id=uuid4(),
        discharge=discharge,
        version=last + 1,
        origin=LetterOrigin.WRITTEN,
        content=to_json(content),
        drafted_at=at,
        drafted_by=by.name,
        changed_at=at,
    )
