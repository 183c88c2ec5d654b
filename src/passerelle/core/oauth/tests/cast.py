"""The simulated provider for the tests, and a browser that goes there and comes back."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
from django.test import Client

from passerelle.core.directory import api as directory
from passerelle.protocols.psc import api as psc

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
COLETTE, BASILE = "899900000001", "899900000002"
HOSPITAL, TWICE, PODIATRIST, NO_RPPS = "890000000001", "890000000002", "899900000003", "3990100101/0000000042"
HOME = "http://localhost"


@contextmanager
def provider(settings):
    """Run a simulated provider, and configure the house for it."""
    with psc.Simulator() as simulator:
        settings.IDENTITY_PROVIDERS = {
            "psc": settings.IDENTITY_PROVIDERS["psc"]
            | {"issuer": simulator.issuer, "client_secret": simulator.realm.client_secret}
        }
        yield simulator


def browser(**options):
    return Client(SERVER_NAME="localhost", **options)


def load_directory(*, rpps=None, at_establishment="aphm"):
    """Load the territory, and a professional of one of its hospitals when a number is given."""
    from passerelle.core.directory.models import Employment, Professional

    directory.load_directory(at=AT)
    if rpps is not None:
        Professional.objects.create(
            rpps=rpps,
            rpps_is_fictitious=True,
            family_name="Garrigue",
            given_name="Alice",
            profession="Médecin",
            source_id="simulation",
        )
        Employment.objects.create(professional_id=rpps, establishment_id=at_establishment)


def go(client, address="/connexion/psc/", **query):
    """Follow the button; return the address at the provider."""
    answer = client.get(address, query)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return answer.url


def choose(address, subject):
    """Choose a holder at the provider; return the address of the return, as the browser would call it."""
    answer = httpx.post(address, data={"holder": subject})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix(HOME)


def come_in(client, subject, **query):
    """Sign in by the provider, to the last page it leads to at once."""
    return client.get(choose(go(client, **query), subject))


def query_of(address):
    return dict(parse_qsl(urlsplit(address).query))


def told(page):
    """Return the sentences of the main part of a page, its no-break spaces made plain."""
    main = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\u00a0", " ").replace("\u202f", " ")
