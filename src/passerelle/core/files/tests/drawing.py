"""Files drawn for the tests: cards, photographs, PDF."""

import io
import random
from typing import Any

import pikepdf
from PIL import Image, ImageDraw, ImageFilter


def card(width: int = 1_600, height: int = 1_000, *, ground: int = 190) -> Image.Image:
    """Draw a fictitious card, whole, on a plain ground that stays far from its sides."""
    image = Image.new("RGB", (width, height), (120, 110, 100))
    pen = ImageDraw.Draw(image)
    left, top, right, bottom = width // 10, height // 10, width - width // 10, height - height // 10
    pen.rectangle((left, top, right, bottom), fill=(ground, ground, ground))
    chance = random.Random(7)
    for line in range(top + 20, bottom - 40, 36):
        x = left + 20
        while x < right - 40:
            long = chance.randrange(6, 22)
            pen.rectangle((x, line, x + long // 3, line + 18), fill=(20, 20, 30))
            x += long
    return image


def as_bytes(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    held = io.BytesIO()
    image.save(held, format=form, **options)
    return held.getvalue()


def blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(9))


def dark(image: Image.Image) -> Image.Image:
    return image.point(lambda level: level // 4)


def with_glare(image: Image.Image) -> Image.Image:
    shown = image.copy()
    width, height = image.size
    ImageDraw.Draw(shown).ellipse(
        (width // 3, height // 3, width // 3 + width // 4, height // 3 + height // 4), fill=(255, 255, 255)
    )
    return shown


def pdf(pages: int = 1) -> pikepdf.Pdf:
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    return made


def saved(made: pikepdf.Pdf, **options: Any) -> bytes:
    held = io.BytesIO()
    made.save(held, **options)
    return held.getvalue()


def one_page_pdf(**catalog: pikepdf.Object) -> bytes:
    """Return a PDF of one empty page, with these entries in its catalogue."""
    made = pdf()
    for name, value in catalog.items():
        made.Root[f"/{name}"] = value
    return saved(made)
