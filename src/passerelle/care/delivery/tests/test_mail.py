"""Documents by mail as MSSanté uses it: signed, encrypted, with their archive; who gets them, and the receipts."""

import email
import email.policy
import io
import shutil
import subprocess
import zipfile
from datetime import date
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from msgspec.structs import replace

from passerelle.care.delivery.api import UnknownMail, receive_notice
from passerelle.care.delivery.inbound import forward
from passerelle.care.delivery.mail.composing import message_id, number_of
from passerelle.care.delivery.models import Item, Step
from passerelle.care.delivery.rules.subject import xdm_subject
from passerelle.care.delivery.tests.authority import Authority
from passerelle.care.delivery.tests.receivers import eventually, silent_port
from passerelle.care.delivery.tests.samples import AT, declare, destination, mllp_options, sending
from passerelle.care.delivery.tests.test_forwarding import channel
from passerelle.care.exchange.api import Inbound
from passerelle.care.exchange.tests.samples import open_facility
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.cda import api as cda
from passerelle.protocols.ins import InsKind

PDF = b"%PDF-1.4 essai"
DOCTOR = "dr.essai@medecin.mssante.fr"
SENDER = "hopital.essai@chu.mssante.fr"
MATRICULE = "279035121518989"
HEADER = cda.PatientHeader(
    identifiers=(cda.InstanceId(cda.INS_NIR_TEST, MATRICULE),),
    birth_name="ESSAI",
    given_names=("CAMILLE",),
    birth_date=date(1979, 3, 28),
    sex="F",
)


def document():
    return cda.write(
        cda.DocumentKind.LAB_REPORT,
        patient=HEADER,
        author=cda.Author(cda.InstanceId(cda.PERSONS, "899700000001"), "ESSAI", "Claude", "Médecin"),
        organisation=cda.Organisation(cda.InstanceId(cda.STRUCTURES, "1130000000"), "Hôpital d’essai"),
        at=AT,
        sections=[],
        unique_id="2.25.123456789",
    )


def event(**asked):
    routing = pamfr.DocumentRouting(
        to_professionals=True,
        to_patient=True,
        wants_mss_receipt=True,
        wants_reading_receipt=True,
        body_for_professionals="Cher confrère, voici les résultats.",
        participants=(pamfr.Participant("RCT", mailbox=DOCTOR),),
        told=frozenset({"DESTMSSANTEPS", "DESTMSSANTEPAT", "ACK_RECEPTION_MSS", "ACK_LECTURE_MSS", "CORPSMAIL_PS"}),
    )
    documents = tuple(
        pamfr.InboundDocument(rank, "add", "11502-2", "LN", "CR", mime, content)
        for rank, (mime, content) in enumerate([("text/xml", document()), ("application/pdf", PDF)], start=1)
    )
    return pamfr.DocumentEvent(
        kind="ORU",
        trigger="R01",
        occurred_at=AT,
        recorded_at=AT,
        patient=pamfr.Patient(
            identifiers=(pamfr.Identifier("1", "PI", "CHU-X", "1.2.3", "ISO"),),
            ins=pamfr.Ins(MATRICULE, "1.2.250.1.213.1.4.10", InsKind.NIR_TEST, key_ok=True),
            status=pamfr.IdentityStatus.QUALIFIEE,
            attributes=frozenset(),
            traits=pamfr.Traits("ESSAI", ("CAMILLE",), date(1979, 3, 28), "F", "13055", first_given="Camille"),
        ),
        documents=documents,
        routing=replace(routing, **asked),
    )


def arrive(told):
    """Hand an event to the forwarding, as the worker does."""
    raw = pamfr.write(told, pamfr.Envelope("LABO", "CHU-X", "PFI", "GHT", "ORU1"))
    message = hl7v2.parse(raw)
    forward(Inbound(uuid4(), "essai", "LABO", AT, pamfr.read(message), message))


class Mailboxes:
    """A real SMTP server that keeps what it takes; `refuse` gives an answer for a recipient."""

    def __init__(self):
        self.mails = []
        self.refuse = {}
        self.port = silent_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - its own name
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - its own name
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def __enter__(self):
        SMTP.command_size_limits.clear()
        self._controller.start()
        return self

    def __exit__(self, *error):
        self._controller.stop()


