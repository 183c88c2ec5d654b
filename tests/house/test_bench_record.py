import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.config.record_benchmark import work
from passerelle.config.record_benchmark.load import Server, is_whole, put


def answered(body, head=b"Content-Type: application/fhir+json\r\n"):
    return b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)


@given(st.binary(max_size=60), st.data())
def test_an_answer_is_whole_at_its_last_byte_and_not_before(body, data):
    whole = answered(body)
    cut = data.draw(st.integers(0, len(whole) - 1))

    assert is_whole(whole)
    assert not is_whole(whole[:cut])


def test_an_answer_in_chunks_ends_with_the_empty_one():
    whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"

    assert is_whole(whole)
    assert not is_whole(whole[:-5])


def test_a_request_bears_its_token_and_its_length():
    made = Server.at("http://127.0.0.1:8080/fhir/", "secret").request("POST", "/Observation", b"{}")

    head, _, body = made.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /fhir/Observation HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n")
    assert b"Authorization: Bearer secret" in head
    assert b"Content-Length: 2" in head
    assert body == b"{}"


class Holding(BaseHTTPRequestHandler):
    """A FHIR server of two pages of results and one patient."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        address = f"http://127.0.0.1:{self.server.server_port}"
        if self.path.startswith("/fhir/Patient?"):
            self._give({"entry": [{"resource": {"id": "p", "name": [{"family": "ESSAI", "given": ["Zoé"]}]}}]})
        elif self.path == "/fhir/page2":
            self._give({"entry": [{"resource": result("b")}]})
        elif self.path.startswith("/fhir/Observation?"):
            following = [{"relation": "next", "url": f"{address}/fhir/page2"}]
            self._give({"entry": [{"resource": result("a")}], "link": following})
        else:
            self._give({}, 404)

    def _give(self, content, status=200):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def result(id_):
    code = {"coding": [{"system": "http://loinc.org", "code": "2345-7"}]}
    return {"id": id_, "subject": {"reference": "Patient/p"}, "code": code}


@pytest.fixture
def server():
    with HTTPServer(("127.0.0.1", 0), Holding) as holding:
        Thread(target=holding.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield Server.at(f"http://127.0.0.1:{holding.server_port}/fhir")
        holding.shutdown()


def test_what_to_ask_for_is_found_page_after_page(server):
    found = work.targets_of(server)

    assert sorted(found.observations) == ["a", "b"]
    assert set(found.coded) == {("p", "http://loinc.org|2345-7")}
    assert found.names == [("ESSAI", "Zoé")]
    assert found.patients == ["p"]


def test_a_refusal_is_counted_apart_and_is_no_answer(server):
    measure = put(server, lambda _rank: server.request("GET", "/elsewhere"), clients=1, seconds=0.05)

    assert measure.waits_ms == []
    assert measure.refused[404] >= 1
