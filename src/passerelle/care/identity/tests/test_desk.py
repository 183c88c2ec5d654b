"""The desk: Bob of Arles acts on the files of Arles, Alice of the cell on all, Charlie on none."""

from io import BytesIO
from uuid import uuid4

import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from passerelle.care.identity import imaging
from passerelle.care.identity.models import IdentityEvidence, InsiCall, InsiCampaign, InsiState, LocalIdentity
from passerelle.care.identity.services.resolving import resolve
from passerelle.care.identity.tests.cast import at, matricule, patient, qualified
from passerelle.care.identity.tests.test_pages import client_of
from passerelle.core.access.api import Role
from passerelle.protocols import ins
from passerelle.protocols.insi import api as insi

pytestmark = pytest.mark.usefixtures("hospitals")


@pytest.fixture
def simulator(settings):
    with insi.Simulator() as running:
        settings.INSI = settings.INSI | {"address": running.address, "billing_identifier": "990000001"}
        yield running


@pytest.fixture
def alice():
    return client_of(Role.IDENTITY_OFFICER)


@pytest.fixture
def bob():
    return client_of(Role.ADMISSION_CLERK, "arles")


@pytest.fixture
def file():
    return resolve(patient("7", "arles"), establishment="arles", at=at(0), source="message 1")


def text(response):
    return " ".join(response.content.decode().split())


def check(client, file, **more):
    told = {"code": "CN", "situation": "", "mode": "SM", "valid_until": "", "is_same": "on"} | more
    return client.post(reverse("identity:check-evidence", args=[file.id]), told, follow=True)


def ask(client, file, operation="search"):
    return client.post(reverse("identity:ask-insi", args=[file.id]), {"operation": operation}, follow=True)


def test_a_proof_seen_at_the_desk_is_told_on_the_sheet(bob, file):
    shown = text(check(bob, file, valid_until="2030-01-01"))

    assert "Pièce contrôlée" in shown
    assert "Carte nationale d’identité" in shown
    assert "valable jusqu’au 1er janvier 2030" in shown
    assert "Validée" in shown
    assert IdentityEvidence.objects.get().checked_by_name == "Essai"


def test_the_traits_must_be_compared_before_the_proof_counts(bob, file):
    shown = text(check(bob, file, is_same=""))

    assert "Comparez les cinq traits" in shown
    assert not IdentityEvidence.objects.exists()


def test_a_proof_that_is_not_enough_says_so(bob, file):
    assert "ne suffit pas" in text(check(bob, file, code="PC"))


def test_a_check_is_withdrawn_with_a_reason(bob, file):
    check(bob, file)
    address = reverse("identity:withdraw-evidence", args=[file.id, IdentityEvidence.objects.get().pk])
    assert "Écrivez le motif" in text(bob.post(address, {"reason": ""}))
    shown = text(bob.post(address, {"reason": "carte d’un proche"}, follow=True))

    assert "Contrôle retiré" in shown
    assert "carte d’un proche" in shown
    assert LocalIdentity.objects.get(pk=file.id).status == "PROV"


def test_an_answer_of_insi_is_shown_beside_the_file_and_taken(bob, file, simulator):
    shown = text(ask(bob, file))
    assert "Une identité trouvée" in shown
    assert "Téléservice simulé" in shown
    assert shown.count("Identique") == 5

    call = reverse("identity:insi-call", args=[InsiCall.objects.get().pk])
    sheet = text(bob.post(call, {"decision": "accept"}, follow=True))
    assert "INS retenue" in sheet
    assert "Récupérée" in sheet
    assert "Non partagée" in sheet
    assert "Réponse d’INSi retenue" in sheet
    assert "Tranchée" in text(bob.get(call))


def test_a_difference_not_accepted_keeps_the_answer_waiting(bob, file, simulator):
    LocalIdentity.objects.filter(pk=file.id).update(birth_place="13001")
    ask(bob, file)
    call = reverse("identity:insi-call", args=[InsiCall.objects.get().pk])
    refused = bob.post(call, {"decision": "accept"})
    assert refused.status_code == 422
    assert "acceptez chaque différence" in text(refused)

    bob.post(call, {"decision": "accept", "accepted": ["birth_place"]})
    assert LocalIdentity.objects.get(pk=file.id).birth_place == "13055"


