"""Each transport alone: what it says when all is well, and what it says of each way of failing."""

import json
import socket
import ssl
from contextlib import closing
from dataclasses import replace

import pytest

from passerelle.care.delivery.rules.outcomes import Verdict
from passerelle.care.delivery.tests.authority import Authority
from passerelle.care.delivery.tests.receivers import MllpReceiver, silent_port
from passerelle.care.delivery.tests.samples import AT, message
from passerelle.care.delivery.tests.web import Answer, WebServer, server_tls
from passerelle.care.delivery.transports.fhir import FhirTransport, RestHookTransport
from passerelle.care.delivery.transports.folder import FolderTransport
from passerelle.care.delivery.transports.http import OAuth, Tokens, Web
from passerelle.care.delivery.transports.mllp import MllpTransport
from passerelle.care.delivery.transports.opening import Place, Tls
from passerelle.care.delivery.transports.parcel import NotSent, Parcel, Unanswered

PATIENT = {"resourceType": "Patient", "id": "p1", "identifier": [{"system": "urn:oid:1.2.3", "value": "a b"}]}
OUTCOME = json.dumps(
    {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "error", "code": "invalid", "diagnostics": "date absente", "expression": ["Patient.birthDate"]}
        ],
    }
).encode()


def parcel(payload=None, control_id="M1", **details):
    whole = Parcel(
        id=1,
        destination="d",
        payload=message(control_id) if payload is None else payload,
        code="ADT",
        trigger="A01",
        control_id=control_id,
        establishment="essai",
        recipient="",
        created_at=AT,
        attempts=1,
    )
    return replace(whole, **details)


def resource(**changes):
    return parcel(json.dumps({**PATIENT, **changes}).encode(), "Patient/p1", code="Patient", trigger="")


def web(tls=None, timeout_s=1.0):
    return Web(tls=tls or Tls(), timeout_s=timeout_s)


def fhir(server, **options):
    client = web(**options)
    return FhirTransport(server.url + "/fhir", client, Tokens(client))


def sent(server, *resources, **options):
    """Send to a FHIR server, and leave it."""
    with closing(fhir(server, **options)) as transport:
        return [transport.send(one) for one in resources][-1]


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "ca")


class TestMllp:
    def test_mutual_tls_reaches_who_shows_the_right_certificates(self, authority):
        server = server_tls(authority, *authority.issue("serveur", address="127.0.0.1"), wants_client=True)
        certificate, key = authority.issue("passerelle")
        with MllpReceiver() as receiver:
            receiver._server.socket = server.wrap_socket(receiver._server.socket, server_side=True)
            known = Tls(str(authority.file), str(certificate), str(key))
            transport = MllpTransport(Place("127.0.0.1", receiver.port), tls=known, timeout_s=2)

            assert transport.send(parcel()).verdict is Verdict.ACCEPTED
            transport.close()

    def test_a_server_that_cannot_prove_who_it_is_gets_nothing(self, authority, tmp_path):
        stranger = Authority(tmp_path / "autre")
        server = server_tls(stranger, *stranger.issue("serveur", address="127.0.0.1"))
        with MllpReceiver() as receiver:
            receiver._server.socket = server.wrap_socket(receiver._server.socket, server_side=True)
            transport = MllpTransport(Place("127.0.0.1", receiver.port), tls=Tls(str(authority.file)), timeout_s=2)

            with pytest.raises(NotSent, match="chiffrée est refusée"):
                transport.send(parcel())

        assert receiver.received == []

    def test_what_comes_unasked_on_the_connection_closes_it(self):
        with MllpReceiver() as receiver:
            transport = MllpTransport(Place("127.0.0.1", receiver.port), timeout_s=1)
            transport.send(parcel())
            (connection,) = receiver._open
            connection.sendall(b"\x0bMSH|^~\\&|X|Y\rMSA|AA|M2\r\x1c\r")
            assert transport._socket is not None
            transport._socket.recv(1, socket.MSG_PEEK)

            answer = transport.send(parcel(control_id="M2"))
            transport.close()

        assert answer.verdict is Verdict.ACCEPTED
        assert receiver.connections == 2

    def test_enhanced_mode_takes_the_commit_acknowledgement(self):
        with MllpReceiver(lambda control_id, times: "CA") as receiver:
            transport = MllpTransport(Place("127.0.0.1", receiver.port), timeout_s=1)
            assert transport.send(parcel()).code == "CA"
            transport.close()

    def test_nobody_at_the_other_end_is_provably_not_sent(self):
        with pytest.raises(NotSent, match="rien n’écoute"):
            MllpTransport(Place("127.0.0.1", silent_port()), timeout_s=1).send(parcel())


