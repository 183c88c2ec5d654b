"""What the living page shows: each component in each of its states, with fictitious content."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.http import QueryDict

from passerelle.core.ui.charts import BarChart, LineChart, Marker, Series, Sparkline
from passerelle.core.ui.icons import icon_names
from passerelle.core.ui.tables import Column, Table

_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
_LABELS = [f"{_MONTHS[rank % 12]}\u00a0{25 + rank // 12}" for rank in range(18)]
_TIMONE = (6.2, 6.1, 6.3, 6.2, 6.0, 6.1, 6.2, 6.1, 6.0, 5.7, 5.4, 5.2, 5.1, 5.0, 5.1, 4.9, 4.9, 4.8)
_AUBAGNE = (5.8, 5.9, 5.8, 5.7, 5.9, 5.8, 5.8, 5.9, 5.7, 5.8, 5.7, 5.8, 5.6, 5.7, 5.8, 5.7, 5.6, 5.7)
_ALLAUCH = (5.2, 5.3, None, None, 5.1, 5.2, 5.3, 5.2, None, 5.2, 5.1, 5.2, 5.2, 5.1, 5.2, 5.0, 5.1, 5.1)


class ExampleForm(forms.Form):
    """Every kind of field."""

    family_name = forms.CharField(label="Nom de naissance", help_text="Comme sur la pièce d’identité, accents compris.")
    birth_date = forms.DateField(label="Date de naissance", help_text="Par exemple\u00a0: 05/08/1979.")
    establishment = forms.ChoiceField(
        label="Établissement", choices=[("", "Choisir"), ("arles", "Arles"), ("aubagne", "Aubagne")]
    )
    reason = forms.CharField(
        label="Motif", required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="Ce que le patient lira."
    )
    channel = forms.ChoiceField(
        label="Être prévenu par", choices=[("sms", "SMS"), ("courriel", "Courriel")], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label="J’ai lu la notice d’information")


class ExampleFilters(forms.Form):
    """A short search."""

    text = forms.CharField(label="Nom ou IPP", required=False)
    since = forms.DateField(label="Depuis le", required=False)


def living_page_context(given: QueryDict) -> dict[str, Any]:
    """Return every example; a `text` in the address fills the filters."""
    return {
        "palette": ("paper", "surface", "sunken", "line", "line-strong", "sea", "attention", "done", "danger"),
        "icon_names": sorted(icon_names()),
        "statuses": (
            ("done", "Acquitté"),
            ("attention", "À compléter"),
            ("danger", "Rejeté"),
            ("info", "Nouveau"),
            ("neutral", "Clos"),
        ),
        "origins": ("measured", "entered", "source", "estimated", "unsourced"),
        "form": ExampleForm(),
        "form_in_error": ExampleForm({"family_name": "Durand", "birth_date": "31/02/1979"}),
        "filters": ExampleFilters(given or None),
        "at": datetime(2026, 3, 1, 13, 30, tzinfo=UTC),
        "on": date(2026, 3, 1),
        **_tables(),
        **_charts(),
        **_stories(),
    }


def _tables() -> dict[str, Any]:
    columns = [
        Column("Établissement"),
        Column("Ville"),
        Column("Séjours", is_numeric=True),
        Column("Durée", is_numeric=True),
    ]
    rows = [
        ["La Timone", "Marseille", "1\u00a0284", "4,8"],
        ["Aubagne", "Aubagne", "312", "5,7"],
        ["Allauch", "Allauch", "masqué", "masqué"],
    ]
    return {
        "table": Table("Séjours de chirurgie par site, février 2026", columns, rows),
        "empty_table": Table("Séjours de chirurgie par site, mars 2026", columns),
    }


def _charts() -> dict[str, Any]:
    return {
        "line_chart": LineChart(
            title="À la Timone, le séjour raccourcit d’une journée après le début du projet, pas ailleurs",
            series=[
                Series("La Timone", _TIMONE),
                Series("Aubagne", _AUBAGNE),
                Series("Allauch", _ALLAUCH),
            ],
            x_labels=_LABELS,
            y_unit="jours",
            markers=[Marker(9)],
            note="Séjours de chirurgie programmée, moyenne par mois de sortie.",
        ),
        "bar_chart": BarChart(
            title="Martigues garde ses patients deux jours de plus que le groupe",
            labels=["Martigues", "Arles", "Salon-de-Provence", "Groupe", "Allauch"],
            values=[7.4, 6.1, 5.6, 5.4, None],
            y_unit="jours",
            highlighted=frozenset({"Martigues"}),
        ),
        "sparkline": Sparkline(name="Durée de séjour à la Timone", values=_TIMONE, y_unit="jours"),
    }


def _stories() -> dict[str, Any]:
    return {
        "trail": (("Soins", "/soins/"), ("Patients", "/soins/")),
        "facts": (
            "Née le 05/08/1979 (46\u00a0ans)",
            "Sexe\u00a0: F",
            "IPP\u00a0: 000123456",
            "INS 2 79 03 51 215 189 89",
        ),
        "pairs": (
            ("Médecin traitant", "Dr Fictif Martin"),
            ("Téléphone", "01\u00a023\u00a045\u00a067\u00a089"),
            ("Allergies", ""),
        ),
        "events": (
            {
                "icon": "hospital",
                "when": "1er\u00a0mars 2026 à 14\u00a0h\u00a030",
                "title": "Entrée en chirurgie, Aubagne",
                "href": "/ui/",
                "text": "Unité de chirurgie orthopédique.",
                "status_kind": "info",
                "status_label": "En cours",
            },
            {
                "icon": "document",
                "when": "12\u00a0février 2026",
                "title": "Compte rendu de consultation",
                "href": "/ui/",
                "text": "",
                "status_kind": "",
                "status_label": "",
            },
        ),
        "tabs": (
            {"label": "Séjours", "url": "/ui/", "is_current": True},
            {"label": "Documents", "url": "/ui/", "is_current": False},
            {"label": "Biologie", "url": "/ui/", "is_current": False},
        ),
    }
