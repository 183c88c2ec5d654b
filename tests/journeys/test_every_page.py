"""Every page of exchanges, identities and structure, as each role sees it: no rule of axe broken, nothing cut."""

import pytest
from django.utils import timezone

from passerelle.care.channels import api as channels
from passerelle.care.channels.tests.files import BY, CHANNEL, DESTINATION, write
from passerelle.care.identitovigilance.tests.cast import ZOE, arrives, like, pair_of
from passerelle.core.access.api import Role
from passerelle.core.directory import api as directory
from passerelle.core.parameters import api as parameters
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.integrator import admission
from tests.journeys.integrator import arrives as comes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EXCHANGE = (
    "/soins/",
    "/echanges/",
    "/echanges/alertes/",
    "/echanges/messages/",
    "/echanges/messages/?q=introuvable",
    "/echanges/echecs/",
    "/echanges/relances/",
    "/echanges/relances/nouvelle/?type=ADT^A01",
    "/echanges/canaux/",
    "/echanges/canaux/essai/",
    "/echanges/canaux/channel/martigues-laboratoire/",
    "/echanges/canaux/channel/martigues-laboratoire/versions/",
    "/echanges/canaux/destination/archive/",
    "/echanges/envois/",
    "/echanges/envois/archive/",
    "/annuaire/",
    "/annuaire/sites/aphm-timone/",
)
DESK = (
    "/soins/",
    "/identitovigilance/accueil/",
    "/identitovigilance/accueil/nouveau/",
    "/identites/",
    "/identites/personnes/{person}/",
    "/identites/datamatrix/",
    "/identites/dossiers/{file}/piece/",
    "/identites/dossiers/{file}/etiquette/",
)
OFFICE = (
    *DESK,
    "/identites/insi/",
    "/identitovigilance/",
    "/identitovigilance/?vue=decisions",
    "/identitovigilance/paires/{pair}/",
    "/identitovigilance/paires/{pair}/?voie=meme",
    "/identitovigilance/personnes/{person}/",
    "/identitovigilance/qualite/",
)


@pytest.fixture
def places(tmp_path):
    directory.load_directory(at=timezone.now())
    parameters.load_parameters(at=timezone.now())
    channels.load_folder(path=write(tmp_path, a=CHANNEL, b=DESTINATION), by=BY, at=timezone.now())
    yield
    channels.forget()


@pytest.fixture
def known(places):
    """Given a pair to decide; return what the addresses of its pages hold."""
    first = arrives(like(ZOE, establishment="aphm", status="PROV"), "1")
    second = arrives(like(ZOE, establishment="aphm", status="PROV", birth_name="Étoile"), "2")
    return {"pair": pair_of(first, second).id, "file": first.id, "person": first.person_id}


@pytest.mark.parametrize(
    ("role", "establishment", "addresses"),
    [
        (Role.INTEGRATOR, None, EXCHANGE),
        (Role.IDENTITY_OFFICER, "aphm", OFFICE),
        (Role.ADMISSION_CLERK, "aphm", DESK),
    ],
    ids=["integrator", "identity-officer", "admission-clerk"],
)
def test_a_role_reads_every_page(signed_in, known, desktop, reads_well, role, establishment, addresses):
    comes(admission("T1"))
    comes(admission("T2", ipp="77002", nda=""))
    page = signed_in(desktop, role, establishment, "Quelqu’un")

    for address in addresses:
        answer = page.goto(address.format(**known))
        assert answer is not None
        assert answer.status == 200, address
        reads_well(page)
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        page.set_viewport_size(DESKTOP)
