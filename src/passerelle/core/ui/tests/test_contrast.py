"""The pairs of colours used on screen, computed on the stylesheet that is served (WCAG 2.2, 1.4.3, 1.4.6, 1.4.11)."""

import re
from itertools import product
from pathlib import Path

import pytest

STYLESHEET = Path(__file__).parents[1] / "static" / "ui" / "passerelle.css"
GROUNDS = ("paper", "surface", "sunken")
PATIENT_TEXT = 7.0
TEXT = 4.5
CONTROL = 3.0


def _themes():
    css = STYLESHEET.read_text()
    blocks = [
        dict(re.findall(r"--([a-z0-9-]+): ?(#[0-9a-f]{3,6})\b", block))
        for block in re.findall(r"\{([^{}]*--paper:[^{}]*)\}", css)
    ]
    light, dark, dark_by_device = blocks
    assert dark == dark_by_device
    return {"light": light, "dark": dark}


def _luminance(colour):
    digits = colour.lstrip("#")
    digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


READ = [
    *product(("ink", "ink-soft", "sea", "sea-strong"), GROUNDS),
    *((kind, f"{kind}-soft") for kind in ("attention", "done", "danger")),
    ("sea-strong", "sea-soft"),
    ("ink", "sea-soft"),
    ("ink-soft", "sea-soft"),
    ("on-sea", "sea"),
    ("on-sea", "sea-strong"),
    *product(("danger",), GROUNDS),
]
SEEN = [
    *product(("line-strong", "focus"), GROUNDS),
    ("focus", "sea-soft"),
    *product(("attention-line", "done-line", "danger-line"), ("paper", "surface")),
    *product((f"series-{rank}" for rank in range(1, 6)), ("surface",)),
    ("quiet", "surface"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), READ)
def test_text_of_the_patient_space_is_read_by_weak_eyes(theme, front, back):
    colours = _themes()[theme]

    assert contrast(colours[front], colours[back]) >= PATIENT_TEXT


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), SEEN)
def test_a_border_a_focus_or_a_line_of_a_chart_is_seen(theme, front, back):
    colours = _themes()[theme]

    assert contrast(colours[front], colours[back]) >= CONTROL


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("rank", range(1, 6))
def test_the_name_of_a_series_is_read(theme, rank):
    colours = _themes()[theme]

    assert contrast(colours[f"series-{rank}"], colours["surface"]) >= TEXT


def test_black_on_white_is_twenty_one():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
