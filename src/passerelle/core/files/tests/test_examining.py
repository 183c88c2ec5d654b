"""What may come in, what is made of it, what is refused."""

import io
import zipfile

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from passerelle.core.files import api as files
from passerelle.core.files.rules.kinds import Stranger, kind_of
from passerelle.core.files.tests.drawing import as_bytes, blurred, card, dark, pdf, saved, with_glare

ANYTHING = files.Allowed()


def refused(content: bytes, allowed: files.Allowed = ANYTHING) -> files.FileRefused:
    with pytest.raises(files.FileRefused) as caught:
        files.examine(content, allowed)
    return caught.value


def opened(safe: files.Safe) -> Image.Image:
    return Image.open(io.BytesIO(safe.content))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_becomes_a_jpeg_of_the_same_picture(form):
    safe = files.examine(as_bytes(card(), form), ANYTHING)

    image = opened(safe)
    assert (image.format, image.size, safe.kind) == ("JPEG", (1_600, 1_000), files.FileKind.JPEG)
    assert image.getpixel((10, 10)) == pytest.approx((120, 110, 100), abs=12)


def test_the_place_and_the_telephone_told_by_a_photograph_are_not_kept():
    exif = Image.Exif()
    exif[0x010F] = "Téléphone fictif"
    exif.get_ifd(0x8825)[2] = tuple(TiffImagePlugin.IFDRational(one) for one in (43, 17, 46))
    content = as_bytes(card(), exif=exif, comment=b"pris chez moi")
    assert b"fictif" in content

    safe = files.examine(content, ANYTHING)

    image = opened(safe)
    assert not image.getexif()
    assert "comment" not in image.info
    assert b"fictif" not in safe.content
    assert b"pris chez moi" not in safe.content


def test_a_photograph_held_sideways_is_kept_upright():
    exif = Image.Exif()
    exif[0x0112] = 6

    safe = files.examine(as_bytes(card(), exif=exif), ANYTHING)

    assert (safe.width, safe.height) == (1_000, 1_600)


def test_what_is_transparent_is_on_white():
    safe = files.examine(as_bytes(Image.new("RGBA", (400, 300), (0, 0, 0, 0)), "PNG"), ANYTHING)

    assert opened(safe).getpixel((200, 150)) == (255, 255, 255)


def test_a_photograph_of_twelve_million_points_is_kept_smaller():
    safe = files.examine(as_bytes(card(4_000, 3_000)), ANYTHING)

    assert (safe.width, safe.height) == (3_000, 2_250)


def test_a_bomb_is_refused_by_its_header():
    held = io.BytesIO()
    Image.new("1", (60_000, 1_000)).save(held, format="PNG")

    assert refused(held.getvalue()).reason is files.Why.TOO_LARGE


def test_a_bomb_beyond_the_limit_of_the_library_is_refused():
    held = io.BytesIO()
    Image.new("1", (60_000, 10_000)).save(held, format="PNG")

    assert refused(held.getvalue()).reason in {files.Why.TOO_LARGE, files.Why.BROKEN}


def test_an_iphone_photograph_is_refused_with_the_way_to_succeed():
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64

    refusal = refused(heic)

    assert "Le plus compatible" in refusal.why
    assert str(refusal).endswith(".")


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.txt", "a")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (zipped(), Stranger.ARCHIVE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Stranger.MARKUP),
        (b"\xef\xbb\xbf<!doctype html>", Stranger.MARKUP),
        (b"GIF89a....", Stranger.GIF),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1avifmiaf", Stranger.AVIF),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42", Stranger.UNKNOWN),
        (b"MZ\x90\x00", Stranger.UNKNOWN),
        (b"carte.jpg", Stranger.UNKNOWN),
    ],
)
def test_what_is_not_admitted_is_named(content, kind):
    assert kind_of(content) is kind
    assert refused(content).reason is files.Why.STRANGER


def test_a_photograph_cut_short_is_refused():
    assert refused(as_bytes(card())[:2_000]).reason is files.Why.BROKEN


def test_an_empty_file_and_a_heavy_one_are_refused():
    assert refused(b"").reason is files.Why.EMPTY
    heavy = refused(b"\xff\xd8\xff" + b"x" * files.MEGABYTE, files.Allowed(most_bytes=files.MEGABYTE))
    assert heavy.reason is files.Why.TOO_HEAVY
    assert "1\u00a0Mo" in heavy.why


