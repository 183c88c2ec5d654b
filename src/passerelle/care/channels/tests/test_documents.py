"""The how-to and the reference say what the code does."""

import re
from pathlib import Path

import pytest

from passerelle.care.channels import api as channels
from passerelle.care.channels.rules import meanings
from passerelle.care.channels.rules.reading.files import CHANNEL_KEYS, DESTINATION_KEYS
from passerelle.care.channels.tests.files import BY, MOMENT

HOW_TO = Path(__file__).resolve().parents[5] / "docs" / "how-to" / "add-a-channel.md"


def blocks(language: str) -> list[str]:
    found = re.findall(
        rf"^( *)```{language}\n(.*?)^\1```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def test_the_declarations_of_the_how_to_can_be_loaded(tmp_path, territory) -> None:
    for rank, text in enumerate(blocks("yaml")):
        (tmp_path / f"{rank}.yaml").write_text(text, encoding="utf-8")
    report = channels.load_folder(path=tmp_path, by=BY, at=MOMENT)
    assert len(report.created) == 4


@pytest.mark.parametrize(
    ("told", "known"), [(meanings.CHANNEL, CHANNEL_KEYS), (meanings.DESTINATION, DESTINATION_KEYS)]
)
def test_the_reference_tells_every_key_and_no_other(told, known) -> None:
    assert {key.split(".")[0] for key in told} == set(known)
