"""The client beside its simulator, over loopback. Source: guide d'intégration INSi (SEL-MP-043), WS_INS1, WS_INS2."""

from __future__ import annotations

import base64
import copy
import hashlib
import logging
import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from passerelle.protocols import ins
from passerelle.protocols.insi import api as insi
from passerelle.protocols.insi.assertion import assertion, load_signer
from passerelle.protocols.insi.names import PREFIXES
from passerelle.protocols.insi.questions import Heading, by_traits, envelope
from passerelle.protocols.insi.tests.certificates import make, server_context

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLERK = insi.Operator("899700000001")
PRACTICE = insi.Practice(billing_identifier="990000001", sector="SA01")
SOFTWARE = insi.Software("NH00000001", "Passerelle", "1.0", "b3549edd-4ae9-472a-b26f-fd2fb4ef397f")
ZOE = insi.SearchTraits("ETOILE-DUPONT", ("ZOE", "ANNE"), "F", "1984-03-12", "13055")


@pytest.fixture
def simulator():
    with insi.Simulator() as running:
        yield running


def client_of(simulator, **more):
    return insi.InsiClient(insi.Access(simulator.address, PRACTICE, SOFTWARE, **more))


def search(simulator, traits):
    with client_of(simulator) as client:
        return client.search(traits, operator=CLERK, at=NOON)


def test_one_person_is_found_with_number_traits_and_test_oid(simulator):
    answer = search(simulator, ZOE)

    assert answer.outcome is insi.Outcome.FOUND
    assert answer.identity == insi.InsiIdentity(
        "2840313901001" + ins.compute_key("2840313901001"),
        "1.2.250.1.213.1.4.10",
        "ETOILE-DUPONT",
        "ZOE ANNE",
        "F",
        "1984-03-12",
        "13055",
    )
    assert simulator.asked == ["rechercherInsAvecTraitsIdentite"]


def test_nobody_is_found_after_each_given_name_was_tried(simulator):
    answer = search(simulator, replace(ZOE, birth_name="INCONNUE"))

    assert (answer.outcome, answer.identity, answer.questions) == (insi.Outcome.NONE, None, 2)


def test_the_second_given_name_is_tried_when_the_first_finds_nobody(simulator):
    answer = search(simulator, replace(ZOE, given_names=("ZELIE", "ANNE")))

    assert (answer.outcome, answer.questions) == (insi.Outcome.FOUND, 2)


@pytest.mark.parametrize(
    ("given_names", "place", "outcome", "questions"),
    [
        (("LOUIS",), "", insi.Outcome.SEVERAL, 1),
        (("LOUIS", "EMILE"), "", insi.Outcome.FOUND, 2),
        (("LOUIS",), "13001", insi.Outcome.FOUND, 2),
        (("LOUIS",), "75056", insi.Outcome.SEVERAL, 2),
    ],
)
def test_several_are_told_apart_by_all_the_given_names_then_by_the_place(
    simulator, given_names, place, outcome, questions
):
    answer = search(simulator, insi.SearchTraits("GARCIN", given_names, "M", "1972-06-21", place))

    assert (answer.outcome, answer.questions) == (outcome, questions)


def test_twins_are_two_persons(simulator):
    lea, mia = (
        search(simulator, insi.SearchTraits("ROUVIERE", (name,), "F", "2014-07-09")).identity for name in ("LEA", "MIA")
    )

    assert lea.matricule != mia.matricule


def test_a_date_of_no_calendar_is_asked_and_answered(simulator):
    answer = search(simulator, insi.SearchTraits("N'GUYEN", ("LINH",), "F", "1955-03-00"))

    assert answer.identity.birth_date == "1955-03-00"


def test_the_numbers_a_person_had_before_are_told(simulator):
    answer = search(simulator, insi.SearchTraits("BLANC", ("CAMILLE",), "M", "1988-11-05"))

    assert [(former.matricule[0], former.until) for former in answer.history] == [("2", "2021-04-01")]


def test_a_vitale_card_finds_its_beneficiary(simulator):
    with client_of(simulator) as client:
        holder = insi.CardHolder("1600113902002", "1960-01-01")
        answer = client.search_by_card(holder, operator=CLERK, at=NOON)

    assert answer.identity.birth_name == "VIDAL"
    assert simulator.asked == ["rechercherInsAvecCarteVitale"]


def test_a_verification_says_yes_only_when_number_and_traits_are_those_held(simulator):
    with client_of(simulator) as client:
        zoe = client.search(ZOE, operator=CLERK, at=NOON).identity
        verdicts = [
            client.verify(told, operator=CLERK, at=NOON)
            for told in (zoe, replace(zoe, birth_place=""), replace(zoe, given_names="ZOE"), replace(zoe, sex="M"))
        ]

    assert verdicts == [True, True, False, False]


