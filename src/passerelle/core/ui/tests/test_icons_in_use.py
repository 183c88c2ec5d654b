"""Every icon the project asks for is in the sprite; an unknown one would be drawn as a neutral dash."""

import re
from pathlib import Path

import pytest

from passerelle.core.ui.icons import icon_names

SOURCE = Path(__file__).parents[3]
ASKED = re.compile(r'(?:{% icon |icon_name=|\bicon=)"([^"]+)"')


def _asked():
    files = [path for suffix in ("html", "py") for path in SOURCE.rglob(f"*.{suffix}") if "tests" not in path.parts]
    return sorted({(name, path.name) for path in files for name in ASKED.findall(path.read_text())})


@pytest.mark.parametrize(("name", "where"), _asked())
def test_an_icon_in_use_is_in_the_sprite(name, where):
    assert name in icon_names(), where
