"""What every test of the project shares."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.test import override_settings
from hypothesis import settings

pytest_plugins = ["tests.plugin_cluster"]

# Time is never a reason to fail: machines are shared, and a hang has a limit of its own (pytest-timeout).
settings.register_profile("house", deadline=None, print_blob=True)
# Continuous integration judges a change by the same examples each time; everybody else looks for new ones.
settings.register_profile("integration", parent=settings.get_profile("house"), derandomize=True)
settings.load_profile("integration" if os.environ.get("CI") else "house")

# Argon2 is slow on purpose; a test that signs in a hundred times is not the place for it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@pytest.fixture(scope="session", autouse=True)
def static_files_and_passwords_are_quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Serve static files from their sources, without `collectstatic` nor its manifest; hash passwords quickly.

    Requests go through the role of production, so that policies hold in every test of a page.
    """
    with override_settings(
        MIDDLEWARE=["tests.runtime_role.RuntimeRole", *django_settings.MIDDLEWARE],
        STORAGES=STORAGES,
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        WHITENOISE_USE_FINDERS=True,
        PASSWORD_HASHERS=PASSWORD_HASHERS,
        ACCEPTS_TEST_INS=True,  # whoever the tests speak of has a test number
    ):
        yield
