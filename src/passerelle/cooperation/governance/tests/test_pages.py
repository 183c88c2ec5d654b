from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from passerelle.cooperation.governance import api as governance
from passerelle.cooperation.governance.models import Decision, Mandate, Vote
from passerelle.core.access import api as access

from .conftest import AT, BODY, CELL

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_persona(client: Client, settings, territory: None):
    settings.DEMO = True
    access.ensure_personas(at=AT)
    Mandate.objects.all().delete()
    governance.load_demo(at=AT, today=now().date())

    def enter(code: str) -> Client:
        client.post(reverse("access:persona", args=[code]))
        return client

    return enter


@pytest.fixture
def item(as_persona, figures: dict[str, object]) -> UUID:
    session = governance.convene_session(governance.Meeting(BODY, now(), is_simulated=True), by=CELL, at=AT)
    governance.open_session(session_id=session, by=CELL, at=AT)
    subject = governance.Subject("example", "7")
    return governance.add_item(session_id=session, title="Un projet", summary="", subject=subject, by=CELL, at=AT)


def vote(client: Client, item: UUID, **data: str) -> object:
    return client.post(f"/instances/points/{item}/voter/", data, follow=True)


def enter_votes(item: UUID, count: int) -> None:
    ballot_id = governance.open_vote(item_id=item, by=CELL, at=now())
    seats = Mandate.objects.filter(is_voting=True).exclude(establishment_id="arles").order_by("pk")[:count]
    for seat in seats:
        governance.enter_vote(ballot_id=ballot_id, mandate=seat, choice=governance.Choice.FOR, by=CELL, at=now())


def test_a_member_reads_the_papers_votes_and_the_vote_counts(as_persona, item: UUID) -> None:
    enter_votes(item, 6)
    client = as_persona("comite-arles")
    page = client.get(f"/instances/points/{item}/").content.decode()

    response = vote(client, item, establishment="arles", choice="for")

    assert "La durée moyenne de séjour baisse de 0,8 jour." in page
    assert "Vous votez pour" in page
    text = response.content.decode()
    assert "Votre vote est enregistré." in text
    assert "Vous votez pour" not in text
    assert Vote.objects.get(establishment_id="arles", ballot__item_id=item).choice == "for"


def test_votes_stay_secret_until_the_ballot_is_closed(as_persona, item: UUID) -> None:
    enter_votes(item, 7)
    client = as_persona("cellule")
    assert "a voté" in client.get(f"/instances/points/{item}/").content.decode()
    assert "Pour</span>" not in client.get(f"/instances/points/{item}/").content.decode()

    response = client.post(f"/instances/points/{item}/clore-le-vote/", follow=True)

    assert "Pour</span>" in response.content.decode()


def test_the_cell_opens_and_closes_and_does_not_vote(as_persona, item: UUID) -> None:
    client = as_persona("cellule")

    opened = client.post(f"/instances/points/{item}/ouvrir-le-vote/", follow=True).content.decode()
    twice = client.post(f"/instances/points/{item}/ouvrir-le-vote/", follow=True).content.decode()
    early = client.post(f"/instances/points/{item}/clore-le-vote/", follow=True).content.decode()

    assert "Le vote est ouvert." in opened
    assert "Un scrutin a déjà été ouvert" in twice
    assert "Le quorum n’est pas atteint" in early
    assert vote(client, item, establishment="arles", choice="for").status_code == 404
    assert not Decision.objects.filter(item_id=item).exists()


def test_the_last_vote_leads_to_the_decision(as_persona, item: UUID) -> None:
    enter_votes(item, 12)

    response = vote(as_persona("comite-arles"), item, establishment="arles", choice="against")

    text = response.content.decode()
    assert "12\u00a0voix pour, 1\u00a0contre, 0\u00a0abstention" in text
    assert "vérifiée" in text


def test_a_vote_without_choice_or_for_another_is_refused_in_the_form(as_persona, item: UUID) -> None:
    enter_votes(item, 1)
    client = as_persona("comite-arles")

    assert "Choisissez pour, contre ou abstention." in vote(client, item, establishment="arles").content.decode()
    assert vote(client, item, establishment="salon", choice="for").status_code == 422
    assert Vote.objects.filter(ballot__item_id=item).count() == 1


def test_voting_twice_is_refused_with_its_reason(as_persona, item: UUID) -> None:
    enter_votes(item, 1)
    client = as_persona("comite-arles")
    vote(client, item, establishment="arles", choice="for")

    response = vote(client, item, establishment="arles", choice="against")

    assert response.status_code == 422
    assert "un établissement, une voix" in response.content.decode()


