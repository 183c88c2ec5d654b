import pytest
from django.utils import timezone

from passerelle.care.identity.tests.cast import make_establishments
from passerelle.core.parameters import api as parameters


@pytest.fixture
def hospitals(db):
    make_establishments()
    parameters.load_parameters(at=timezone.now())
