"""Every template is used, extends the shell, and holds neither script nor style of its own."""

import re

import pytest

from tests.consistency.tree import SOURCE, python_files, templates

FOUND_BY_NAME = {"403_csrf.html", "400.html", "403.html", "404.html", "500.html"}  # Django looks these up itself
FOUND_BY_ALLAUTH = re.compile(r"^(account|mfa|allauth|usersessions)/")


def _name(path):
    return str(path).split("/templates/", 1)[1]


def _everything_but(template):
    texts = [path.read_text() for path in python_files()]
    texts += [path.read_text() for path in templates() if path != template]
    return "\n".join(texts)


@pytest.mark.parametrize("template", templates(), ids=_name)
def test_a_template_is_used(template):
    name = _name(template)
    if name in FOUND_BY_NAME or FOUND_BY_ALLAUTH.match(name):
        return
    component = name.removeprefix("ui/components/").removesuffix(".html")
    elsewhere = _everything_but(template)

    assert name in elsewhere or (name.startswith("ui/components/") and f'"{component}"' in elsewhere)


@pytest.mark.parametrize("template", templates(), ids=_name)
def test_a_template_holds_no_script_nor_style(template):
    text = template.read_text()

    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", text)
    assert not re.search(r"<style\b|\sstyle=\"|\son[a-z]+=\"", text)


@pytest.mark.parametrize("template", templates(), ids=_name)
def test_a_template_is_short(template):
    assert len(template.read_text().splitlines()) <= 160, template.relative_to(SOURCE)


_INCLUDE = re.compile(r"{%\s*include\s+\"(?P<name>[^\"]+)\"(?P<options>[^%]*\bonly)\s*%}")


@pytest.mark.parametrize("template", templates(), ids=_name)
def test_a_form_included_alone_is_given_its_token(template):
    """`only` leaves the token out; Django's test client does not ask for it, a browser is refused."""
    with_forms = {_name(path) for path in templates() if "{% csrf_token %}" in path.read_text()}

    bare = [
        found["name"]
        for found in _INCLUDE.finditer(template.read_text())
        if found["name"] in with_forms and "csrf_token=" not in found["options"]
    ]

    assert bare == []
