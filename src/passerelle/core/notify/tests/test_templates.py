"""No word of health can enter a message: neither by a template, nor by a word."""

import pytest

from passerelle.core.notify import book
from passerelle.core.notify.rules import templates
from passerelle.core.notify.rules.lexicon import health_entries, health_words_in
from passerelle.core.notify.rules.templates import TemplateRefused
from passerelle.core.notify.rules.words import WordKind, WordRefused, check, written

SMS = """
- code: essai
  version: 1
  channel: sms
  label: Essai
  words: {words}
  text: "{text}"
"""


def _read(text, words="{{}}"):
    return templates.read(SMS.replace("{text}", text).replace("{words}", words.replace("{{", "{").replace("}}", "}")))


def test_a_template_with_a_word_of_health_is_refused():
    assert len(health_entries()) > 100
    for entry in health_entries():
        with pytest.raises(TemplateRefused, match="mots de santé"):
            _read(f"Rappel pour votre {entry.rstrip('.').upper()} de demain")


@pytest.mark.parametrize("kind", list(WordKind))
def test_no_value_of_any_kind_is_a_word_of_health(kind):
    for entry in health_entries():
        bare = entry.rstrip(".")
        for value in (bare, bare.upper(), f"r/{bare}", bare.replace(" ", "-")):
            with pytest.raises(WordRefused):
                check("mot", kind, value)


@pytest.mark.parametrize("value", ["Rendez-vous pour votre bilan", "a b", "<b>", "http://ailleurs.exemple/", ""])
@pytest.mark.parametrize("kind", list(WordKind))
def test_no_free_text_is_a_word(kind, value):
    with pytest.raises(WordRefused):
        check("mot", kind, value)


@pytest.mark.parametrize(
    ("kind", "value", "short", "long"),
    [
        (WordKind.DATE, "2026-03-03", "mar. 03/03", "mardi 3\u00a0mars 2026"),
        (WordKind.TIME, "14:30", "14h30", "14\u00a0h\u00a030"),
        (
            WordKind.LINK,
            "rappels/r/4F7K",
            "https://maison.exemple/rappels/r/4F7K",
            "https://maison.exemple/rappels/r/4F7K",
        ),
        (WordKind.PLACE, "aphm", "AP-HM", "AP-HM"),
        (WordKind.PLACE, "inconnu", "votre hôpital", "votre hôpital"),
        (WordKind.PLACE, "cgx", "votre hôpital", "votre hôpital"),
        (WordKind.PHONE, "+33491000000", "0491000000", "04\u00a091\u00a000\u00a000\u00a000"),
    ],
)
def test_a_value_is_written_for_its_reader(kind, value, short, long):
    check("mot", kind, value)
    given = {"places": {"aphm": "AP-HM", "cgx": "Centre de gérontologie"}, "address": "https://maison.exemple"}

    assert written(kind, value, is_short=True, **given) == short
    assert written(kind, value, is_short=False, **given) == long


def test_words_are_those_declared():
    with pytest.raises(TemplateRefused, match="diffèrent"):
        _read("Le {date}")


def test_a_template_that_takes_three_sms_is_refused():
    with pytest.raises(TemplateRefused, match="3 SMS"):
        _read("a" * 307)


def test_an_unknown_field_is_refused():
    with pytest.raises(TemplateRefused, match="champ inconnu"):
        templates.read(SMS.format(text="Bonjour", words="{}") + "  colour: red\n")


def test_every_template_in_force_may_serve():
    assert len(book.templates()) >= 8
    assert [one.code for one in book.templates() if templates.faults_of(one)] == []


def test_a_code_belongs_to_one_template(tmp_path):
    file = tmp_path / "autres.yaml"
    file.write_text(SMS.format(text="Bonjour", words="{}").replace("essai", "stop_noted"))

    with pytest.raises(TemplateRefused, match="déjà pris"):
        book.register_templates(file)


def test_a_word_of_health_is_found_whatever_its_accents():
    assert health_words_in("Votre CŒUR, l’hépatite et la Coloscopie") == ["coeur", "hepat", "colosc"]
    assert health_words_in("Votre rendez-vous du 3 mars, à jour") == []
