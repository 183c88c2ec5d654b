from datetime import UTC, date, datetime
from http import HTTPStatus

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from passerelle.core.directory import api
from passerelle.core.directory.models import Establishment, Site
from passerelle.protocols import pamfr

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client: Client) -> Client:
    """Alice, a clinician, signed in with two factors."""
    api.load_directory(at=AT, demo=True)
    account = apps.get_model("access", "Account").objects.create(
        email="alice@example.org", display_name="Alice", opened_at=AT
    )
    apps.get_model("access", "RoleAssignment").objects.create(
        account=account, role="clinician", establishment_id="aphm", starts_on=date(2020, 1, 1)
    )
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["passerelle_second_factor"] = str(account.pk)
    session.save()
    return client


def _page(client: Client, address: str, **query: str) -> str:
    response = client.get(address, query)
    assert response.status_code == HTTPStatus.OK
    return response.content.decode()


def test_the_list_shows_the_fourteen_and_sets_the_test_establishment_apart(alice):
    group, apart = _page(alice, "/annuaire/").split("Hors du groupement")

    assert group.count('<th scope="row"><a href="/annuaire/etablissements/') == 14
    assert apart.count('<th scope="row"><a href="/annuaire/etablissements/') == 1


def test_the_figures_of_the_territory_say_their_source(alice):
    page = _page(alice, "/annuaire/")

    assert "2\u00a0048\u00a0070" in page
    assert "Projet stratégique 2023-2027" in page
    assert "document source" in page


def test_a_sheet_marks_what_is_fictitious_and_what_must_be_confirmed(alice):
    sure, unsure = _page(alice, "/annuaire/etablissements/aphm/"), _page(alice, "/annuaire/etablissements/camargue/")

    assert "fictif" in sure
    assert "à confirmer" not in sure
    assert unsure.count("à confirmer") >= 4
    assert "Sainte-Marguerite" in sure


def test_a_sheet_names_the_codes_under_which_messages_come(alice):
    page = _page(alice, "/annuaire/etablissements/essai/")

    assert "CHU-X (000897406)" in page
    assert "Établissement d’essai" in page


def test_an_unknown_establishment_is_a_missing_page(alice):
    assert alice.get("/annuaire/etablissements/nulle-part/").status_code == HTTPStatus.NOT_FOUND


def test_a_professional_is_found_by_part_of_a_name_without_regard_to_case(alice):
    someone = api.professionals(limit=1)[0]

    page = _page(alice, "/annuaire/professionnels/", q=someone.family_name[:4].upper())

    assert someone.rpps in page
    assert "fictif" in page


def test_the_search_keeps_to_one_establishment_and_one_profession(alice):
    found = api.professionals(establishment_code="valvert", profession="Médecin")

    page = _page(alice, "/annuaire/professionnels/", etablissement="valvert", profession="Médecin")

    assert found
    assert all("valvert" in row.establishments for row in found)
    assert page.count('<th scope="row">') == len(found)


def test_a_search_without_result_says_so(alice):
    assert "Aucun professionnel trouvé" in _page(alice, "/annuaire/professionnels/", q="zzzz")


def test_a_long_list_says_that_it_is_cut(alice):
    page = _page(alice, "/annuaire/professionnels/")

    assert page.count('<th scope="row">') == 50
    assert "Seuls les 50 premiers" in page


@pytest.mark.parametrize("address", ["/annuaire/", "/annuaire/professionnels/", "/annuaire/etablissements/aphm/"])
def test_a_visitor_is_sent_to_sign_in(client, address):
    assert client.get(address).status_code == HTTPStatus.FOUND


def test_the_list_costs_as_many_queries_for_fourteen_establishments_as_for_more(
    alice, django_assert_max_num_queries, django_assert_num_queries
):
    with django_assert_max_num_queries(14) as first:
        _page(alice, "/annuaire/")
    model = Establishment.objects.get(pk="arles")
    for number in range(5):
        model.pk, model.finess = f"autre-{number}", f"99000050{number}"
        model._state.adding = True
        model.save()
        Site.objects.create(
            code=f"autre-site-{number}", establishment_id=model.pk, rank=1, name="Site", city="Arles",
            finess=f"99010050{number}", finess_is_fictitious=True, source_id="simulation",
        )  # fmt: skip

    with django_assert_num_queries(len(first)):
        _page(alice, "/annuaire/")


def _describe_beds(*, units):
    kind = pamfr.PlaceKind
    places = [pamfr.Place(pamfr.PlaceRef(kind.SITE, "E1"), pamfr.PlaceAction.ADD, "Site neuf", finess="990009901")]
    for code in range(units):
        unit = pamfr.PlaceRef(kind.UNIT, f"99{code}")
        room, bed = pamfr.PlaceRef(kind.ROOM, f"R{code}"), pamfr.PlaceRef(kind.BED, f"R{code}A")
        places += [
            pamfr.Place(unit, pamfr.PlaceAction.ADD, f"Unité {code}", parents=(places[0].ref,)),
            pamfr.Place(room, pamfr.PlaceAction.ADD, f"Chambre {code}", parents=(unit,)),
            pamfr.Place(bed, pamfr.PlaceAction.ADD, "Lit", parents=(room,)),
        ]
    event = pamfr.StructureEvent("M05", AT, AT, tuple(places))
    api.import_structure(event=event, establishment="aphm", at=AT, source="m-1")


def test_a_site_shows_its_units_their_rooms_and_their_beds(alice):
    _describe_beds(units=2)

    page = _page(alice, "/annuaire/sites/aphm-e1/")

    assert "Unité 1" in page
    assert "Chambre 1" in page
    assert "R1A" in page
    assert "Ce que l’établissement a dit en dernier" in page


def test_a_site_that_described_no_bed_shows_its_units(alice):
    page = _page(alice, "/annuaire/sites/aphm-nord/")

    assert "Unités et lits" in page
    assert "<details>" not in page


def test_an_unknown_site_has_no_page(alice):
    assert alice.get("/annuaire/sites/nulle-part/").status_code == HTTPStatus.NOT_FOUND


def test_the_page_of_a_site_costs_as_many_queries_for_many_units(alice):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            _page(alice, "/annuaire/sites/aphm-e1/")
        return len(captured)

    _describe_beds(units=1)
    queries()
    few = queries()
    _describe_beds(units=5)

    assert queries() == few