def test_the_associated_hospital_reads_and_has_no_vote(as_persona, item: UUID) -> None:
    enter_votes(item, 1)
    client = as_persona("comite-laveran")

    assert "Vous votez pour" not in client.get(f"/instances/points/{item}/").content.decode()
    assert vote(client, item, establishment="laveran", choice="for").status_code == 404


@pytest.mark.parametrize("code", ["patient", "clinicien", "integrateur", "admission"])
def test_whoever_has_no_business_here_sees_missing_pages(as_persona, item: UUID, code: str) -> None:
    enter_votes(item, 1)
    client = as_persona(code)

    for address in ("", f"{BODY}/", "seances/", f"points/{item}/", "decisions/", f"decisions/{BODY}-2026-001/"):
        assert client.get(f"/instances/{address}").status_code == 404, address
    assert vote(client, item, establishment="arles", choice="for").status_code == 404


def test_a_stranger_is_asked_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/instances/").status_code == 302


def test_every_page_of_the_bodies_is_shown(as_persona, item: UUID) -> None:
    enter_votes(item, 7)
    client = as_persona("comite-arles")
    decision = Decision.objects.get()
    session = decision.item.session_id
    addresses = {
        "": "Comité stratégique",
        f"{BODY}/": "majorité des suffrages exprimés",
        "cmg/": "Aucun mandat en cours",
        "seances/": "Close",
        f"seances/{session}/": "Calendrier des points d’étape",
        f"seances/{session}/compte-rendu/": "Séance simulée pour la démonstration",
        "decisions/": decision.number,
        f"decisions/{decision.number}/": "12\u00a0voix pour",
        f"points/{decision.item_id}/": "Voir la décision",
        f"points/{item}/": "Les pièces, telles que figées",
    }

    for address, expected in addresses.items():
        response = client.get(f"/instances/{address}")
        assert response.status_code == 200, address
        assert expected in response.content.decode(), address


def test_the_landing_page_says_which_vote_awaits_this_member(as_persona, item: UUID) -> None:
    enter_votes(item, 6)
    client = as_persona("comite-arles")

    landing = client.get("/pilotage/").content.decode()
    assert "Votre établissement n’a pas encore voté" in landing
    assert f'href="/instances/points/{item}/"' in landing

    vote(client, item, establishment="arles", choice="for")
    assert "n’a pas encore voté" not in client.get("/pilotage/").content.decode()


def test_the_cell_is_told_of_a_vote_once_it_can_be_closed(as_persona, item: UUID) -> None:
    enter_votes(item, 6)
    client = as_persona("cellule")
    landing, page = (client.get(address).content.decode() for address in ("/pilotage/", f"/instances/points/{item}/"))
    assert "le vote peut être clos" not in landing
    assert "Clore le vote" not in page

    vote(as_persona("comite-arles"), item, establishment="arles", choice="for")
    as_persona("cellule")

    landing, page = (client.get(address).content.decode() for address in ("/pilotage/", f"/instances/points/{item}/"))
    assert "le vote peut être clos" in landing
    assert "Clore le vote" in page


def test_whoever_has_no_seat_is_told_of_no_vote(as_persona, item: UUID) -> None:
    enter_votes(item, 6)
    for code in ("comite-laveran", "directeur", "dpo"):
        assert "n’a pas encore voté" not in as_persona(code).get("/pilotage/").content.decode()


def test_what_does_not_exist_is_a_missing_page(as_persona, item: UUID) -> None:
    client = as_persona("cellule")
    unknown = "018f0000-0000-7000-8000-000000000000"

    for address in ("nowhere/", f"seances/{unknown}/", f"points/{unknown}/", "decisions/none/"):
        assert client.get(f"/instances/{address}").status_code == 404, address
    assert client.post(f"/instances/points/{item}/clore-le-vote/").status_code == 404


def test_reading_never_changes_anything(as_persona, item: UUID) -> None:
    client = as_persona("cellule")

    for act in ("voter", "ouvrir-le-vote", "clore-le-vote"):
        assert client.get(f"/instances/points/{item}/{act}/").status_code in {404, 405}


def test_lists_cost_as_many_queries_for_five_rows_as_for_one(as_persona, item: UUID) -> None:

    client = as_persona("cellule")

    def cost(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    before = [cost(address) for address in ("/instances/seances/", "/instances/decisions/")]
    for day in range(5):
        starts_at = now() + timedelta(days=day + 1)
        session = governance.convene_session(governance.Meeting(BODY, starts_at), by=CELL, at=AT)
        governance.open_session(session_id=session, by=CELL, at=AT)
        extra = governance.add_item(session_id=session, title=f"Point {day}", summary="", subject=None, by=CELL, at=AT)
        governance.vote_in_the_room(item_id=extra, choices={}, others=governance.Choice.FOR, at=now())

    assert [cost(address) for address in ("/instances/seances/", "/instances/decisions/")] == before