def smtp_options(port, **options):
    return {"host": "127.0.0.1", "port": port, "sender": SENDER, "timeout_seconds": 5, **options}


def mail_destination(port, **options):
    return destination("mss", kind="smtp", options=smtp_options(port, **options), sends=["ORU^*", "MDM^*"])


@pytest.fixture
def places():
    open_facility("CHU-X", "essai")


def openssl(*arguments, content):
    done = subprocess.run([shutil.which("openssl"), *arguments], input=content, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is the independent reader of this test")
def test_documents_arrive_signed_and_encrypted_with_their_archive(places, tmp_path):
    authority = Authority(tmp_path / "ca")
    certificate, key = authority.issue("hopital", mail=SENDER)
    authority.issue(DOCTOR, mail=DOCTOR, is_rsa=True)
    options = {
        "certificate_file": str(certificate),
        "key_file": str(key),
        "encryption_folder": str(tmp_path / "ca"),
    }
    with Mailboxes() as server:
        declare(tmp_path / "d", channel("mss"), mail_destination(server.port, **options))
        arrive(event())
        with sending():
            assert eventually(lambda: len(server.mails) == 2)

    by_recipient = {recipients[0]: content for _, recipients, content in server.mails}
    sealed = by_recipient[DOCTOR]
    assert b"ESSAI^" not in sealed
    opened = openssl(
        "smime", "-decrypt", "-recip", str(tmp_path / "ca" / f"{DOCTOR}.pem"),
        "-inkey", str(tmp_path / "ca" / f"{DOCTOR}.key"), content=sealed,
    )  # fmt: skip
    content = openssl("cms", "-verify", "-CAfile", str(authority.file), "-purpose", "any", content=opened)
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert mail.get_body().get_content().strip() == "Cher confrère, voici les résultats."
    assert [part.get_filename() for part in mail.iter_attachments()] == ["IHE_XDM.ZIP", "document-1.pdf"]
    archive, pdf = (part.get_content() for part in mail.iter_attachments())
    assert pdf == PDF
    _check_archive(archive)
    head = email.message_from_bytes(sealed, policy=email.policy.default)
    assert head["Subject"] == "XDM/1.0/DDM+CR d'examens biologiques ESSAI Camille 28/03/1979"
    assert head["Disposition-Notification-To"] == SENDER
    assert head["From"] == SENDER
    patient = email.message_from_bytes(by_recipient[f"{MATRICULE}@patient.mssante.fr"], policy=email.policy.default)
    assert patient.get_content_type() == "multipart/signed"


def _check_archive(content):
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        names = opened.namelist()
        assert names == ["README.TXT", "INDEX.HTM", "IHE_XDM/SUBSET01/METADATA.XML", "IHE_XDM/SUBSET01/DOC00001.XML"]
        assert opened.read("IHE_XDM/SUBSET01/DOC00001.XML") == document()
        metadata = cda.safe_xml(opened.read("IHE_XDM/SUBSET01/METADATA.XML"))
    rim = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
    (entry,) = metadata.iter(f"{rim}ExtrinsicObject")
    slots = {slot.get("name"): [one.text for one in slot.iter(f"{rim}Value")] for slot in entry.iter(f"{rim}Slot")}
    assert slots["size"] == [str(len(document()))]
    assert slots["URI"] == ["DOC00001.XML"]
    assert slots["sourcePatientId"] == [f"{MATRICULE}^^^&1.2.250.1.213.1.4.10&ISO"]
    assert "PID-7|19790328" in slots["sourcePatientInfo"]
    uniques = {one.get("value") for one in entry.iter(f"{rim}ExternalIdentifier")}
    assert "2.25.123456789" in uniques
    assert len(list(metadata.iter(f"{rim}Association"))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_refused_mailbox_is_told_to_the_application_that_sent_the_document(places, tmp_path):
    with Mailboxes() as server:
        server.refuse[DOCTOR] = "550 boîte inconnue"
        declare(
            tmp_path / "d",
            channel("mss"),
            mail_destination(server.port),
            destination("labo", options=mllp_options(1, receiving_application="LABO"), sends=["ZAM^*"]),
        )
        arrive(event())
        with sending():
            assert eventually(lambda: Item.objects.filter(code="ZAM").count() == 2)

    receipts = {}
    for item in Item.objects.filter(code="ZAM"):
        read = pamfr.read(hl7v2.parse(bytes(item.payload)))
        receipts[read.mailbox] = read
    refused, taken = receipts[DOCTOR], receipts[f"{MATRICULE}@patient.mssante.fr"]
    assert (refused.trigger, refused.is_ok, refused.about) == ("Z02", False, "ORU1")
    assert (refused.error.application_code, refused.error.application_system) == ("550", "SMTPERRORCODE")
    assert taken.is_ok
    assert Item.objects.get(recipient=DOCTOR).state == "failed"


@pytest.mark.django_db
def test_a_reading_receipt_is_filed_once_and_passed_on(places, tmp_path):
    declare(
        tmp_path / "d",
        channel("mss"),
        mail_destination(1),
        destination("labo", options=mllp_options(1, receiving_application="LABO"), sends=["ZAM^*"]),
    )
    arrive(event())
    item = Item.objects.get(recipient=DOCTOR)
    notice = (
        "From: dr@medecin.mssante.fr\r\nSubject: lu\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nLu.\r\n"
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Final-Recipient: rfc822; {DOCTOR}\r\nOriginal-Message-ID: {message_id(item.pk, SENDER)}\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"
    ).encode()

    receive_notice(raw=notice, at=AT)
    receive_notice(raw=notice, at=AT)

    assert [step.kind for step in Step.objects.filter(item=item)] == ["read"]
    told = pamfr.read(hl7v2.parse(bytes(Item.objects.get(code="ZAM").payload)))
    assert (told.trigger, told.is_ok, told.mailbox, told.about) == ("Z03", True, DOCTOR, "ORU1")


@pytest.mark.django_db
def test_a_receipt_about_a_mail_of_somebody_else_is_refused(places, tmp_path):
    declare(tmp_path / "d", mail_destination(1))
    notice = (
        b'Content-Type: multipart/report; boundary="b"\r\n\r\n--b\r\nContent-Type: message/disposition-notification\r\n'
        b"\r\nOriginal-Message-ID: <autre@ailleurs>\r\nDisposition: automatic-action/x; processed\r\n\r\n--b--\r\n"
    )

    with pytest.raises(UnknownMail):
        receive_notice(raw=notice, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "mailbox", "why"),
    [
        ({"to_patient": False}, DOCTOR, "envoyé aux professionnels lui est envoyé aussi"),
        ({}, "quelquun@exemple.fr", "n’est pas de ceux où l’on écrit"),
        ({}, "a@medecin.mssante.fr>,<b@exemple.fr", "ne se lit pas"),
        ({}, "", "aucune boîte de destinataire"),
    ],
)
def test_what_the_rules_forbid_is_a_dead_letter_that_says_why(places, tmp_path, asked, mailbox, why):
    declare(tmp_path / "d", channel("mss"), mail_destination(1))

    arrive(event(**asked, participants=(pamfr.Participant("RCT", mailbox=mailbox),)))

    refused = Item.objects.filter(state="failed").get()
    assert why in refused.reason
    assert not Item.objects.filter(state="waiting").exclude(recipient__endswith="patient.mssante.fr").exists()


def test_the_subject_follows_the_rule_of_the_national_service():
    names = {"birth_name": "Éssai-Lœuf", "given_name": "Zoé", "birth_date": date(1978, 11, 26)}

    long = xdm_subject(["Lettre de liaison à la sortie d'un établissement"], **names)
    assert long == "XDM/1.0/DDM+Lettre de liaison à la sortie d'un établ ESSAI-LOEUF Zoe 26/11/1978"
    assert xdm_subject(["a", "b"], **names).startswith("XDM/1.0/DDM+2 documents ")


def test_a_message_id_names_its_item_and_cannot_be_made_up():
    assert number_of(message_id(12, SENDER), SENDER) == 12
    assert number_of("<passerelle.12.0000@chu.mssante.fr>", SENDER) is None
    assert number_of(message_id(12, SENDER), "autre@chu.mssante.fr") is None
