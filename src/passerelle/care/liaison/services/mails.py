"""Mails that come to the secure mailboxes: receipts, documents of the town, and what waits for a person."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from passerelle.care.delivery import api as delivery
from passerelle.care.identity import api as identity
from passerelle.care.liaison.models import Mail, MailState
from passerelle.care.liaison.rules.matching import matricule_of, whose
from passerelle.care.liaison.rules.uploads import Fit, UnfitFile, examine
from passerelle.care.liaison.selectors.doctors import doctor_at, is_chosen
from passerelle.care.liaison.selectors.guarding import check
from passerelle.care.liaison.selectors.patients import best_local
from passerelle.care.liaison.services.refusals import AlreadySettled
from passerelle.care.liaison.services.reports import candidates_for, file_from_mail
from passerelle.core.access import api as access
from passerelle.core.access.api import AccessRefused, Act, Kind, Relation, Role, Viewer
from passerelle.core.audit import api as audit

_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class _Read:
    """What a mail turned out to be."""

    state: MailState
    reason: str = ""
    sender: str = ""
    person_id: UUID | None = None
    fits: tuple[Fit, ...] = ()
    author: str = ""


@transaction.atomic
def take_mail(*, raw: bytes, mailbox: delivery.MailboxRow, at: datetime) -> Mail:
    """Keep a mail and do what it says; the same mail again changes nothing.

    A receipt joins the sending it is about. A document whose INS and traits say of one patient, who chose its sender,
    is filed. All else waits for a person, with the reason.
    """
    digest = sha256(raw).digest()
    known = Mail.objects.filter(mailbox=mailbox.address, digest=digest).first()
    if known is not None:
        return known
    read = _read(raw, mailbox, at)
    mail = Mail(
        establishment=mailbox.establishment,
        mailbox=mailbox.address,
        digest=digest,
        raw=raw,
        sender=read.sender[:254],
        came_at=at,
        state=MailState.WAITING if read.state is MailState.FILED else read.state,
        reason=read.reason[:_LONGEST_REASON],
    )
    mail.save(force_insert=True)
    if read.state is MailState.FILED and read.person_id is not None:
        local = best_local(read.person_id, establishment=mailbox.establishment)
        _file(mail, local, read.fits, author=read.author, by_name="Passerelle", at=at)
        audit.record(
            audit.Action.RECORD_WRITTEN,
            by=audit.Actor(None, f"{read.author} (messagerie sécurisée)"),
            at=at,
            target=f"mail:{mail.pk}",
            person_id=read.person_id,
        )
    elif read.state is MailState.NOTICE:
        mail.settled_at, mail.settled_by = at, "Passerelle"
        mail.save(update_fields=["settled_at", "settled_by"])
    return mail


def _read(raw: bytes, mailbox: delivery.MailboxRow, at: datetime) -> _Read:
    notice = _notice(raw, at)
    if notice is not None:
        return notice
    try:
        opened = delivery.open_mail(raw, mailbox=mailbox)
    except delivery.UnreadableMail as refusal:
        return _Read(MailState.WAITING, refusal.why)
    if not opened.documents:
        return _Read(MailState.WAITING, "le courriel ne porte ni CDA ni PDF", opened.sender)
    try:
        fits = tuple(examine(one) for one in opened.documents)
    except UnfitFile as refusal:
        return _Read(MailState.WAITING, f"un document n’est pas admis\u00a0: {refusal.why}", opened.sender)
    return _matched(opened, fits, at)


def _notice(raw: bytes, at: datetime) -> _Read | None:
    """Give a receipt to delivery; None when the mail is not one."""
    try:
        item = delivery.receive_notice(raw=raw, at=at)
    except delivery.NotANotice:
        return None
    except delivery.UnknownMail:
        return _Read(MailState.WAITING, "cet accusé porte sur un courriel que nous n’avons pas envoyé")
    return _Read(MailState.NOTICE, "", item.recipient)


def _matched(opened: delivery.OpenedMail, fits: tuple[Fit, ...], at: datetime) -> _Read:
    sender = opened.sender
    documents = [fit.document for fit in fits if fit.document is not None]
    if not documents:
        return _Read(MailState.WAITING, "un PDF seul ne dit pas de quel patient il est", sender)
    verdicts = {whose(one.patient, candidates_for(matricule_of(one.patient))) for one in documents}
    if len(verdicts) > 1:
        return _Read(MailState.WAITING, "les documents du courriel ne sont pas tous du même patient", sender)
    verdict = verdicts.pop()
    if verdict.person_id is None:
        return _Read(MailState.WAITING, verdict.why, sender)
    doctor = doctor_at(sender)
    if doctor is None:
        return _Read(MailState.WAITING, "l’expéditeur n’est la boîte d’aucun médecin connu", sender)
    if not is_chosen(doctor.account_id, verdict.person_id, at=at):
        return _Read(MailState.WAITING, "ce patient n’a pas choisi ce médecin", sender)
    return _Read(MailState.FILED, "", sender, verdict.person_id, fits, doctor.name)


def _file(
    mail: Mail, local: identity.LocalIdentityRef, fits: tuple[Fit, ...], *, author: str, by_name: str, at: datetime
) -> None:
    source = f"mail:{mail.pk}"
    mail.document_ids = [file_from_mail(fit=fit, local=local, author=author, source=source, at=at) for fit in fits]
    mail.local_identity_id, mail.state = local.id, MailState.FILED
    mail.settled_at, mail.settled_by = at, by_name
    mail.save(update_fields=["document_ids", "local_identity_id", "state", "settled_at", "settled_by", "note"])


@transaction.atomic
def file_mail(*, mail_id: UUID, person_id: UUID, note: str, by: Viewer, at: datetime) -> Mail:
    """File a mail that waits in the record of the patient a clinician says it is of.

    Raises:
        AccessRefused: the mail is not of this clinician's establishment, or they do not care for this patient.
        AlreadySettled: somebody settled it before.
        UnfitFile: a document of it cannot be kept in the record at all.
    """
    mail = _waiting(mail_id, by, at=at)
    check(
        by,
        Kind.DOCUMENT,
        Act.CREATE,
        person_id=person_id,
        establishment=mail.establishment,
        target=f"mail:{mail_id}",
        at=at,
    )
    mailbox = delivery.MailboxRow("", mail.establishment, mail.mailbox)
    opened = delivery.open_mail(bytes(mail.raw), mailbox=_declared(mail) or mailbox)
    fits = tuple(examine(one) for one in opened.documents)
    mail.note = note.strip()
    local = best_local(person_id, establishment=mail.establishment)
    known = doctor_at(opened.sender)
    _file(mail, local, fits, author=known.name if known else opened.sender, by_name=by.name, at=at)
    return mail


@transaction.atomic
def set_aside(*, mail_id: UUID, note: str, by: Viewer, at: datetime) -> Mail:
    """Set a mail aside: it stays as it came, with who decided and why.

    Raises:
        AccessRefused: the mail is not of this clinician's establishment.
        AlreadySettled: somebody settled it before.
    """
    mail = _waiting(mail_id, by, at=at)
    mail.state, mail.settled_at, mail.settled_by, mail.note = MailState.SET_ASIDE, at, by.name, note.strip()
    mail.save(update_fields=["state", "settled_at", "settled_by", "note"])
    return mail


def _declared(mail: Mail) -> delivery.MailboxRow | None:
    return next((one for one in delivery.mailboxes() if one.address == mail.mailbox), None)


def _waiting(mail_id: UUID, by: Viewer, *, at: datetime) -> Mail:
    mail = Mail.objects.select_for_update(of=("self",)).filter(pk=mail_id).first()
    if mail is None:
        raise AccessRefused
    is_theirs = mail.establishment in by.establishments_as(Role.CLINICIAN)
    access.check(
        by,
        Kind.DOCUMENT,
        Act.UPDATE,
        relation=Relation.AUTHOR if is_theirs else Relation.NONE,
        target=f"mail:{mail_id}",
        at=at,
    )
    if mail.state != MailState.WAITING:
        raise AlreadySettled
    return mail
