import pytest
from django.test import Client


@pytest.fixture
def client_of_another():
    """Another browser."""
    return Client()
