from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.channels.rules.declared import Channel, Destination
from passerelle.care.channels.rules.reading.files import declared
from passerelle.care.channels.rules.reading.nodes import Fault
from passerelle.care.channels.rules.steps import Act
from passerelle.care.channels.tests.files import CHANNEL, DESTINATION


def faults_of(text: str) -> list[Fault]:
    faults: list[Fault] = []
    assert declared(text.encode(), file="essai.yaml", faults=faults) is None
    return faults


def test_a_channel_is_read_whole() -> None:
    found = declared(CHANNEL.encode(), file="essai.yaml", faults=[])
    assert found is not None
    channel = found.meaning
    assert isinstance(channel, Channel)
    assert (channel.code, channel.establishment) == ("martigues-laboratoire", "martigues")
    assert (channel.source.facilities, channel.source.applications) == (("CH-MARTIGUES",), ("SIL",))
    assert [step.act for step in channel.mapping] == [Act.SET, Act.TRANSLATE]
    assert channel.silence is not None
    assert (channel.silence.minutes, channel.silence.from_time, channel.silence.days) == (40, time(7), (1, 2, 3, 4, 5))
    assert channel.enabled


def test_a_destination_is_read_whole() -> None:
    found = declared(DESTINATION.encode(), file="essai.yaml", faults=[])
    assert found is not None
    destination = found.meaning
    assert isinstance(destination, Destination)
    assert destination.establishment is None
    assert destination.transport.options == {"folder": "archive"}
    assert destination.accepts("ADT", "A40")
    assert not destination.accepts("ORU", "R01")


# What is changed in the channel above, and the line, key and words of the only fault that follows.
WRONG = [
    ("door: mllp", "door: ftp", 5, "source.door", "« ftp » n’est pas attendu ; valeurs possibles : mllp, fhir"),
    ("facilities: [CH-MARTIGUES]", "facilities: []", 6, "source.facilities", "au moins un code d’émetteur"),
    ("facilities: [CH-MARTIGUES]", "facilities: CH-MARTIGUES", 6, "source.facilities", "une liste est attendue"),
    ("messages: [ORU^R01]", "messages: [ORU-R01]", 10, "profile.messages[1]", "« ADT^A01 »"),
    ("validation: report", "validation: strict", 11, "profile.validation", "none, report ou reject"),
    ("acknowledge: stored", "acknowledge: later", 13, "contract.acknowledge", "stored ou applied"),
    ("set: PV1-10", "set: PV1.10", 15, "mapping[1].set", "Un chemin HL7 s’écrit"),
    ("set: PV1-10", "set: MSH-10", 15, "mapping[1].set", "ne se transforme pas"),
    ("set: PV1-10", "put: PV1-10", 15, "mapping[1]", "un verbe et un seul"),
    ('    to: "181"\n', "", 15, "mapping[1].to", "clé obligatoire absente"),
    ("table: {H: I}", "table: {}", 19, "mapping[2].table", "la table est vide"),
    ("translate: PV1-2", "drop: MSH", 19, "mapping[2].table", "clé inconnue"),
    ("minutes: 40", "minutes: 0", 21, "silence.minutes", "un nombre entre 1 et 10080"),
    ("minutes: 40", "minutes: 4.5", 21, "silence.minutes", "nombre entier"),
    ('from: "07:00", ', "", 21, "silence", "« from » et « to » vont ensemble"),
    ("[mon, tue", "[lundi, tue", 21, "silence.days[1]", "« lundi » n’est pas attendu"),
    ("label: Labo", "titre: Labo", 2, "titre", "clé inconnue ; clés possibles : channel, label"),
    ("establishment: martigues\n", "", 1, "establishment", "clé obligatoire absente"),
    ("establishment: martigues", "establishment: Martigues", 3, "establishment", "minuscules sans accent"),
    ("label: Laboratoire de Martigues", "label: [x]", 2, "label", "un texte est attendu"),
    ("  door: mllp", "  door: mllp\n  door: fhir", 6, "source.door", "clé donnée deux fois"),
    ("destinations: [archive]", "destinations: [a, a]", 20, "destinations[2]", "donné deux fois"),
    ("destinations: [archive]", "destinations: *x", 20, "", "les alias YAML"),
    ("source:\n", "source: {\n", 5, "", "écriture YAML incorrecte"),
]


@pytest.mark.parametrize(("before", "after", "line", "key", "words"), WRONG)
def test_a_fault_says_its_line_its_key_and_what_was_expected(before, after, line, key, words) -> None:
    text = CHANNEL.replace(before, after, 1)
    assert text != CHANNEL

    faults = faults_of(text)

    found = [fault for fault in faults if fault.key in {key, f"{key}s"}] or faults
    assert (found[0].key, words in found[0].why) == (key, True), faults
    assert abs(found[0].line - line) <= (1 if not key else 0), faults


def test_all_the_faults_of_a_file_are_told_at_once() -> None:
    text = CHANNEL.replace("door: mllp", "door: ftp").replace("minutes: 40", "minutes: zéro")
    assert {fault.key for fault in faults_of(text)} == {"source.door", "silence.minutes"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"\xff\xfe", "UTF-8"),
        (b"- 1", "channel"),
        (b"label: x", "channel"),
        (b"channel: a\ndestination: b", "channel"),
        (b"a: &x [1]\nb: *x", "alias"),
        (b"channel: " + b"[" * 40 + b"]" * 40, "niveaux"),
        (b"x" * 300_000, "Kio"),
    ],
)
def test_what_is_no_declaration_is_refused(content, words) -> None:
    faults: list[Fault] = []
    assert declared(content, file="essai.yaml", faults=faults) is None
    assert words in faults[0].why


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_file_makes_the_reader_fall(content) -> None:
    faults: list[Fault] = []
    found = declared(content, file="essai.yaml", faults=faults)
    assert (found is None) == bool(faults)


@given(st.data())
def test_a_channel_with_lines_lost_is_read_or_refused_with_its_place(data) -> None:
    lines = CHANNEL.splitlines(keepends=True)
    kept = [line for line in lines if data.draw(st.booleans())]
    faults: list[Fault] = []
    found = declared("".join(kept).encode(), file="essai.yaml", faults=faults)
    assert (found is None) == bool(faults)
    assert all(1 <= fault.line <= max(1, len(kept) + 1) for fault in faults)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (DESTINATION.replace("folder: archive", "folder: ../etc"), "transport.options.folder"),
        (DESTINATION.replace("kind: file", "kind: mllp"), "transport.options.host"),
        (DESTINATION.replace("{kind: file, options: {folder: archive}}", "{kind: smtp}"), "transport.options.host"),
        (DESTINATION + "retry: {first_seconds: soon}\n", "retry.first_seconds"),
    ],
)
def test_the_options_of_a_transport_are_checked(text, key) -> None:
    assert key in {fault.key for fault in faults_of(text)}
