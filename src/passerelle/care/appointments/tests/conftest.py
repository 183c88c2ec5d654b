import pytest

from passerelle.care.appointments.services import telling
from passerelle.care.channels import api as channels


@pytest.fixture(autouse=True)
def declarations_and_listeners_of_this_test_only():
    channels.forget()
    before = dict(telling._listeners)
    yield
    channels.forget()
    telling._listeners.clear()
    telling._listeners.update(before)
