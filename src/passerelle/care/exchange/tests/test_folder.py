"""The watched folder: what is dropped becomes messages, once, and is put away."""

import os
from pathlib import Path

import pytest

from passerelle.care.channels import api as channels
from passerelle.care.exchange.doors import places
from passerelle.care.exchange.doors.folder import Watcher
from passerelle.care.exchange.doors.forms import documents
from passerelle.care.exchange.models import Message
from passerelle.care.exchange.tests.declaring import FOLDER, declare
from passerelle.care.exchange.tests.samples import AT, admission
from passerelle.core.directory.models import AssigningAuthority
from passerelle.protocols import hl7v2, pamfr

PDF = b"%PDF-1.7\nessai\n%%EOF\n"
NAMED = "1001_DUPONT_LEA_19790301_F_11490-0_Lettre de sortie.pdf"
SHEET = """\
ipp: "1001"
birth_name: DUPONT
given_names: LEA MARIE
birth_date: 1979-03-01
sex: F
code: 11490-0
title: Lettre de sortie
"""


@pytest.fixture
def inbox(facility, tmp_path) -> Path:
    channels.forget()
    AssigningAuthority.objects.create(namespace="CHU-X", universal_id="000897406", kind="PI", establishment_id="essai")
    declare(tmp_path, FOLDER)
    folder = tmp_path / "depot"
    folder.mkdir()
    yield folder
    channels.forget()


def look(inbox: Path, *, seconds: float = 2) -> Watcher:
    """Look twice, the files having stayed the same for a while between."""
    watcher = Watcher(inbox.parent)
    watcher.turn(at=AT, now=0)
    watcher.turn(at=AT, now=seconds)
    return watcher


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def batch(*messages: bytes, counted: int | None = None) -> bytes:
    count = len(messages) if counted is None else counted
    return b"FHS|^~\\&\rBHS|^~\\&\r" + b"".join(messages) + f"BTS|{count}\rFTS|1\r".encode()


def test_a_message_dropped_is_kept_byte_for_byte_and_put_away(inbox) -> None:
    (inbox / "un.hl7").write_bytes(admission("M1"))
    look(inbox)
    message = Message.objects.get()
    assert (bytes(message.raw), message.channel, message.state) == (admission("M1"), "essai-depot", "received")
    assert (names(inbox), names(inbox / "done")) == ([], ["un.hl7"])


def test_a_batch_becomes_its_messages_in_their_order(inbox) -> None:
    (inbox / "lot.hl7").write_bytes(batch(admission("M1"), admission("M2"), admission("M3", ipp="1002")))
    look(inbox)
    assert list(Message.objects.order_by("seq").values_list("control_id", flat=True)) == ["M1", "M2", "M3"]


def test_a_batch_that_counts_wrong_is_refused_whole_and_says_so(inbox) -> None:
    (inbox / "lot.hl7").write_bytes(batch(admission("M1"), counted=2))
    look(inbox)
    assert [one.accepted for one in Message.objects.all()] == [False]
    assert "annonce 2 messages et en contient 1" in (inbox / "refused" / "lot.hl7.txt").read_text()


def test_one_wrong_message_of_a_batch_is_told_and_the_others_are_taken(inbox) -> None:
    wrong = admission("M2").replace(b"20260302101500||INSERT", b"jadis||INSERT")
    (inbox / "lot.hl7").write_bytes(batch(admission("M1"), wrong))
    look(inbox)
    assert dict(Message.objects.values_list("control_id", "accepted")) == {"M1": True, "M2": False}
    told = (inbox / "refused" / "lot.hl7.txt").read_text()
    assert "message 1 (M1) : pris" in told
    assert "message 2 (M2) : refusé, ZBE^1^2" in told


def test_the_same_file_dropped_again_is_taken_once(inbox) -> None:
    for _ in range(2):
        (inbox / "lot.hl7").write_bytes(batch(admission("M1"), admission("M2")))
        look(inbox)
    assert Message.objects.count() == 2
    assert names(inbox / "done") == ["lot.hl7"]


def test_another_file_of_the_same_name_is_put_away_beside_the_first(inbox) -> None:
    for control_id in ("M1", "M2"):
        (inbox / "un.hl7").write_bytes(admission(control_id))
        look(inbox)
    assert Message.objects.count() == 2
    assert len(names(inbox / "done")) == 2


def test_a_file_that_still_grows_waits(inbox) -> None:
    path = inbox / "un.hl7"
    path.write_bytes(b"MSH|")
    watcher = Watcher(inbox.parent)
    watcher.turn(at=AT, now=0)
    path.write_bytes(admission("M1"))
    watcher.turn(at=AT, now=5)
    assert not Message.objects.exists()
    watcher.turn(at=AT, now=7)
    assert Message.objects.get().control_id == "M1"


@pytest.mark.parametrize("name", ["un.hl7.part", ".un.hl7", "un.hl7.tmp"])
def test_an_unfinished_or_hidden_file_is_left_alone(inbox, name) -> None:
    (inbox / name).write_bytes(admission("M1"))
    look(inbox)
    assert names(inbox) == [name]


def test_a_link_is_never_followed(inbox, tmp_path) -> None:
    secret = tmp_path / "secret.hl7"
    secret.write_bytes(admission("M1"))
    os.symlink(secret, inbox / "lien.hl7")
    look(inbox)
    assert not Message.objects.exists()


def form_of(message: Message) -> pamfr.DocumentEvent:
    event = pamfr.read(hl7v2.parse(bytes(message.form)))
    assert isinstance(event, pamfr.DocumentEvent)
    return event


