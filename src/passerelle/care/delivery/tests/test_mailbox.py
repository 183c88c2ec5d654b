"""A mailbox is relieved over IMAP under TLS: each mail once it is kept, and none lost when keeping fails."""

import email.policy
import io
import zipfile
from email.message import EmailMessage

import pytest

from passerelle.care.delivery import api as delivery
from passerelle.care.delivery.mail.opening import UnreadableMail, open_raw
from passerelle.care.delivery.mail.smime import encrypted, signed, signer_of
from passerelle.care.delivery.tests.authority import Authority
from passerelle.care.delivery.tests.imap import ImapServer
from passerelle.care.delivery.tests.samples import declare, destination

ADDRESS = "lettres@chu.mssante.fr"
PDF = b"%PDF-1.4 essai"


def a_mail(*parts, sender="dr.essai@medecin.mssante.fr", text="Bonjour"):
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = f"Dr Essai <{sender}>"
    mail["Subject"] = "XDM/1.0/DDM+Lettre"
    mail.set_content(text)
    for name, content in parts:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def an_archive(*entries):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return written.getvalue()


@pytest.fixture
def box(db, tmp_path):
    """An IMAP server whose mailbox is declared as a destination of mail."""
    authority = Authority(tmp_path / "keys")
    certificate, key = authority.issue("imap", address="127.0.0.1")
    (tmp_path / "secret").write_text("motdepasse\n")
    with ImapServer(certificate, key, username=ADDRESS, password="motdepasse") as server:
        options = {
            "host": "127.0.0.1",
            "port": 1,
            "sender": ADDRESS,
            "password_file": str(tmp_path / "secret"),
            "ca_file": str(authority.file),
            "fetch_host": "127.0.0.1",
            "fetch_port": server.port,
            "timeout_seconds": 3,
        }
        declare(tmp_path / "declared", destination("mss", "smtp", options, sends=["ORU^R01"]))
        yield server


def test_each_mail_is_given_once_and_marked(box):
    box.mails += [a_mail(text="un"), a_mail(text="deux")]
    mailbox = delivery.mailboxes()[0]
    taken = []

    assert delivery.fetch_mails(mailbox, taken.append) == 2
    assert delivery.fetch_mails(mailbox, taken.append) == 0
    assert [open_raw(raw, holder=None).text.strip() for raw in taken] == ["un", "deux"]
    assert mailbox.address == ADDRESS


def test_a_mail_that_could_not_be_kept_is_given_again(box):
    box.mails.append(a_mail())
    mailbox = delivery.mailboxes()[0]

    def fail(raw):
        raise LookupError(raw)

    with pytest.raises(LookupError):
        delivery.fetch_mails(mailbox, fail)
    assert box.seen == set()
    assert delivery.fetch_mails(mailbox, lambda raw: None) == 1


def test_a_wrong_password_says_that_the_mailbox_is_closed(box):
    box.password = "autre"

    with pytest.raises(delivery.MailboxClosed, match="session IMAP"):
        delivery.fetch_mails(delivery.mailboxes()[0], lambda raw: None)


def test_a_server_that_our_authority_did_not_certify_is_not_talked_to(box, tmp_path):
    stranger = Authority(tmp_path / "other")
    (tmp_path / "keys" / "ca.pem").write_bytes(stranger.file.read_bytes())

    with pytest.raises(delivery.MailboxClosed, match="chiffrée"):
        delivery.fetch_mails(delivery.mailboxes()[0], lambda raw: None)
    assert box.commands == []


def test_documents_are_taken_from_the_archive_and_not_its_metadata():
    archive = an_archive(
        ("IHE_XDM/SUBSET01/METADATA.XML", b"<a/>"),
        ("IHE_XDM/SUBSET01/DOC00001.XML", b"<ClinicalDocument/>"),
        ("INDEX.HTM", b"<html>"),
    )

    opened = open_raw(a_mail(("IHE_XDM.ZIP", archive), ("copie.pdf", PDF)), holder=None)

    assert opened.documents == (b"<ClinicalDocument/>",)
    assert opened.sender == "dr.essai@medecin.mssante.fr"


def test_documents_joined_without_archive_are_taken_as_they_are():
    assert open_raw(a_mail(("lettre.pdf", PDF)), holder=None).documents == (PDF,)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04 pas une archive", "ne s’ouvre pas"),
        (an_archive(*((f"{rank}.xml", b"a") for rank in range(300))), "trop grosse"),
        (an_archive(("bombe.xml", b"\0" * 70_000_000)), "trop grosse"),
    ],
)
def test_an_archive_that_cannot_be_trusted_is_refused(content, why):
    with pytest.raises(UnreadableMail) as refused:
        open_raw(a_mail(("IHE_XDM.ZIP", content)), holder=None)
    assert why in refused.value.why


def test_a_signed_and_encrypted_mail_is_opened_by_the_key_of_its_mailbox(tmp_path):
    authority = Authority(tmp_path / "keys")
    ours = signer_of(*map(str, authority.issue("box", mail=ADDRESS, is_rsa=True)))
    theirs = signer_of(*map(str, authority.issue("doctor", mail="dr@medecin.mssante.fr")))
    part = EmailMessage(policy=email.policy.SMTP)
    part.set_content("Bonjour")
    part.add_attachment(PDF, maintype="application", subtype="pdf", filename="lettre.pdf")
    head = b"From: dr@medecin.mssante.fr\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
    sealed = head + encrypted(signed(part.as_bytes(), theirs), [ours.certificate])

    opened = open_raw(sealed, holder=ours)

    assert (opened.documents, opened.was_encrypted) == ((PDF,), True)
    with pytest.raises(UnreadableMail, match="pas de clé"):
        open_raw(sealed, holder=None)
    other = signer_of(*map(str, authority.issue("other", mail="x@chu.mssante.fr", is_rsa=True)))
    with pytest.raises(UnreadableMail, match="autre certificat"):
        open_raw(sealed, holder=other)
