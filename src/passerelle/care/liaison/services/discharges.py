"""Note the stays that end, and the letters that their hospital's own software sends: what the follow-up starts from."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from passerelle.care.liaison.models import Discharge, Letter, LetterOrigin, Progress
from passerelle.care.liaison.selectors.delays import counted_since, stay_classes
from passerelle.care.liaison.services.sending import Sent, send
from passerelle.care.record import api as record
from passerelle.protocols.fhir import api as fhir

#: LOINC codes of a letter at discharge: the volet LDL-SES, and the discharge report that software still sends.
LETTER_CODES: Final = ("11490-0", "18842-5")
_DISCHARGES, _LETTERS = "discharges", "letters"
#: Looked at again each time: a transaction may commit after a later one.
_OVERLAP = timedelta(minutes=10)
_PAGE = 200
Page: TypeAlias = Sequence[record.StoredResource]


def note_discharges(*, at: datetime) -> int:
    """Note the stays that ended, changed or went on after all since the last time; return how many changed here."""
    classes = stay_classes(timezone.localdate(at))
    pages = _changed("Encounter", _DISCHARGES, {}, at=at)
    return sum(_note_all(page, classes, at=at) for page in pages)


def note_letters(*, at: datetime) -> int:
    """Join the letters that came by message to their stays and put them in the spaces; return how many are new."""
    codes = ",".join(LETTER_CODES)
    pages = _changed("DocumentReference", _LETTERS, {"type": [codes]}, at=at)
    return sum(_join_all(page, at=at) for page in pages)


def _changed(type_: str, name: str, params: dict[str, list[str]], *, at: datetime) -> Iterator[Page]:
    """Yield what changed since the last time, page by page, then note how far we came."""
    since = counted_since(at)
    progress = Progress.objects.filter(pk=name).first()
    asked = {**params, "date": [f"ge{since.date().isoformat()}"]}
    if progress is not None:
        asked["_lastUpdated"] = [f"ge{fhir.moment(progress.seen_at - _OVERLAP)}"]
    cursor = None
    while True:
        page = record.search(type_, asked, count=_PAGE, cursor=cursor)
        yield page.rows
        cursor = page.next_cursor
        if cursor is None:
            break
    Progress.objects.update_or_create(pk=name, defaults={"seen_at": at})


@transaction.atomic
def _note_all(rows: Page, classes: frozenset[str], *, at: datetime) -> int:
    held = Discharge.objects.select_for_update(of=("self",)).in_bulk([one.id for one in rows])
    return sum(_note(held.get(stored.id), stored, classes, at=at) for stored in rows)


def _note(held: Discharge | None, stored: record.StoredResource, classes: frozenset[str], *, at: datetime) -> bool:
    resource = fhir.loads(stored.body)
    left_at = _moment(resource.get("period", {}).get("end"))
    is_counted = str(resource.get("class", {}).get("code", "")) in classes
    if resource.get("status") == "finished" and left_at is not None and is_counted:
        return _keep(held, stored, resource, left_at, at)
    if held is None or held.cancelled_at is not None:
        return False
    held.cancelled_at = at
    held.save(update_fields=["cancelled_at"])
    return True


def _keep(
    held: Discharge | None, stored: record.StoredResource, resource: dict[str, Any], left_at: datetime, at: datetime
) -> bool:
    place = _last_place(resource)
    told = {
        "local_identity_id": stored.local_identity_id,
        "establishment": _establishment(stored),
        "unit_code": place[0],
        "unit_label": place[1],
        "class_code": str(resource.get("class", {}).get("code", "")),
        "admitted_at": _moment(resource.get("period", {}).get("start")),
        "left_at": left_at,
        "attending": _attending(resource),
        "cancelled_at": None,
    }
    if held is None:
        Discharge.objects.create(pk=stored.id, noted_at=at, **told)
        return True
    changed = [name for name, value in told.items() if getattr(held, name) != value]
    for name in changed:
        setattr(held, name, told[name])
    if changed:
        held.save(update_fields=changed)
    return bool(changed)


def _establishment(stored: record.StoredResource) -> str:
    if stored.establishment:
        return stored.establishment
    held = record.read(stored.type, stored.id)
    return held.establishment if held else ""


def _last_place(resource: dict[str, Any]) -> tuple[str, str]:
    places = resource.get("location", [])
    last = places[-1].get("location", {}) if places else {}
    code = str(last.get("identifier", {}).get("value", ""))
    return code[:20], str(last.get("display", code))[:120]


def _attending(resource: dict[str, Any]) -> str:
    named = (one.get("individual", {}).get("display", "") for one in resource.get("participant", []))
    return next((str(name) for name in named if name), "")[:200]


def _moment(text: str | None) -> datetime | None:
    try:
        return fhir.date_range(text).start if text else None
    except fhir.FhirError:
        return None


@transaction.atomic
def _join_all(rows: Page, *, at: datetime) -> int:
    """Join the letters of a page to their stays; those known, or of no discharge here, change nothing."""
    known = set(Letter.objects.filter(document_id__in=[one.id for one in rows]).values_list("document_id", flat=True))
    letters = [(stored.id, fhir.loads(stored.body)) for stored in rows if stored.id not in known]
    stays = {document: stay for document, resource in letters if (stay := _stay_of(resource))}
    discharges = Discharge.objects.select_for_update(of=("self",)).in_bulk(set(stays.values()))
    joined = 0
    for document, resource in sorted(letters, key=lambda letter: str(letter[1].get("date", ""))):
        discharge = discharges.get(stays.get(document, document))
        if discharge is not None and resource.get("status") == "current":
            _join(document, discharge, resource, at=at)
            joined += 1
    return joined


def _join(document: UUID, discharge: Discharge, resource: dict[str, Any], *, at: datetime) -> None:
    written_at = _moment(resource.get("date")) or at
    author = next((str(one["display"]) for one in resource.get("author", []) if one.get("display")), "")
    Letter.objects.create(
        discharge=discharge,
        version=Letter.objects.filter(discharge=discharge).count() + 1,
        origin=LetterOrigin.RECEIVED,
        drafted_at=written_at,
        changed_at=written_at,
        signed_at=written_at,
        signed_by=author[:200],
        document_id=document,
    )
    if discharge.answered_at is None:
        discharge.answered_at = written_at
        discharge.save(update_fields=["answered_at"])
    send(_sent(document, discharge, resource, written_at), at=written_at, by=author, by_mail=False)


def _sent(document_id: UUID, discharge: Discharge, resource: dict[str, Any], created_at: datetime) -> Sent:
    coding: dict[str, Any] = next(iter(resource.get("type", {}).get("coding", [])), {})
    return Sent(
        document_id=document_id,
        local_identity_id=discharge.local_identity_id,
        establishment=discharge.establishment,
        unit_label=discharge.unit_label,
        code=str(coding.get("code", LETTER_CODES[0])),
        title=str(resource.get("description") or coding.get("display") or "Lettre de liaison"),
        contents=(),
        created_at=created_at,
        stay_id=discharge.pk,
    )


def _stay_of(resource: dict[str, Any]) -> UUID | None:
    stays = resource.get("context", {}).get("encounter", [])
    kind, _, id_ = str(stays[0].get("reference", "")).partition("/") if stays else ("", "", "")
    try:
        return UUID(id_) if kind == "Encounter" else None
    except ValueError:
        return None
