"""What every test of the project shares."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

pytest_plugins = ["tests.plugin_cluster"]

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@pytest.fixture(scope="session", autouse=True)
def static_files_need_no_collecting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Serve static files from their sources: a test needs neither `collectstatic` nor its manifest."""
    with override_settings(
        STORAGES=STORAGES, STATIC_ROOT=tmp_path_factory.mktemp("static"), WHITENOISE_USE_FINDERS=True
    ):
        yield