def test_an_answer_may_be_set_aside(bob, file, simulator):
    ask(bob, file)
    call = reverse("identity:insi-call", args=[InsiCall.objects.get().pk])

    assert "Réponse écartée" in text(bob.post(call, {"decision": "aside"}, follow=True))
    assert LocalIdentity.objects.get(pk=file.id).ins_matricule == ""


def test_a_teleservice_that_is_down_lets_the_desk_go_on(bob, file, simulator):
    simulator.is_down = True

    assert "la question repartira toute seule" in text(ask(bob, file))
    assert InsiCall.objects.get().state == InsiState.WAITING


def test_without_a_teleservice_the_sheet_offers_no_question(bob, file, settings):
    settings.INSI = settings.INSI | {"address": ""}

    assert "Interroger INSi" not in text(bob.get(reverse("identity:person", args=[file.person_id])))
    assert "n’est pas configuré" in text(ask(bob, file))


def test_every_form_of_the_sheet_carries_its_token(alice, simulator):
    known = resolve(patient("1", held=qualified()), establishment="aphm", at=at(0), source="message")
    shown = text(alice.get(reverse("identity:person", args=[known.person_id])))

    forms = shown.split("<form")[1:]
    assert any("Interroger INSi" in form for form in forms)
    assert all("csrfmiddlewaretoken" in form for form in forms if 'method="post"' in form)


def test_an_ins_is_taken_away_with_a_reason(alice):
    known = resolve(patient("1", held=qualified()), establishment="aphm", at=at(0), source="message")
    shown = text(alice.post(reverse("identity:withdraw-ins", args=[known.id]), {"reason": "usurpation"}, follow=True))

    assert "INS retirée" in shown
    assert LocalIdentity.objects.get(pk=known.id).ins_matricule == ""


@pytest.mark.parametrize("page", ["check-evidence", "label", "withdraw-ins", "ask-insi"])
def test_a_clerk_of_elsewhere_does_not_act_on_the_file(page, bob):
    elsewhere = resolve(patient("1"), establishment="aphm", at=at(0), source="message")
    address = reverse(f"identity:{page}", args=[elsewhere.id])

    assert (bob.post(address) if page == "ask-insi" else bob.get(address)).status_code == 404


@pytest.mark.parametrize("page", ["check-evidence", "label", "withdraw-ins"])
def test_who_has_no_right_or_names_no_file_sees_a_missing_page(page, file, alice):
    charlie = client_of(Role.PILOT)

    assert charlie.get(reverse(f"identity:{page}", args=[file.id])).status_code == 404
    assert alice.get(reverse(f"identity:{page}", args=[uuid4()])).status_code == 404


# ---------------------------------------------------------------- datamatrix


def payload(number=None):
    return ins.write_datamatrix(
        ins.InsDatamatrix(
            number or matricule(),
            "1.2.250.1.213.1.4.10",
            "ZOE ANNE",
            "ETOILE-DUPONT",
            "F",
            "12-03-1984",
            "13055",
        )
    )


def photograph(content, kind="PNG", scale=5):
    side, _ = imaging.datamatrix_cells(content)
    code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    drawn = zxingcpp.write_barcode_to_image(code, scale=scale)
    image = Image.frombuffer("L", (side * scale, side * scale), bytes(drawn), "raw", "L", 0, 1)
    page = Image.new("L", (side * scale + 200, side * scale + 150), 240)
    page.paste(image, (90, 60))
    held = BytesIO()
    page.save(held, kind)
    return SimpleUploadedFile("code.png", held.getvalue(), f"image/{kind.lower()}")


def read(client, **told):
    return client.post(reverse("identity:datamatrix"), told)


