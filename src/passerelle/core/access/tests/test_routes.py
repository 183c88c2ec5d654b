"""Every address of the house: what one factor, no factor and the wrong role get there."""

import re
import uuid

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Role, Viewer
from passerelle.core.access.guards import AccessRule, rule_of
from passerelle.core.access.middleware import ViewerMiddleware
from passerelle.core.access.tests.cast import account, give_password, sign_in

pytestmark = pytest.mark.django_db

SAMPLES = {
    "uuid": str(uuid.UUID(int=7)),
    "int": "7",
    "slug": "exemple",
    "str": "exemple",
    "path": "exemple",
}


def _routes(resolver=None, prefix="/"):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from _routes(entry, prefix + _address(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + _address(entry.pattern), entry.callback


def _address(pattern):
    address = str(pattern)
    for name, converter in getattr(pattern, "converters", {}).items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        address = address.replace(f"<{kind}:{name}>", SAMPLES.get(kind, "7")).replace(f"<{name}>", "exemple")
    return re.sub(r"\(\?P<\w+>[^)]*\)", "exemple", address).lstrip("^/").rstrip("$")


ROUTES = [(address, rule_of(view)) for address, view in _routes()]


def test_there_are_routes_to_crawl():
    assert len(ROUTES) > 20
    assert not any("<" in address for address, _ in ROUTES)


def test_every_route_declares_its_rule():
    assert [address for address, rule in ROUTES if rule is None] == []


def test_what_is_open_to_anyone_is_known():
    """Adding an open page is a decision: it changes this list."""
    known = (
        "/health/live",
        "/health/ready",
        "/connexion/",
        "/deconnexion/",
        "/inscription/",
        "/mon-espace/invitation/",  # a code and a birth date (patientspace/tests/test_doors.py)
        "/mon-espace/activer/",  # the same, just given
        "/rendez-vous/flux/",  # a calendar: its address is the secret (appointments/tests/test_calendars.py)
        "/rappels/r/",  # the link of a reminder: a secret, then the birth date (reminders/tests/test_links.py)
        "/envois-aux-personnes/accuse/",  # for a machine: signed (notify/tests/test_receipts_and_answers.py)
        "/envois-aux-personnes/recus/",  # for a machine: the secret of the gateway (the same)
        "/envois-aux-personnes/ne-plus-recevoir/",  # from a mail: a signed address (notify/tests/test_mail.py)
        "/envois-aux-personnes/telephone/",  # in a demonstration only: the simulated phones (notify/tests)
        "/compte/inactif/",
        "/apparence/",
        "/accessibilite/",
        "/ui/",
        "/metrics",  # for a machine: a token, or the machine itself (exchange/tests/test_metrics.py)
        "/echanges/entree/fhir/",  # for a machine: the key of a channel (exchange/tests/test_fhir_door.py)
        "/.well-known/",  # where applications find the authorization server
        "/oauth/.well-known/",
        "/oauth/cles/",  # public keys
        "/oauth/jeton/",  # for a machine: each proves itself (oauth/tests/test_backend_services.py)
        "/oauth/retirer/",
        "/oauth/examiner/",
        "/oauth/moi/",  # for a machine: a token (oauth/tests/test_authorisation_code.py)
        "/fhir",  # answers to machines: it refuses by an OperationOutcome, never by a page (record/tests/test_fhir.py)
    )

    unknown = [address for address, rule in ROUTES if rule.public and address != "/" and not address.startswith(known)]

    assert unknown == []


def test_without_session_every_route_leads_to_sign_in(client):
    wrong = []
    for address, rule in ROUTES:
        if not rule.public:
            answer = client.get(address)
            if answer.status_code != 302 or not answer.url.startswith(reverse("account_login")):
                wrong.append((address, answer.status_code))

    assert wrong == []


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_with_one_factor_every_route_leads_to_enrolment(client, method):
    """The account has every role: only the missing factor stops it."""
    alice = account("alice", *Role)
    give_password(client, alice)
    wrong = []
    for address, rule in ROUTES:
        if not rule.public and not rule.is_enrolment:
            answer = getattr(client, method)(address)
            if answer.status_code != 302 or answer.url != reverse("access:second_factor"):
                wrong.append((address, answer.status_code))

    assert wrong == []


def test_pages_of_enrolment_are_those_of_enrolment_only():
    addresses = sorted(address for address, rule in ROUTES if rule.is_enrolment)

    assert addresses == [
        "/compte/confirmer/",
        "/compte/confirmer/cle/",
        "/compte/confirmer/code/",
        "/compte/moyens/",
        "/compte/moyens/cles/ajouter/",
        "/compte/moyens/code/activer/",
        "/compte/moyens/message/",
        "/compte/moyens/message/code/",
        "/compte/second-facteur/",
        "/connexion/code/",
        "/connexion/seconde-etape/",
    ]


def test_one_factor_gives_no_role():
    alice = account("alice", Role.DPO)

    assert access.viewer_of(alice, on=alice.opened_at.date(), second_factor=False).roles == frozenset()


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_a_role_finds_only_the_pages_of_the_matrix(client, role):
    alice = account("alice", role)
    sign_in(client, alice)
    viewer = Viewer(assignments=frozenset({(role, None)}))
    closed = [address for address, rule in ROUTES if rule.kind and not viewer.may(rule.kind, rule.act)]

    wrong = [(address, client.get(address).status_code) for address in closed]

    assert [found for found in wrong if found[1] != 404] == []


def test_a_refusal_is_the_very_page_of_an_address_that_does_not_exist(client):
    alice = account("alice", Role.RESEARCHER)
    sign_in(client, alice)
    client.get("/", follow=True)  # reads the welcome

    refused = client.get(reverse("access:matrix"))
    missing = client.get(reverse("access:matrix") + "absente/")

    assert refused.status_code == missing.status_code == 404
    assert _comparable(refused) == _comparable(missing)


def _comparable(answer):
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    text = answer.content.decode().replace("absente/", "")
    return headers, re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]+"', r"\1", text)


def test_a_refusal_raised_by_a_view_is_the_same_page(rf):
    request = rf.get("/dossiers/1/")
    gate = ViewerMiddleware(lambda request: None)

    answer = gate.process_exception(request, access.AccessRefused())

    assert answer.status_code == 404
    assert _comparable(gate.process_exception(request, Http404())) == _comparable(answer)
    assert gate.process_exception(request, ValueError()) is None


def test_a_view_without_rule_is_refused(rf):
    gate = ViewerMiddleware(lambda request: None)

    assert gate.process_view(rf.get("/"), lambda request: None, (), {}).status_code == 404


def test_knowing_the_viewer_costs_a_few_queries_however_many_their_roles(client):
    counts = []
    for holder in (account("carol", Role.DPO), account("alice", Role.DPO), account("bob", *Role)):
        client.logout()
        sign_in(client, holder)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("access:matrix"))
        counts.append(len(queries))

    _learning, one, many = counts  # what a process learns once is not the viewer's
    assert (one, many) == (3, 4)  # the session, the account, the roles; of a clinician, the emergencies they opened


def test_a_rule_says_itself_in_a_word():
    assert str(access.rule(Kind.AUDIT, Act.SEARCH)) == "audit:search"
    assert str(access.PUBLIC) == "public"
    assert str(AccessRule()) == "signed_in"
