import pytest

from passerelle.care.identity.tests.cast import make_establishments


@pytest.fixture
def hospitals(db):
    make_establishments()
