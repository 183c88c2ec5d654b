"""Reading a page writes nothing, but in the journal and in the session."""

import re
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.access.tests.cast import account as open_account
from passerelle.core.access.tests.cast import sign_in
from passerelle.core.directory import api as directory
from passerelle.core.parameters import api as parameters

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
JOURNAL_AND_SESSION = re.compile(r"audit_|django_session|cache")


def _addresses(resolver=None, prefix="/"):
    for entry in (resolver or get_resolver()).url_patterns:
        address = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from _addresses(entry, address)
        elif isinstance(entry, URLPattern) and "<" not in address:
            yield address


ADDRESSES = sorted(set(_addresses()))


@pytest.fixture
def everybody(client, db):
    """Given someone who holds every role and signed in with two factors."""
    directory.load_directory(at=AT, demo=True)
    parameters.load_parameters(at=AT)
    holder = open_account("tous")
    for role in Role:
        place = None if role in {Role.PATIENT, Role.INTEGRATOR} else "aphm"
        access.grant_role(account=holder, role=role, establishment=place, starts_on=date(2020, 1, 1), by=None, at=AT)
    sign_in(client, holder)
    return client


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_get_writes_nothing(everybody, address):
    with CaptureQueriesContext(connection) as asked:
        answer = everybody.get(address)

    assert answer.status_code < 500
    written = [match[2] for query in asked if (match := WRITES.match(query["sql"]))]
    assert [table for table in written if not JOURNAL_AND_SESSION.search(table)] == []


def test_pages_are_really_read(everybody):
    assert everybody.get("/indicateurs/").status_code == 200
    assert everybody.get("/echanges/").status_code == 200
    assert len(ADDRESSES) > 30
