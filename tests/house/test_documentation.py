"""What the documentation tells is true: its message is sent, its commands exist, its links lead somewhere."""

import re
from datetime import UTC, datetime

import pytest

from passerelle.care.exchange import api as exchange
from passerelle.care.identity import api as identity
from passerelle.config import reference
from passerelle.config.cli import COMMANDS
from passerelle.core.directory import api as directory
from passerelle.core.parameters import api as parameters
from passerelle.protocols import hl7v2
from tests.consistency.tree import PROJECT

TUTORIAL = PROJECT / "docs" / "tutorials" / "first-message-to-a-vote.md"
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def demonstration(settings, db):
    settings.DEMO = True
    directory.load_directory(at=NOW, demo=True)
    parameters.load_parameters(at=NOW)


def _message():
    block = re.search(r"```hl7\n(.*?)```", TUTORIAL.read_text(), re.DOTALL)[1]
    return exchange.messages_of(block.encode(), is_raw=False)[0]


def _answer(raw):
    return hl7v2.parse(exchange.receive(raw, peer="127.0.0.1:1", at=NOW)).get("MSA-1")


@pytest.mark.django_db(transaction=True)
def test_the_message_of_the_tutorial_is_answered_as_it_says(demonstration):
    message = _message()

    answers = [_answer(message), _answer(message), _answer(message.replace("ÉLISE".encode(), "ÉLIZE".encode()))]

    assert answers == ["AA", "AA", "AE"]


@pytest.mark.django_db(transaction=True)
def test_the_message_of_the_tutorial_becomes_a_patient(demonstration):
    _answer(_message())
    exchange.route_new_messages()
    exchange.apply_waiting(clock=lambda: NOW)

    assert [row.traits.birth_name for row in identity.search_people("garance")] == ["GARANCE"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_link_between_pages_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_command_told_exists(page):
    told = set(
        re.findall(
            r"passerelle ([a-z]+)\b", "\n".join(re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL))
        )
    )

    assert told <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_make_target_told_exists(page):
    makefile = (PROJECT / "Makefile").read_text()
    told = set(re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", page.read_text(), re.MULTILINE))

    assert [name for pair in told for name in pair if name and f"\n{name}:" not in makefile] == []


@pytest.mark.parametrize("name", sorted(reference.pages()))
def test_a_generated_page_is_current(name):
    """`make docs` writes them again."""
    assert (PROJECT / "docs" / "reference" / name).read_text() == reference.pages()[name]
