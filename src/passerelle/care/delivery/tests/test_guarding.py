"""No declaration, name or address leads where nothing may be sent."""

import socket
from itertools import product

import pytest

from passerelle.care.delivery.rules.guarding import AddressRefused, check_address, host_and_port
from passerelle.care.delivery.transports.opening import Place, resolve
from passerelle.care.delivery.transports.parcel import NotSent

NEVER = [
    "169.254.169.254",
    "fe80::1",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
    "::ffff:169.254.169.254",
    "fe80::1%eth0",
]
THIS_MACHINE = ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"]


@pytest.mark.parametrize(("address", "host"), list(product(NEVER, ["serveur.exemple", "localhost"])))
def test_reserved_addresses_are_never_joined(address, host):
    with pytest.raises(AddressRefused):
        check_address(address, host=host)


@pytest.mark.parametrize("address", THIS_MACHINE)
def test_this_machine_is_joined_only_when_it_is_named(address):
    check_address(address, host="localhost")
    check_address(address, host="127.0.0.1")
    with pytest.raises(AddressRefused):
        check_address(address, host="serveur.exemple")


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.1.1", "172.16.0.1", "8.8.8.8", "2001:4860::8888", "fd00::1"])
def test_the_network_of_a_hospital_is_joined(address):
    check_address(address, host="serveur.exemple")


@pytest.mark.parametrize(
    "url",
    [
        f"{scheme}://{host}{path}"
        for scheme, host, path in product(
            ["file", "ftp", "gopher", "jar", "dict", "ldap", "data", "HTTPX", ""],
            ["hopital.exemple", "127.0.0.1", "", "localhost:80"],
            ["/", "/etc/passwd", ""],
        )
    ]
    + [
        "http://u:p@hopital.exemple/",
        "http://hopital.exemple@127.0.0.1/",
        "http:///fhir",
        "http://hopital.exemple:99999/",
        "http://hopital.exemple\\@ailleurs/",
        "http://hopital.exemple/\r\nX: y",
        "http://hopital.exemple/ a",
        "//hopital.exemple/",
    ],
)
def test_other_forms_of_addresses_are_refused(url):
    with pytest.raises(AddressRefused):
        host_and_port(url)


def test_an_ordinary_address_is_read():
    assert host_and_port("https://fhir.exemple:8443/r4") == ("fhir.exemple", 8443)
    assert host_and_port("https://fhir.exemple/r4") == ("fhir.exemple", 443)


def test_a_name_that_leads_to_this_machine_among_others_is_refused(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("10.0.0.1", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)

    with pytest.raises(NotSent, match="mène à cette machine"):
        resolve(Place("piege.exemple", 80))
