"""The simulated provider for the tests, and a browser that goes there and comes back."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import httpx
from django.test import Client

from passerelle.core.directory.models import Employment, Establishment, Professional, Site, Source, Territory
from passerelle.protocols.psc import api as psc

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
COLETTE, BASILE = "899900000001", "899900000002"
HOSPITAL, TWICE, PODIATRIST, NO_RPPS = "890000000001", "890000000002", "899900000003", "3990100101/0000000042"
HOME = "http://localhost"
NAMES = {"aphm": "Assistance publique – Hôpitaux de Marseille", "arles": "Centre hospitalier d’Arles"}


@cache
def _running():
    """Start one simulated provider for all the tests of the process; its keys take a while to make."""
    simulator = psc.Simulator()
    Thread(target=simulator.serve, daemon=True).start()
    return simulator


@contextmanager
def provider(settings):
    """Configure the house for a simulated provider that works well."""
    simulator = _running()
    settings.IDENTITY_PROVIDERS = {
        "psc": settings.IDENTITY_PROVIDERS["psc"]
        | {"issuer": simulator.issuer, "client_secret": simulator.realm.client_secret}
    }
    yield simulator
    simulator.is_down = False


def browser(**options):
    return Client(SERVER_NAME="localhost", **options)


def load_directory(*, rpps=None, at_establishment="aphm"):
    """Load two hospitals, a site, and a professional of one of them when a number is given."""
    Source.objects.get_or_create(
        code="simulation", defaults={"title": "Essai", "nature": "simulé", "is_official": False}
    )
    Territory.objects.get_or_create(
        code="essai", defaults={"name": "Essai", "group_name": "Essai", "source_id": "simulation"}
    )
    for rank, (code, finess) in enumerate((("aphm", "990000010"), ("arles", "990000030"))):
        told = {"territory_id": "essai", "rank": rank, "name": NAMES[code], "short_name": code, "kind": "ch"}
        told |= {"role": "partie", "city": "Ici", "finess": finess, "finess_is_fictitious": True}
        Establishment.objects.get_or_create(code=code, defaults=told | {"source_id": "simulation"})
    site = {"establishment_id": "aphm", "rank": 1, "name": "Timone", "city": "Ici", "finess": "990100101"}
    Site.objects.get_or_create(
        code="aphm-timone", defaults=site | {"finess_is_fictitious": True, "source_id": "simulation"}
    )
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
