import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from passerelle.core.directory import api as directory
from passerelle.core.directory.models import Establishment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(db):
    directory.load_directory(at=timezone.now(), demo=True)


def test_inside_the_block_the_same_thing_is_asked_once():
    with directory.remembering(), CaptureQueriesContext(connection) as captured:
        answers = {directory.establishment("aphm") for _ in range(5)} | {directory.establishment("arles")}

    assert len(captured) == 2
    assert {row.code for row in answers if row} == {"aphm", "arles"}


def test_an_unknown_thing_is_remembered_as_unknown():
    with directory.remembering(), CaptureQueriesContext(connection) as captured:
        assert [directory.establishment_of_authority("?", universal_id="") for _ in range(3)] == [None] * 3

    assert len(captured) == 1


def test_what_a_block_remembered_is_forgotten_at_its_end():
    with directory.remembering():
        before = directory.establishment("aphm")
    Establishment.objects.filter(code="aphm").update(name="Autre nom")

    with directory.remembering():
        after = directory.establishment("aphm")

    assert before != after
    assert directory.establishment("aphm") == after
    assert after is not None
    assert after.name == "Autre nom"
