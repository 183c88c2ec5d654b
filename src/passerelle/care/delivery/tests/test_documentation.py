"""What the how-to declares can be declared."""

import re
from pathlib import Path

import pytest

from passerelle.care.channels import api as channels
from passerelle.care.delivery.rules.contract import address_of, is_idempotent
from passerelle.care.delivery.tests.samples import declare
from passerelle.care.exchange.tests.samples import open_facility

PROJECT = Path(__file__).resolve().parents[5]


@pytest.mark.django_db
def test_the_declaration_of_the_how_to_is_read(tmp_path):
    open_facility("CHU-X", "essai")
    text = (PROJECT / "docs" / "how-to" / "send-to-an-application.md").read_text()
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)

    declare(tmp_path / "d", block)

    (declared,) = channels.destinations()
    assert is_idempotent(declared)
    assert address_of(declared).application == "LABO"
    assert declared.changes
