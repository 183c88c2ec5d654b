import pytest
from django.test import Client
from django.urls import reverse

from passerelle.care.channels import api as channels
from passerelle.care.channels.models import Version
from passerelle.care.channels.rules.comparing import side_by_side
from passerelle.care.channels.tests.files import BY, CHANNEL, DESTINATION, MOMENT, write
from passerelle.core.access import api as access
from passerelle.core.access.tests.cast import account

pytestmark = pytest.mark.usefixtures("territory")
CODE = "martigues-laboratoire"


def signed_in(name, *roles, establishment=None):
    holder = account(name, *roles, establishment=establishment, password=None)
    browser = Client()
    browser.force_login(holder)
    session = browser.session
    session["passerelle_second_factor"] = str(holder.pk)
    session.save()
    return browser


@pytest.fixture
def loaded(tmp_path, territory):
    channels.load_folder(path=write(tmp_path, a=CHANNEL, b=DESTINATION), by=BY, at=MOMENT)
    changed = CHANNEL.replace("minutes: 40", "minutes: 25")
    channels.load_folder(path=write(tmp_path, a=changed), by=BY, at=MOMENT, note="moins d’attente")


@pytest.fixture
def irene(loaded):
    return signed_in("irene", access.Role.INTEGRATOR)


def page(browser, name, *arguments, **query):
    answer = browser.get(reverse(f"channels:{name}", args=arguments), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_says_what_is_declared_by_establishment(irene) -> None:
    found = page(irene, "list")
    assert "CH de Martigues" in found
    assert "Laboratoire de Martigues" in found
    assert "Archive" in found


def test_a_list_of_nothing_says_what_to_do(territory) -> None:
    assert "passerelle load channels" in page(signed_in("irene", access.Role.INTEGRATOR), "list")


def test_the_list_shows_first_what_this_release_no_longer_reads(irene) -> None:
    Version.objects.update(content="channel: x\n")
    channels.forget()

    found = page(irene, "list")

    assert "Illisibles par cette version" in found
    assert found.count("illisible par cette version") == 2
    assert found.index(CODE) < found.index(">archive<")


def test_a_channel_tells_what_it_does_then_shows_its_file(irene) -> None:
    found = page(irene, "declaration", "channel", CODE)
    assert "Reçoit par MLLP ce qu’envoie l’émetteur CH-MARTIGUES, application SIL." in found
    assert "Écrit «\u00a0181\u00a0» en PV1-10, quand PV1-10 est absent." in found
    assert "Alerte après 25 minutes sans message, entre 07:00 et 20:00" in found
    assert "minutes: 25" in found
    assert "moins d’attente" in found


def test_a_destination_tells_who_sends_to_it(irene) -> None:
    found = page(irene, "declaration", "destination", "archive")
    assert "dans le dossier «\u00a0archive\u00a0»" in found
    assert "Laboratoire de Martigues" in found


def test_the_history_shows_the_last_difference_side_by_side(irene) -> None:
    found = page(irene, "history", "channel", CODE)
    assert "<mark>silence: {minutes: 40" in found
    assert "<mark>silence: {minutes: 25" in found
    assert "lignes identiques" in found


def test_a_return_is_looked_at_again_then_done_with_its_reason(irene) -> None:
    address = reverse("channels:restore", args=["channel", CODE, 1])
    assert "<mark>silence: {minutes: 40" in irene.get(address).content.decode()
    assert Version.objects.filter(declaration__code=CODE).count() == 2

    assert irene.post(address, {"reason": ""}).status_code == 200
    assert Version.objects.filter(declaration__code=CODE).count() == 2

    answer = irene.post(address, {"reason": "trop d’alarmes"})

    assert answer.status_code == 302
    channel = channels.channel(CODE)
    assert channel is not None
    assert channel.silence is not None
    assert (channel.version, channel.silence.minutes) == (3, 40)


@pytest.mark.parametrize("number", [2, 9])
def test_the_version_in_force_or_an_unknown_one_cannot_be_taken_back(irene, number) -> None:
    answer = irene.post(reverse("channels:restore", args=["channel", CODE, number]), {"reason": "essai"})
    assert answer.status_code in {200, 404}
    assert Version.objects.filter(declaration__code=CODE).count() == 2


def test_the_integrator_of_another_establishment_reads_but_does_not_change(loaded) -> None:
    bob = signed_in("bob", access.Role.INTEGRATOR, establishment="arles")
    assert "Reprendre" not in page(bob, "history", "channel", CODE)
    assert bob.post(reverse("channels:restore", args=["channel", CODE, 1]), {"reason": "x"}).status_code == 404
    assert Version.objects.filter(declaration__code=CODE).count() == 2


@pytest.mark.parametrize("name", ["list", "declaration", "history", "restore", "trial"])
def test_the_pages_are_not_for_others(loaded, name) -> None:
    charlie = signed_in("charlie", access.Role.CLINICIAN, establishment="martigues")
    arguments = {"declaration": ["channel", CODE], "history": ["channel", CODE], "restore": ["channel", CODE, 1]}
    assert charlie.get(reverse(f"channels:{name}", args=arguments.get(name, []))).status_code == 404


@pytest.mark.parametrize("address", ["channel/inconnu/", "autre/archive/", "channel/inconnu/versions/"])
def test_what_is_not_declared_is_not_found(irene, address) -> None:
    assert irene.get(f"/echanges/canaux/{address}").status_code == 404


def test_a_list_costs_the_same_for_two_channels_as_for_one(irene, tmp_path, django_assert_max_num_queries) -> None:
    page(irene, "list")
    with django_assert_max_num_queries(12):
        page(irene, "list")


def test_two_texts_are_paired_line_by_line() -> None:
    pairs = side_by_side("a\nb\nc", "a\nx\nc\nd")
    told = [(pair.change, pair.left, pair.right) for pair in pairs]
    assert told == [("same", "a", "a"), ("changed", "b", "x"), ("same", "c", "c"), ("added", "", "d")]