class TestFhir:
    def test_a_resource_with_an_id_is_put_at_its_address(self):
        with WebServer(lambda asked: Answer(201)) as server:
            answer = sent(server, resource())

        assert answer.verdict is Verdict.ACCEPTED
        assert (server.asked[0].method, server.asked[0].path) == ("PUT", "/fhir/Patient/p1")
        assert json.loads(server.asked[0].body) == PATIENT
        assert server.asked[0].headers["Host"] == f"127.0.0.1:{server.port}"

    def test_a_resource_without_id_is_created_once(self):
        with WebServer(lambda asked: Answer(201)) as server:
            sent(server, resource(id=None))

        asked = server.asked[0]
        assert (asked.method, asked.path) == ("POST", "/fhir/Patient")
        assert asked.headers["If-None-Exist"] == "identifier=urn%3Aoid%3A1.2.3%7Ca%20b"

    def test_what_the_server_refuses_is_told_in_its_own_words(self):
        with WebServer(lambda asked: Answer(422, OUTCOME)) as server:
            answer = sent(server, resource())

        assert answer.verdict is Verdict.REFUSED
        assert answer.text == "Patient.birthDate : date absente"
        assert answer.raw == OUTCOME

    @pytest.mark.parametrize("status", [408, 429, 500, 503])
    def test_trouble_of_the_server_is_tried_later(self, status):
        with WebServer(lambda asked: Answer(status)) as server:
            assert sent(server, resource()).verdict is Verdict.LATER

    def test_a_redirection_is_never_followed(self):
        with WebServer() as other:
            there = {"Location": f"{other.url}/fhir/Patient/p1"}
            with WebServer(lambda asked: Answer(307, headers=there)) as server:
                answer = sent(server, resource())

        assert answer.verdict is Verdict.REFUSED
        assert other.asked == []

    @pytest.mark.parametrize("act", ["close", "hang"])
    def test_no_answer_is_not_an_answer(self, act):
        with WebServer(lambda asked: act) as server, pytest.raises(Unanswered):
            sent(server, resource(), timeout_s=0.3)

    def test_an_endless_answer_is_cut(self):
        with WebServer(lambda asked: Answer(200, b"x" * 3_000_000)) as server:
            answer = sent(server, resource())

        assert len(answer.raw) <= 1024 * 1024

    def test_a_token_is_asked_for_once_and_again_when_it_is_not_wanted(self, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("mot de passe\n")
        wanted = ["Bearer t1"]
        given = []

        def answer(asked):
            if asked.path == "/token":
                given.append(asked)
                return Answer(200, json.dumps({"access_token": f"t{len(given)}", "expires_in": 3600}).encode())
            return Answer(200 if asked.headers["Authorization"] in wanted else 401)

        with WebServer(answer) as server:
            client = web()
            oauth = OAuth(f"{server.url}/token", "passerelle", str(secret), "system/Patient.write")
            transport = FhirTransport(server.url, client, Tokens(client, oauth=oauth))
            verdicts = [transport.send(resource()).verdict for _ in range(2)]
            wanted[:] = ["Bearer t2"]
            verdicts += [transport.send(resource()).verdict for _ in range(2)]
            transport.close()

        assert verdicts == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.LATER, Verdict.ACCEPTED]
        assert len(given) == 2
        assert given[0].body == b"grant_type=client_credentials&scope=system%2FPatient.write"
        assert given[0].headers["Authorization"].startswith("Basic ")

    def test_mutual_tls_is_shown_to_a_server_whose_name_is_checked(self, authority):
        tls = server_tls(authority, *authority.issue("serveur", address="127.0.0.1"), wants_client=True)
        certificate, key = authority.issue("passerelle")
        with WebServer(tls=tls) as server:
            known = Tls(str(authority.file), str(certificate), str(key))
            assert sent(server, resource(), tls=known).verdict is Verdict.ACCEPTED

    def test_a_server_with_the_certificate_of_another_name_gets_nothing(self, authority):
        tls = server_tls(authority, *authority.issue("serveur", address="127.0.0.2"))
        tls.minimum_version = ssl.TLSVersion.TLSv1_2
        with WebServer(tls=tls) as server, pytest.raises(NotSent):
            sent(server, resource(), tls=Tls(str(authority.file)))
        assert server.asked == []


class TestRestHook:
    def test_a_subscriber_gets_the_whole_resource(self):
        with WebServer() as server:
            client = web()
            RestHookTransport(f"{server.url}/hook", client, Tokens(client), is_empty=False).send(resource())
            client.close()

        assert (server.asked[0].method, server.asked[0].path) == ("PUT", "/hook/Patient/p1")

    def test_a_subscriber_may_want_only_to_be_told(self):
        with WebServer() as server:
            client = web()
            RestHookTransport(f"{server.url}/hook", client, Tokens(client), is_empty=True).send(resource())
            client.close()

        assert (server.asked[0].method, server.asked[0].path, server.asked[0].body) == ("POST", "/hook", b"")


class TestFolder:
    def test_a_file_is_whole_or_not_there_and_says_nothing_of_the_patient(self, tmp_path):
        transport = FolderTransport(tmp_path / "depot", suffix=".hl7")

        transport.send(parcel())
        transport.send(parcel())

        (path,) = (tmp_path / "depot").iterdir()
        assert path.name == "000000000001-ADT-A01.hl7"
        assert path.read_bytes() == message("M1")

    def test_a_type_made_to_escape_stays_in_the_folder(self, tmp_path):
        FolderTransport(tmp_path / "depot", suffix=".hl7").send(parcel(code="../../etc", trigger="\x00"))

        assert [path.name for path in (tmp_path / "depot").iterdir()] == ["000000000001-etc-X.hl7"]

    def test_a_folder_that_cannot_be_written_is_tried_again(self, tmp_path):
        (tmp_path / "depot").write_text("un fichier à cette place")

        with pytest.raises(NotSent):
            FolderTransport(tmp_path / "depot", suffix=".hl7").send(parcel())
