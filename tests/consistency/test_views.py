"""Every address declares who may call it."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

OUTSIDE = {"django.views.static"}  # served files hold no data of ours


def _patterns(resolver=None, prefix=""):
    for entry in (resolver or get_resolver()).url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, address)
        elif isinstance(entry, URLPattern):
            yield address, entry.callback


def _rule(callback):
    view_class = getattr(callback, "view_class", None)
    return getattr(callback, "access_rule", None) or getattr(view_class, "access_rule", None)


@pytest.mark.parametrize(
    ("address", "callback"), list(_patterns()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_view_declares_its_access_rule(address, callback):
    assert _rule(callback) is not None or callback.__module__ in OUTSIDE, address


def test_there_are_views_to_look_at():
    assert len(list(_patterns())) > 20
