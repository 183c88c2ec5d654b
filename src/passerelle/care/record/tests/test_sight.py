"""The decision said in SQL is the decision said in Python, on invented worlds."""

from dataclasses import replace

import pytest
from django.db import connection

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.rules.visibility import judge, places_of, reach_of
from passerelle.care.record.selectors.relations import standings_of
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight, piece_of, sight_of
from passerelle.care.record.tests import pages, worlds
from passerelle.care.record.tests.worlds import NOON, SEEN_TYPES
from passerelle.core.access.api import Act, Relation
from passerelle.protocols import smart

pytestmark = pytest.mark.django_db
TYPES = (*SEEN_TYPES, "Practitioner", "ValueSet", "Subscription")


@pytest.fixture
def ground(db):
    pages.lay_the_ground()


def _rows(type_, clause=None):
    sql, values = ("true", ()) if clause is None else (clause.sql, clause.values)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT held.type, held.id, held.version, held.local_identity_id, held.last_updated, held.source,"
            " held.body, held.deleted, held.establishment, coalesce(held.security, '{}') FROM record_resource held"
            f" WHERE held.type = %s AND ({sql})",
            [type_, *values],
        )
        return {row[1]: StoredResource(*row[:9], labels=tuple(row[9])) for row in cursor.fetchall()}


def _whose(rows):
    return identity.persons_of({row.local_identity_id for row in rows.values()} - {NOBODY})


def _by_hand(viewer, rows, act, *, known_as=lambda standing, row: standing):
    """Decide on each row by the rules in Python; `known_as` is the standing a row is seen with, None for not at all."""
    whose = _whose(rows)
    standings = standings_of(viewer, set(whose.values()), at=NOON)
    sight = Sight(viewer, at=NOON, act=act, about=standings.values())
    found = set()
    for row in rows.values():
        standing = sight.standing_at(row.local_identity_id)
        if row.local_identity_id != NOBODY:
            standing = known_as(standing, row)
        if standing and judge(viewer, standing, piece_of(row), act).is_allowed:
            found.add(row.id)
    return found


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("act", [Act.SEARCH, Act.HISTORY])
def test_around_named_persons_the_sql_finds_what_the_rules_allow(ground, seed, act):
    world = worlds.a_world(seed)
    seen = 0
    for viewer in worlds.viewers(world):
        sight = sight_of(viewer, at=NOON, act=act, about=world.persons)
        for type_ in TYPES:
            expected = _by_hand(viewer, _rows(type_), act)
            assert set(_rows(type_, sight.clause(type_, "held"))) == expected, (seed, viewer.assignments, type_)
            seen += len(expected)
    assert seen > 100


def _in_bulk(viewer, world):
    """Tell by hand how a search that names nobody reaches a row: treated here, of who chose the viewer, or not."""
    here = places_of(viewer)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT local_identity_id FROM record_resource WHERE type = 'Encounter' AND establishment = ANY(%s)"
            " AND status <> 'cancelled' AND date_end > %s - interval '365 days'",
            [list(here), NOON],
        )
        treated = {id_ for (id_,) in cursor.fetchall()}
    represented = {one.person_id for one in consent.represented(viewer.person_id, at=NOON)} if viewer.person_id else ()

    def known_as(standing, row):
        if viewer.person_id:
            return standing if standing.person_id in {viewer.person_id, *represented} else None
        if reach_of(viewer, row.type, Act.SEARCH) is smart.Reach.PERSON:  # the application was opened about one person
            return standing if standing.person_id == viewer.patient_in_context else None
        if viewer.application and not viewer.account_id:
            return standing if row.establishment in here else None
        if row.local_identity_id in treated:
            return standing
        return replace(standing, relation=Relation.CHOSEN) if standing.level else None

    return known_as


@pytest.mark.parametrize("seed", range(8))
def test_when_nobody_is_named_the_sql_finds_what_the_rules_allow_of_one_s_own_patients(ground, seed):
    world = worlds.a_world(seed + 100)
    seen = 0
    for viewer in worlds.viewers(world):
        sight = sight_of(viewer, at=NOON, act=Act.SEARCH)
        known_as = _in_bulk(viewer, world)
        for type_ in TYPES:
            expected = _by_hand(viewer, _rows(type_), Act.SEARCH, known_as=known_as)
            found = set(_rows(type_, sight.clause(type_, "held")))
            assert found == expected, (seed, viewer.assignments, type_)
            seen += len(expected)
    assert seen > 60


def test_worlds_hold_every_relation(ground):
    found = set()
    for seed in range(8):
        world = worlds.a_world(seed)
        for viewer in worlds.viewers(world):
            found |= {one.relation for one in standings_of(viewer, world.persons, at=NOON).values()}

    # a carer is known of remote monitoring alone, above the record
    assert found >= set(Relation) - {Relation.AUTHOR, Relation.MEMBER, Relation.CARER}
