"""The tags and filters of every page: `{% load ui %}`."""

from collections.abc import Sequence, Sized
from datetime import date, datetime, time, timedelta
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.forms.widgets import CheckboxInput, ChoiceWidget, RadioSelect, Select
from django.template.defaultfilters import pluralize as django_pluralize
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeData, SafeString

from passerelle.core.ui import french
from passerelle.core.ui.icons import icon_names

register = template.Library()

STATUS_ICONS = {"done": "done", "attention": "attention", "danger": "danger", "info": "info", "neutral": "neutral"}
ORIGINS = {
    "measured": ("mesuré", "Mesuré dans les parcours du groupement."),
    "entered": ("saisi", "Saisi par une personne."),
    "source": ("document source", "Repris d’un document source."),
    "estimated": ("estimé", "Estimé par une méthode décrite."),
    "unsourced": ("sans source", "Aucune source n’est connue."),
}


@register.simple_tag(name="icon")
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; without `label` it is decoration, hidden from assistive technology."""
    known = name if name in icon_names() else "neutral"
    address = f"{static('ui/icons.svg')}#{known}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address)


@register.simple_tag
def status(kind: str, label: str) -> SafeString:
    """Tell a state by an icon, a word and a colour."""
    known = kind if kind in STATUS_ICONS else "neutral"
    return format_html('<span class="status status-{}">{}{}</span>', known, icon(STATUS_ICONS[known]), spaced(label))


@register.simple_tag
def origin(kind: str) -> SafeString:
    """Tell where a figure comes from."""
    known = kind if kind in ORIGINS else "unsourced"
    word, sentence = ORIGINS[known]
    return format_html('<span class="origin origin-{}" title="{}">{}</span>', known, sentence, word)


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, *, marks_optional: bool = True) -> dict[str, Any]:
    """Show a field with its label, help and errors tied to it; in a form of filters nothing has to be filled in."""
    widget = bound.field.widget
    shape = _shape(widget)
    described = [f"{bound.auto_id}-aide"] * bool(bound.help_text) + [f"{bound.auto_id}-erreur"] * bool(bound.errors)
    attrs: dict[str, str | bool] = {}
    if shape != "group":
        given = widget.attrs.get("class", "")
        attrs["class"] = f"{_CLASSES[shape]} {given}".strip()
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors and shape != "group":
        attrs["aria-invalid"] = "true"
    says_optional = marks_optional and not bound.field.required
    return {"bound": bound, "shape": shape, "control": bound.as_widget(attrs=attrs), "says_optional": says_optional}


_CLASSES = {"box": "form-check-input", "list": "form-select", "text": "form-control"}


def _shape(widget: object) -> str:
    if isinstance(widget, CheckboxInput):
        return "box"
    if isinstance(widget, Select):
        return "list"
    if isinstance(widget, RadioSelect | ChoiceWidget):
        return "group"
    return "text"


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """List the errors of a form above it, each a link to its field."""
    errors = [
        {"target": form[name].id_for_label or form[name].auto_id, "label": form[name].label, "texts": form.errors[name]}
        for name in form.errors
        if name in form.fields
    ]
    return {"errors": errors, "general": form.non_field_errors()}


@register.inclusion_tag("ui/components/chart.html")
def chart(drawing: Any) -> dict[str, Any]:
    """Show a chart: its finding, the drawing, and the same figures as a table."""
    return {"chart": drawing}


@register.simple_block_tag
def card(content: SafeString, title: str = "", level: int = 2) -> SafeString:
    """Put any content in a card: `{% card "Titre" %}…{% endcard %}`."""
    head = format_html('<div class="card-head"><h{}>{}</h{}></div>', level, title, level) if title else ""
    return format_html('<div class="card">{}{}</div>', head, content)


@register.simple_block_tag
def data_table(content: SafeString, caption: str, *, hidden_caption: bool = False) -> SafeString:
    """Frame `<thead>` and `<tbody>`: a caption, a head that stays, a region the keyboard can scroll."""
    hidden = ' class="visually-hidden"' if hidden_caption else ""
    return format_html(
        '<div class="table-region" role="region" aria-label="{}" tabindex="0"><table class="table">'
        "<caption{}>{}</caption>{}</table></div>",
        *(caption, SafeString(hidden), caption, content),
    )


@register.filter
def date_fr(on: date | None) -> str:
    return french.day(on) if on else ""


@register.filter
def date_short(on: date | None) -> str:
    return french.short_day(on) if on else ""


@register.filter
def month_fr(on: date | None) -> str:
    return french.month(on) if on else ""


@register.filter
def time_fr(at: datetime | time | None) -> str:
    return french.hour(at) if at else ""


@register.filter
def moment_fr(at: date | None) -> str:
    return french.moment(at) if at else ""


@register.filter
def moment_short(at: date | None) -> str:
    return french.short_moment(at) if at else ""


@register.filter
def moment_exact(at: datetime | None) -> str:
    return french.exact_moment(at) if at else ""


@register.filter
def enumeration(words: Sequence[str]) -> str:
    return french.enumeration(words)


@register.filter
def duration_fr(lasted: timedelta | None) -> str:
    return french.duration(lasted) if lasted is not None else ""


@register.filter
def age_fr(born: date | None, on: date) -> str:
    return french.age(born, on) if born else ""


@register.filter
def number_fr(value: float | None, decimals: int | None = None) -> str:
    return french.number(value, decimals) if value is not None else ""


@register.filter
def percent_fr(share: float | None, decimals: int = 1) -> str:
    return french.percent(share, decimals) if share is not None else ""


@register.filter
def euros(cents: int | None) -> str:
    return french.euros(cents) if cents is not None else ""


@register.filter
def phone_fr(digits: str | None) -> str:
    return french.phone(digits) if digits else ""


@register.filter
def ins_fr(matricule: str | None) -> str:
    return french.ins(matricule) if matricule else ""


@register.filter
def typo(text: str | None) -> str:
    return french.typography(text) if text else ""


@register.filter
def spaced(text: object) -> object:
    """Give a sentence its no-break spaces; what is no plain text, as a link already made, stays as it is."""
    return french.spacing(text) if isinstance(text, str) and not isinstance(text, SafeData) else text


@register.filter
def pluralize(value: object, forms: str = "s") -> str:
    """Agree as French does, in place of Django's: 0 and 1 are singular."""
    size = len(value) if isinstance(value, Sized) else abs(float(str(value)))
    return django_pluralize(2 if size >= 2 else 1, forms)
