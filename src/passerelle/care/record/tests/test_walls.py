"""The second wall: row-level security, asked nothing by the first. Everything here runs as the runtime role."""

from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from passerelle.care.identity import api as identity
from passerelle.care.record.selectors.prepared import rows_of
from passerelle.care.record.tests import pages, worlds
from passerelle.core.access import api as access
from passerelle.core.access.api import Role, Viewer

COUNT = "SELECT establishment FROM record_resource WHERE local_identity_id <> %s ORDER BY 1"
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def ground(db):
    pages.lay_the_ground()


@contextmanager
def runtime_role():
    """Work as pages do: a role that owns nothing and bypasses nothing."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {access.RUNTIME_ROLE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def _viewer(*held, **more):
    return Viewer(**({"account_id": uuid4(), "name": "Essai", "assignments": frozenset(held)} | more))


def _seen(viewer=None, sql="SELECT id FROM record_resource", values=()):
    """Return what a query without any condition brings back to this viewer."""
    with runtime_role(), transaction.atomic():
        if viewer is None:
            return _fetched(sql, values)
        with access.behind(lambda: viewer):
            return _fetched(sql, values)


def _fetched(sql, values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


def _walled_tables():
    return _fetched(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        " AND relnamespace = 'public'::regnamespace AND NOT relispartition ORDER BY 1",
        (),
    )


@pytest.mark.django_db
def test_when_nothing_is_told_no_row_of_a_person_is_seen(ground):
    worlds.a_world(1)
    tables = _walled_tables()
    assert "record_resource" in tables

    for table in tables:
        nobodys = " WHERE local_identity_id <> %s" if table.startswith("record_") else " WHERE %s <> ''"
        assert _seen(None, f"SELECT count(*) FROM {table}{nobodys}", [NOBODY]) == [0], table


@pytest.mark.django_db
def test_an_anonymous_request_sees_no_row_of_a_person(ground):
    worlds.a_world(1)

    assert _seen(access.ANONYMOUS, COUNT, [NOBODY]) == []


@pytest.mark.django_db
def test_a_query_without_condition_stays_inside_the_hospitals_of_the_viewer(ground):
    """Each hospital in turn: no row of a person whom the hospital does not know."""
    world = worlds.a_world(2, persons=8, pieces=80, choices=0)
    for place in worlds.PLACES:
        known = {file for files in world.files.values() if place in files for file in files.values()}
        all_rows = dict(_pairs())

        seen = _seen(_viewer((Role.CLINICIAN, place)))

        assert seen
        foreign = [all_rows[id_] for id_ in seen if all_rows[id_][0] not in known and all_rows[id_][1] != place]
        assert [one for one in foreign if str(one[0]) != NOBODY] == []


def _pairs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, local_identity_id, establishment FROM record_resource")
        return [(id_, (local, place)) for id_, local, place in cursor.fetchall()]


@pytest.mark.django_db
def test_a_role_that_reads_no_record_lends_no_hospital(ground):
    worlds.a_world(2)

    assert _seen(_viewer((Role.PILOT, "aphm"), (Role.INTEGRATOR, "arles")), COUNT, [NOBODY]) == []


@pytest.mark.django_db
def test_a_patient_sees_their_own_rows_only(ground):
    person_id, here = pages.a_person("aphm", "arles")
    pages.a_stay(here)
    pages.a_stay(pages.local_of(person_id, "arles"))
    other, _ = pages.a_person("aphm")
    pages.a_stay(pages.local_of(other, "aphm"))

    seen = _seen(
        _viewer((Role.PATIENT, None), person_id=person_id), "SELECT DISTINCT local_identity_id FROM record_resource"
    )

    assert set(seen) == {one.id for one in identity.local_identities(person_id)}


@pytest.mark.django_db
def test_nobody_writes_under_a_person_they_are_not_tied_to(ground):
    _, local = pages.a_person("arles")
    bob = _viewer((Role.CLINICIAN, "salon"))
    insert = (
        "INSERT INTO record_resource (type, id, local_identity_id, version, last_updated, source, body, establishment)"
        " VALUES ('Flag', %s, %s, 1, now(), '', '{}', 'arles')"
    )

    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        runtime_role_until_error(),
        access.behind(lambda: bob),
        connection.cursor() as cursor,
    ):
        cursor.execute(insert, [uuid4(), local])


@contextmanager
def runtime_role_until_error():
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {access.RUNTIME_ROLE}")
        yield


@pytest.mark.django_db
def test_what_is_told_ends_with_the_transaction_and_the_savepoint(ground):
    _, local = pages.a_person("aphm")
    pages.a_stay(local)
    alice = _viewer((Role.CLINICIAN, "aphm"))
    with runtime_role(), access.behind(lambda: alice):
        for _ in range(2):
            with transaction.atomic():
                assert _fetched("SELECT id FROM record_resource", ())
                transaction.set_rollback(True)
        assert _fetched("SELECT id FROM record_resource", ())


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_each_statement_tells_who_looks_and_leaves_nothing_behind():
    pages.lay_the_ground()
    _, local = pages.a_person("aphm")
    pages.a_stay(local)
    alice, bob = _viewer((Role.CLINICIAN, "aphm")), _viewer((Role.CLINICIAN, "salon"))
    asked = "SELECT id FROM record_resource WHERE local_identity_id = %(local)s"
    with runtime_role():
        with access.behind(lambda: alice):
            assert rows_of(asked, {"local": local})
            assert _fetched("SELECT id FROM record_resource", ())
        assert rows_of(asked, {"local": local}) == []
        with access.behind(lambda: bob):
            assert rows_of(asked, {"local": local}) == []
        assert _fetched("SELECT current_setting('passerelle.places', true)", ())[0] in {"", None}


@pytest.mark.django_db
def test_what_the_house_reads_in_a_request_says_so(ground):
    _, local = pages.a_person("arles")
    pages.a_stay(local)
    officer = _viewer((Role.IDENTITY_OFFICER, None))
    with runtime_role(), transaction.atomic(), access.behind(lambda: officer):
        assert _fetched(COUNT, [NOBODY]) == []
        with access.as_machine():
            assert _fetched(COUNT, [NOBODY])
        assert _fetched(COUNT, [NOBODY]) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE record_resource DISABLE ROW LEVEL SECURITY",
        "DROP POLICY second_wall ON record_resource",
        "CREATE TABLE record_copy AS SELECT * FROM record_resource",
        "TRUNCATE record_resource",
        "UPDATE audit_event SET reason = ''",
        "DELETE FROM audit_link",
        "INSERT INTO audit_head VALUES (1, 1, '')",
    ],
)
def test_the_runtime_role_alters_nothing(statement):
    with pytest.raises(ProgrammingError), runtime_role_until_error(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_runtime_role_bypasses_no_policy():
    asked = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = %s"

    assert _fetched(asked, [access.RUNTIME_ROLE]) == [False]