def test_a_scanned_code_says_what_it_holds_and_finds_the_person(alice):
    known = resolve(patient("1", held=qualified()), establishment="aphm", at=at(0), source="message")
    shown = text(read(alice, text=payload()))

    assert "Lu, à vérifier par INSi" in shown
    assert "ETOILE-DUPONT" in shown
    assert reverse("identity:person", args=[known.person_id]) in shown


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_photographed_code_is_read(alice, kind):
    assert "ETOILE-DUPONT" in text(read(alice, photograph=photograph(payload(), kind)))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"text": ""}, "Visez un code"),
        ({"text": "IS02" + "0" * 22}, "version 02 inconnue"),
        ({"text": "bonjour"}, "n’est pas un datamatrix INS"),
    ],
)
def test_what_is_not_such_a_code_is_told(alice, told, said):
    assert said in text(read(alice, **told))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a", "n’est pas une image"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "n’est pas une image"),
        (b"x" * (imaging.MAX_BYTES + 1), "trop lourde"),
    ],
    ids=["gif", "cut", "heavy"],
)
def test_a_hostile_photograph_is_refused(alice, content, said):
    assert said in text(read(alice, photograph=SimpleUploadedFile("x.png", content, "image/png")))


def test_a_photograph_of_too_many_points_is_not_opened():
    held = BytesIO()
    Image.new("1", (6_000, 6_000)).save(held, "PNG")

    with pytest.raises(imaging.TooBig):
        imaging.datamatrix_in(held.getvalue())


def test_a_photograph_without_code_says_what_to_do(alice):
    held = BytesIO()
    Image.new("L", (300, 300), 200).save(held, "PNG")

    assert "approchez-vous" in text(read(alice, photograph=SimpleUploadedFile("x.png", held.getvalue(), "image/png")))


def test_a_photograph_is_not_written_anywhere(alice, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    read(alice, photograph=photograph(payload()))

    assert list(tmp_path.iterdir()) == []


def test_a_form_without_its_token_is_refused(alice):
    strict = type(alice)(enforce_csrf_checks=True)
    strict.cookies = alice.cookies

    assert strict.post(reverse("identity:datamatrix"), {"text": payload()}).status_code == 403


def test_a_label_carries_the_code_of_a_qualified_identity(alice):
    known = resolve(patient("1", held=qualified()), establishment="aphm", at=at(0), source="message")
    shown = text(alice.get(reverse("identity:label", args=[known.id])))

    assert "INS à scanner" in shown
    assert "Datamatrix INS" in shown


def test_a_label_of_another_identity_says_why_it_has_no_code(bob, file):
    shown = text(bob.get(reverse("identity:label", args=[file.id])))

    assert "Pas de datamatrix" in shown
    assert "<path" not in shown


def test_the_drawn_code_is_read_again():
    side, cells = imaging.datamatrix_cells(payload())
    image = Image.new("L", (side * 4, side * 4), 255)
    for cell in cells.split("M")[1:]:
        x, y = map(int, cell.split("h")[0].split())
        image.paste(0, (x * 4, y * 4, x * 4 + 4, y * 4 + 4))
    held = BytesIO()
    image.save(held, "PNG")

    assert imaging.datamatrix_in(held.getvalue()) == payload()


# ---------------------------------------------------------------- the board


def test_the_identity_cell_starts_and_stops_a_campaign(alice, simulator):
    address = reverse("identity:insi")
    assert "Commencer la vérification" in text(alice.get(address))
    shown = text(alice.post(address, {"act": "start", "establishment": ""}, follow=True))
    assert "Arrêter après le lot en cours" in shown
    alice.post(address, {"act": "stop"})

    assert InsiCampaign.objects.get().is_cancelled


def test_the_board_lists_what_waits_and_what_awaits_a_decision(alice, file, simulator):
    ask(alice, file)
    assert "Une identité trouvée" in text(alice.get(reverse("identity:insi")))


def test_a_clerk_does_not_start_campaigns(bob):
    assert bob.get(reverse("identity:insi")).status_code == 404
