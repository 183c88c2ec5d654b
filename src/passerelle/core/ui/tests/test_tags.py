from datetime import date

import pytest
from django import forms
from django.template import Context, Template
from django.utils.safestring import SafeString

from passerelle.core.ui.icons import icon_names


def render(source, /, **context):
    return Template("{% load ui %}" + source).render(Context(context))


class Admission(forms.Form):
    """One field of each shape."""

    name = forms.CharField(label="Nom", help_text="De naissance.")
    ward = forms.ChoiceField(label="Service", choices=[("a", "A")], required=False)
    channel = forms.ChoiceField(label="Canal", choices=[("a", "A")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="D’accord")
    secret = forms.CharField(widget=forms.HiddenInput)


def test_an_icon_is_decoration_unless_it_has_a_name():
    assert 'aria-hidden="true"' in render("{% icon 'search' %}")
    assert 'role="img" aria-label="Chercher"' in render("{% icon 'search' 'Chercher' %}")


def test_an_unknown_icon_is_drawn_as_a_neutral_one():
    assert "#neutral" in render("{% icon 'unicorn' %}")


@pytest.mark.parametrize("kind", ["done", "attention", "danger", "info", "neutral"])
def test_a_status_is_an_icon_and_a_word(kind):
    html = render("{% status kind 'Acquitté' %}", kind=kind)

    assert f"status-{kind}" in html
    assert f"icons.svg#{kind}" in html
    assert "Acquitté" in html


def test_a_label_is_escaped():
    assert "<b>" not in render("{% status 'done' label %}", label="<b>x</b>")


@pytest.mark.parametrize(
    ("kind", "word"),
    [("measured", "mesuré"), ("entered", "saisi"), ("estimated", "estimé"), ("rumour", "sans source")],
)
def test_a_figure_says_where_it_comes_from(kind, word):
    assert f">{word}<" in render("{% origin kind %}", kind=kind)


def test_a_field_ties_its_help_and_its_errors_to_its_control():
    form = Admission({"channel": "a"})
    html = render("{% field form.name %}", form=form)

    assert 'aria-describedby="id_name-aide id_name-erreur"' in html
    assert 'id="id_name-aide"' in html
    assert 'id="id_name-erreur"' in html
    assert 'aria-invalid="true"' in html
    assert '<label class="form-label" for="id_name">' in html


def test_a_field_that_may_be_left_empty_says_so():
    assert "(facultatif)" in render("{% field form.ward %}", form=Admission())
    assert "(facultatif)" not in render("{% field form.name %}", form=Admission())


def test_a_filter_does_not_say_that_it_may_be_left_empty():
    html = render("{% include 'ui/components/filters.html' with form=form label='Chercher' %}", form=Admission())

    assert "Service" in html
    assert "(facultatif)" not in html


def test_radio_buttons_are_a_group_with_a_legend():
    html = render("{% field form.channel %}", form=Admission())

    assert "<legend>Canal" in html
    assert "form-control" not in html


def test_a_hidden_field_is_only_its_control():
    assert render("{% field form.secret %}", form=Admission()).strip().startswith("<input")


def test_the_summary_links_each_error_to_its_field():
    form = Admission({})
    html = render("{% error_summary form %}", form=form)

    assert 'href="#id_name"' in html
    assert 'role="alert"' in html
    assert "data-focus" in html


def test_a_form_without_error_has_no_summary():
    assert render("{% error_summary form %}", form=Admission()).strip() == ""


def test_a_general_error_is_told_without_link():
    form = Admission({"name": "x", "channel": "a", "agreed": "on", "secret": "x"})
    form.add_error(None, "Ce lit vient d’être pris.")

    assert "Ce lit vient d’être pris." in render("{% error_summary form %}", form=form)


def test_a_table_is_framed_by_a_region_the_keyboard_can_scroll():
    html = render("{% data_table 'Séjours' %}<tbody></tbody>{% enddata_table %}")

    assert 'role="region" aria-label="Séjours" tabindex="0"' in html
    assert "<caption>Séjours</caption>" in html


def test_the_caption_of_a_table_may_be_for_screen_readers_only():
    html = render("{% data_table 'Séjours' hidden_caption=True %}<tbody></tbody>{% enddata_table %}")

    assert '<caption class="visually-hidden">' in html


def test_a_card_holds_any_content():
    html = render("{% card 'Titre' 3 %}<p>{{ text }}</p>{% endcard %}", text="<i>")

    assert "<h3>Titre</h3>" in html
    assert "<p>&lt;i&gt;</p>" in html


@pytest.mark.parametrize(
    "filtered",
    [
        "date_fr",
        "date_short",
        "month_fr",
        "time_fr",
        "moment_fr",
        "moment_short",
        "duration_fr",
        "number_fr",
        "percent_fr",
        "euros",
        "phone_fr",
        "ins_fr",
        "typo",
    ],
)
def test_a_value_that_is_not_known_is_shown_as_nothing(filtered):
    assert render("{{ value|" + filtered + " }}", value=None) == ""


def test_a_sentence_gets_its_no_break_spaces_and_keeps_its_apostrophes():
    assert render("{{ text|spaced }}", text="Refusé : O'NEIL ?") == "Refusé\u00a0: O&#x27;NEIL\u202f?"
    assert render("{{ text|spaced }}", text=SafeString("<a>a : b</a>")) == "<a>a : b</a>"
    assert render("{{ text|spaced }}", text=4) == "4"


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "message"), (1, "message"), (1.5, "message"), (2, "messages"), ([1, 2], "messages")]
)
def test_zero_is_singular_in_french(count, expected):
    assert render("message{{ count|pluralize }}", count=count) == expected


def test_filters_write_french():
    assert render("{{ on|date_fr }}", on=date(2026, 3, 1)) == "1er\u00a0mars 2026"
    assert render("{{ cents|euros }}", cents=0) == "0,00\u00a0€"
    assert render("{{ born|age_fr:on }}", born=date(2000, 1, 1), on=date(2026, 3, 1)) == "26\u00a0ans"


def test_the_sprite_has_the_icons_of_the_shell():
    assert {"auto", "light", "dark", "menu", "person", "sign-in", "sign-out", "done", "danger"} <= icon_names()
