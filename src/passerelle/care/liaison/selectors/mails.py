"""A mail that waits: who sent it, what it carries, and for whom it may be."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.delivery import api as delivery
from passerelle.care.identity import api as identity
from passerelle.care.liaison.models import Mail, MailState
from passerelle.care.liaison.rules.matching import matricule_of
from passerelle.care.liaison.rules.uploads import UnfitFile, examine
from passerelle.core.access import api as access
from passerelle.core.access.api import AccessRefused, Act, Kind, Relation, Role, Viewer
from passerelle.core.ui.api import french


@dataclass(frozen=True, slots=True)
class Carried:
    """A document of a mail, in words: what it is, whose it says it is, or why it is not fit."""

    what: str
    whose: str
    refusal: str


@dataclass(frozen=True, slots=True)
class Possible:
    """A patient whom a mail may be about."""

    person_id: UUID
    name: str
    facts: str


@dataclass(frozen=True, slots=True)
class MailPage:
    """A mail, its documents, and the patients that were looked for."""

    id: UUID
    sender: str
    subject: str
    came_at: datetime
    reason: str
    state_label: str
    is_waiting: bool
    settled_by: str
    settled_at: datetime | None
    note: str
    documents: tuple[Carried, ...]
    words: str
    people: tuple[Possible, ...]


def mail_page(viewer: Viewer, mail_id: UUID, *, words: str, at: datetime) -> MailPage:
    """Return a mail for a clinician of its establishment; traced. `words` look for its patient.

    Raises:
        AccessRefused: another establishment's, or no such mail.
    """
    mail = Mail.objects.filter(pk=mail_id).first()
    if mail is None:
        raise AccessRefused
    is_theirs = mail.establishment in viewer.establishments_as(Role.CLINICIAN)
    relation = Relation.AUTHOR if is_theirs else Relation.NONE
    access.check(viewer, Kind.DOCUMENT, Act.READ, relation=relation, target=f"mail:{mail_id}", at=at)
    subject, documents, told = _opened(mail)
    asked = words or told
    return MailPage(
        id=mail.pk,
        sender=mail.sender or "Expéditeur illisible",
        subject=subject,
        came_at=mail.came_at,
        reason=mail.reason,
        state_label=mail.get_state_display(),
        is_waiting=mail.state == MailState.WAITING,
        settled_by=mail.settled_by,
        settled_at=mail.settled_at,
        note=mail.note,
        documents=documents,
        words=asked,
        people=tuple(_people(viewer, asked)) if mail.state == MailState.WAITING else (),
    )


def _opened(mail: Mail) -> tuple[str, tuple[Carried, ...], str]:
    """Return the subject, the documents, and the words by which their patient may be found."""
    mailbox = next((one for one in delivery.mailboxes() if one.address == mail.mailbox), None)
    try:
        opened = delivery.open_mail(bytes(mail.raw), mailbox=mailbox)
    except delivery.UnreadableMail:
        return "", (), ""
    carried, told = [], ""
    for content in opened.documents:
        one, words = _carried(content)
        carried.append(one)
        told = told or words
    return opened.subject, tuple(carried), told


def _carried(content: bytes) -> tuple[Carried, str]:
    try:
        fit = examine(content)
    except UnfitFile as refusal:
        return Carried("Document refusé", "", refusal.why), ""
    if fit.document is None:
        return Carried("PDF", "ne dit pas de quel patient il est", ""), ""
    patient = fit.document.patient
    born = f", né(e) le {french.day(patient.birth_date)}" if patient.birth_date else ""
    given = patient.given_names[0] if patient.given_names else ""
    words = matricule_of(patient) or f"{patient.birth_name} {given}".strip()
    return Carried(fit.document.title or "CDA", f"{patient.birth_name} {given}{born}".strip(), ""), words


def _people(viewer: Viewer, words: str) -> list[Possible]:
    if len(words.strip()) < 3:
        return []
    places = viewer.establishments_as(Role.CLINICIAN)
    return [
        Possible(row.person_id, row.traits.display_name, _facts(row.traits))
        for row in identity.search_people(words, establishments=places, limit=8)
    ]


def _facts(traits: identity.PersonTraits) -> str:
    born = f"né(e) le {french.short_day(traits.birth_date)}" if traits.birth_date else "date de naissance inconnue"
    return f"{born}, INS {traits.ins_display}" if traits.ins_display else f"{born}, INS absent"