def test_a_pdf_is_read_by_its_name_and_kept_as_it_is(inbox) -> None:
    (inbox / NAMED).write_bytes(PDF)
    look(inbox)
    message = Message.objects.get()
    event = form_of(message)
    assert bytes(message.raw) == PDF
    assert (event.patient.ipp.value, event.patient.traits.birth_name) == ("1001", "DUPONT")
    assert (event.documents[0].content, event.documents[0].title) == (PDF, "Lettre de sortie")
    assert any(key.startswith("1001|PI|") for key in message.keys)


def test_a_pdf_is_read_by_the_sheet_beside_it(inbox) -> None:
    (inbox / "lettre.pdf.yaml").write_text(SHEET)
    (inbox / "lettre.pdf").write_bytes(PDF)
    look(inbox)
    event = form_of(Message.objects.get())
    assert event.patient.traits.given_names == ("LEA", "MARIE")
    assert names(inbox / "done") == ["lettre.pdf", "lettre.pdf.yaml"]


def test_the_same_pdf_for_two_patients_is_two_documents(inbox) -> None:
    for ipp in ("1001", "1002"):
        (inbox / NAMED.replace("1001", ipp)).write_bytes(PDF)
    look(inbox)
    assert {form_of(one).patient.ipp.value for one in Message.objects.all()} == {"1001", "1002"}


def test_a_pdf_that_says_nothing_of_its_patient_waits_for_its_sheet_then_is_refused(inbox) -> None:
    (inbox / "lettre.pdf").write_bytes(PDF)
    look(inbox, seconds=30)
    assert names(inbox) == ["lettre.pdf"]
    look(inbox, seconds=61)
    assert not Message.objects.get().accepted
    assert "aucune fiche « lettre.pdf.yaml »" in (inbox / "refused" / "lettre.pdf.txt").read_text()


def test_a_sheet_never_serves_another_pdf_of_the_same_name(inbox) -> None:
    (inbox / "lettre.pdf.yaml").write_text(SHEET)
    (inbox / "lettre.pdf").write_bytes(PDF)
    places.prepare(inbox)
    claimed = places.claim(inbox / "lettre.pdf")
    claimed.path.unlink()  # stopped, and the sender put another in its place

    (inbox / "lettre.pdf").write_bytes(PDF + b"autre")

    assert places.claim(inbox / "lettre.pdf").sheet is None


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("sex: F", "sex: X", "sex : valeurs possibles"),
        ("code: 11490-0", "code: lettre", "code : un code LOINC"),
        ("birth_date: 1979-03-01", "birth_date: hier", "birth_date : une date"),
        ('ipp: "1001"\n', "", "ipp : valeur obligatoire"),
        ("title:", "titre:", "titre : clé inconnue"),
    ],
)
def test_a_wrong_sheet_is_refused_at_its_key(inbox, before, after, words) -> None:
    (inbox / "lettre.pdf.yaml").write_text(SHEET.replace(before, after))
    (inbox / "lettre.pdf").write_bytes(PDF)
    look(inbox)
    assert words in (inbox / "refused" / "lettre.pdf.txt").read_text()


def test_what_is_nothing_known_is_kept_as_refused(inbox) -> None:
    (inbox / "tableau.xlsx").write_bytes(b"PK\x03\x04")
    look(inbox)
    message = Message.objects.get()
    assert (bytes(message.raw), message.accepted, message.establishment) == (b"PK\x03\x04", False, "essai")
    assert names(inbox / "refused") == ["tableau.xlsx", "tableau.xlsx.txt"]


def test_a_file_too_large_is_put_away_without_being_taken(inbox, monkeypatch) -> None:
    monkeypatch.setattr(places, "LARGEST", 10)
    (inbox / "gros.hl7").write_bytes(admission("M1"))
    look(inbox)
    assert not Message.objects.exists()
    assert names(inbox / "refused") == ["gros.hl7", "gros.hl7.txt"]


def test_a_stopped_channel_leaves_its_folder_alone(inbox, tmp_path) -> None:
    declare(tmp_path, FOLDER + "enabled: false\n")
    (inbox / "un.hl7").write_bytes(admission("M1"))
    look(inbox)
    assert names(inbox) == ["un.hl7"]


class Killed(BaseException):
    """The process stops here, as by a kill."""


def kill(*_arguments, **_options):
    raise Killed


@pytest.mark.parametrize(
    "place",
    [
        "places._claimed",
        "folder._contents",
        "taking.store",
        "places.put_away",
        "places._free",
    ],
)
@pytest.mark.parametrize("with_sheet", [False, True])
def test_stopped_anywhere_a_file_is_neither_lost_nor_taken_twice(inbox, monkeypatch, place, with_sheet) -> None:
    if with_sheet:
        (inbox / "lettre.pdf.yaml").write_text(SHEET)
        (inbox / "lettre.pdf").write_bytes(PDF)
    else:
        (inbox / "lot.hl7").write_bytes(batch(admission("M1"), admission("M2")))
    with monkeypatch.context() as patched:
        patched.setattr(f"passerelle.care.exchange.doors.{place}", kill)
        with pytest.raises(Killed):
            look(inbox)

    look(inbox)
    look(inbox)

    assert [one.accepted for one in Message.objects.all()] == [True] * (1 if with_sheet else 2)
    assert names(inbox) == names(inbox / ".taking") == names(inbox / "refused") == []
    assert names(inbox / "done") == (["lettre.pdf", "lettre.pdf.yaml"] if with_sheet else ["lot.hl7"])


def test_the_sheet_of_the_how_to_can_be_read() -> None:
    how_to = Path(__file__).resolve().parents[5] / "docs" / "how-to" / "add-a-channel.md"
    sheet = how_to.read_text(encoding="utf-8").split("```text\n")[1].split("```")[0]
    assert documents.sheet_of_file(sheet.encode()).birth_name == "DUPONT"
