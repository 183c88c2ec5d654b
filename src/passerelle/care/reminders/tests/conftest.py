import pytest

from passerelle.care.channels import api as channels


@pytest.fixture(autouse=True)
def declarations_of_this_test_only(settings):
    channels.forget()
    settings.PUBLIC_ADDRESS = "https://passerelle.exemple"
    yield
    channels.forget()