def test_a_pdf_is_refused_where_only_photographs_are_admitted():
    assert refused(saved(pdf()), files.Allowed(kinds=files.PHOTOGRAPHS)).reason is files.Why.NOT_HERE


def active_pdf() -> pikepdf.Pdf:
    made = pdf(2)
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    made.Root.OpenAction = made.make_indirect(script)
    made.Root.AA = pikepdf.Dictionary(WC=script)
    made.attachments["virus.exe"] = b"MZ"
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="http://127.0.0.1/"),
    )
    made.pages[0].obj.Annots = pikepdf.Array([made.make_indirect(link)])
    made.pages[1].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd"))
    made.Root.AcroForm = pikepdf.Dictionary(XFA=pikepdf.String("<xdp/>"), Fields=pikepdf.Array([]))
    made.docinfo["/Author"] = "Auteur fictif"
    return made


def test_what_acts_in_a_pdf_is_taken_out_and_its_pages_stay():
    content = saved(active_pdf())
    assert files.active_content(content)

    safe = files.examine(content, ANYTHING)

    assert files.active_content(safe.content) == frozenset()
    assert (safe.kind, safe.pages) == (files.FileKind.PDF, 2)
    for gone in (b"app.alert", b"virus", b"127.0.0.1", b"fictif", b"Launch"):
        assert gone not in safe.content


def test_what_acts_in_compressed_objects_is_taken_out_too():
    content = saved(active_pdf(), object_stream_mode=pikepdf.ObjectStreamMode.generate)

    assert files.active_content(files.examine(content, ANYTHING).content) == frozenset()


def test_a_locked_pdf_is_refused():
    content = saved(pdf(), encryption=pikepdf.Encryption(owner="a", user="b"))

    assert refused(content).reason is files.Why.LOCKED


def test_a_pdf_with_an_owner_password_alone_is_refused():
    content = saved(pdf(), encryption=pikepdf.Encryption(owner="a", user=""))

    assert refused(content).reason is files.Why.LOCKED


def test_a_pdf_with_too_many_pages_is_refused():
    refusal = refused(saved(pdf(3)), files.Allowed(most_pages=2))

    assert refusal.reason is files.Why.TOO_MANY_PAGES
    assert "3 pages" in refusal.why


def test_a_pdf_that_is_none_is_refused():
    assert refused(b"%PDF-1.7\nceci n'est pas un PDF").reason is files.Why.BROKEN


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "PDF"]), st.data())
def test_any_damage_is_a_refusal_or_a_safe_file(form, data):
    whole = saved(active_pdf()) if form == "PDF" else as_bytes(card(120, 80), form)
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    try:
        safe = files.examine(bytes(damaged[: data.draw(st.integers(1, len(damaged)))]), ANYTHING)
    except files.FileRefused:
        return

    assert kind_of(safe.content) is safe.kind
    assert safe.kind is not files.FileKind.PDF or not files.active_content(safe.content)


@pytest.mark.parametrize(
    ("image", "lacks"),
    [
        (card(), ()),
        (card(4_000, 3_000), ()),
        (blurred(card()), (files.Hint.BLURRED,)),
        (dark(card()), (files.Hint.DARK,)),
        (with_glare(card()), (files.Hint.GLARE,)),
        (card().resize((640, 400)), (files.Hint.SMALL,)),
        (card().crop((400, 100, 1_200, 900)).resize((1_600, 1_600)), (files.Hint.CUT,)),
        (Image.new("RGB", (8, 8)), (files.Hint.SMALL,)),
    ],
    ids=["whole", "large", "blurred", "dark", "glare", "small", "cut", "tiny"],
)
def test_a_photograph_says_what_it_lacks(image, lacks):
    assert files.hints(image) == lacks


def test_odd_metadata_of_a_phone_refuse_no_photograph():
    metadata = Image.Exif()
    metadata[0x0112], metadata[0x010F] = 6, "Un fabricant"
    held = io.BytesIO()
    Image.new("RGB", (60, 40), "grey").save(held, "JPEG", exif=metadata)
    odd = held.getvalue().replace(b"\x01\x0f\x00\x02", b"\x01\x01\x00\x02")  # words where a number is told
    assert odd != held.getvalue()

    safe = files.examine(odd, files.Allowed())

    assert (safe.width, safe.height) == (40, 60)
