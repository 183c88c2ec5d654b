"""The names of the command line are a contract."""

import re

import pytest
from click.testing import CliRunner

from passerelle.config.cli import COMMANDS, main
from tests.consistency.tree import PROJECT

CONTRACT = ["demo", "serve", "listen", "work", "doctor", "send", "bench", "audit"]


@pytest.mark.parametrize("name", CONTRACT)
def test_a_command_of_the_contract_explains_itself(name):
    answer = CliRunner().invoke(main, [name, "--help"])

    assert answer.exit_code == 0, answer.output
    assert "Usage:" in answer.output


def test_every_visible_command_is_in_the_reference_page():
    page = (PROJECT / "docs" / "reference" / "command-line.md").read_text()
    documented = set(re.findall(r"`passerelle ([a-z-]+)", page))

    assert {name for name, entry in COMMANDS.items() if not entry.is_hidden} == documented


def test_an_unknown_command_is_told():
    answer = CliRunner().invoke(main, ["envoyer"])

    assert answer.exit_code == 2
    assert "envoyer" in answer.output