@pytest.mark.parametrize(
    ("name", "error", "code"),
    [
        ("PANNE", insi.InsiUnavailable, "insi_102"),
        ("REFUS", insi.InsiRefused, "simulateur_refus"),
        ("BROUILLE", insi.InsiUnreadable, "xml"),
    ],
)
def test_a_failure_is_typed_and_names_nobody(simulator, name, error, code, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(error) as failure:
        search(simulator, insi.SearchTraits(name, ("PAUL",), "M", "1991-02-03"))

    assert failure.value.code == code
    assert name not in str(failure.value)
    assert name not in caplog.text


def test_a_teleservice_that_is_down_is_a_temporary_failure(simulator):
    simulator.is_down = True

    with pytest.raises(insi.InsiUnavailable) as failure:
        search(simulator, ZOE)

    assert (failure.value.subcode, failure.value.is_temporary) == ("siram_40", True)


def test_nobody_at_the_address_is_a_temporary_failure():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/lps"
        with insi.InsiClient(insi.Access(address, PRACTICE, SOFTWARE)) as client, pytest.raises(insi.InsiUnavailable):
            client.search(ZOE, operator=CLERK, at=NOON)


def test_an_answer_too_slow_is_a_temporary_failure(simulator, monkeypatch):
    monkeypatch.setattr("passerelle.protocols.insi.client._ANSWER_SECONDS", 0.05)
    simulator.slowness = 0.5

    with pytest.raises(insi.InsiUnavailable) as failure:
        search(simulator, insi.SearchTraits("LENTEUR", ("PAUL",), "M", "1991-02-03"))

    assert failure.value.code == "timeout"


def test_plain_http_is_only_for_a_simulator_on_this_machine():
    with pytest.raises(insi.InsecureAddress):
        insi.InsiClient(insi.Access("http://insi.exemple.invalid/lps", PRACTICE, SOFTWARE))


def test_both_ends_show_a_certificate(tmp_path):
    authority, pairs = make(tmp_path)
    context = server_context(authority, pairs["server"])
    with insi.Simulator(tls=context) as simulator:
        own = pairs["hospital"]
        with client_of(simulator, authority=authority, certificate=own.certificate, key=own.key) as client:
            answer = client.search(ZOE, operator=CLERK, at=NOON)
        with client_of(simulator, authority=authority) as stranger, pytest.raises(insi.InsiUnavailable):
            stranger.search(ZOE, operator=CLERK, at=NOON)

    assert answer.outcome is insi.Outcome.FOUND


def test_a_server_of_another_authority_is_not_spoken_to(tmp_path):
    (tmp_path / "other").mkdir()
    authority, pairs = make(tmp_path)
    other, _ = make(tmp_path / "other", ())
    own = pairs["hospital"]
    with insi.Simulator(tls=server_context(authority, pairs["server"])) as simulator:
        client = client_of(simulator, authority=other, certificate=own.certificate, key=own.key)
        with client, pytest.raises(insi.InsiUnavailable):
            client.search(ZOE, operator=CLERK, at=NOON)
        assert simulator.asked == []


def test_the_message_has_the_published_header_and_body():
    heading = Heading("urn:essai", "1f7425e2", NOON, CLERK, PRACTICE, SOFTWARE)
    root = etree.fromstring(envelope(heading, by_traits(ZOE)))

    def told(path):
        return root.xpath(f"string({path})", namespaces=PREFIXES)

    assert told("/soap:Envelope/soap:Header/wsa:Action") == "urn:essai"
    assert told("//wsa:MessageID") == "uuid:1f7425e2"
    assert told("//lps:ContexteLPS/lps:LPS/lps:IDAM") == "NH00000001"
    assert told("//lps:IDAM/@R") == "4"
    assert told("//bam:ContexteBAM/@Version") == "01_02"
    assert told("//bam:Temps") == "2026-03-02T12:00:00.000Z"
    assert told("//saml:Attribute[@Name='identifiantFacturation']/saml:AttributeValue") == "990000001"
    assert [one.text for one in root.xpath("//traits:Prenom", namespaces=PREFIXES)] == ["ZOE", "ANNE"]
    order = [etree.QName(one).localname for one in root.xpath("//traits:RECSANSVITALE/*", namespaces=PREFIXES)]
    assert order == ["NomNaissance", "Prenom", "Prenom", "Sexe", "DateNaissance", "LieuNaissance"]


def test_the_assertion_is_signed_with_the_key_of_the_establishment(tmp_path):
    _, pairs = make(tmp_path, ("hospital",))
    signer = load_signer(pairs["hospital"].certificate, pairs["hospital"].key)
    signed = assertion(PRACTICE, CLERK, assertion_id="1", at=NOON, signer=signer)

    def part(path):
        return signed.xpath(path, namespaces=PREFIXES)[0]

    held = x509.load_der_x509_certificate(base64.b64decode(part(".//ds:X509Certificate").text))
    info = etree.tostring(part(".//ds:SignedInfo"), method="c14n", exclusive=True)
    held.public_key().verify(
        base64.b64decode(part(".//ds:SignatureValue").text), info, padding.PKCS1v15(), hashes.SHA256()
    )
    bare = copy.deepcopy(signed)
    bare.remove(bare.xpath("./ds:Signature", namespaces=PREFIXES)[0])
    digest = hashlib.sha256(etree.tostring(bare, method="c14n", exclusive=True)).digest()
    assert base64.b64decode(part(".//ds:DigestValue").text) == digest
    assert part("./saml:Issuer").text == "CN=hospital"
