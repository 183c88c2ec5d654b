from django import forms

from passerelle.care.channels import api as channels
from passerelle.care.exchange.models import State
from passerelle.care.exchange.rules.naming import EVENTS
from passerelle.care.exchange.selectors.asked import Search
from passerelle.core.directory import api as directory


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class SearchForm(forms.Form):
    q = forms.CharField(label="IPP, INS, NDA ou MSH-10", required=False, max_length=100)
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *State.choices])
    type = forms.ChoiceField(label="Type", required=False)
    etablissement = forms.ChoiceField(label="Établissement", required=False)
    canal = forms.CharField(label="Canal", required=False, max_length=620)
    erreur = forms.CharField(label="Erreur (PID-3, ou un mot)", required=False, max_length=100)
    du = _day("Reçu depuis le")
    au = _day("Reçu jusqu’au")
    avant = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # the stubs spell each argument
        rows = directory.establishments(with_test=True)
        choices = [("", "Tous"), *((row.code, row.short_name) for row in rows)]
        self.fields["etablissement"] = forms.ChoiceField(label="Établissement", required=False, choices=choices)
        kinds = [("", "Tous"), *((code, f"{code} : {name}".replace(" :", "\u00a0:")) for code, name in EVENTS.items())]
        self.fields["type"] = forms.ChoiceField(label="Type", required=False, choices=kinds)
        self.fields["canal"] = forms.ChoiceField(label="Canal", required=False, choices=self._channels())

    def _channels(self) -> list[tuple[str, str]]:
        """Offer the declared channels, and the sender asked for in the address when it has none."""
        known = [(channel.code, channel.label) for channel in channels.active_channels()]
        asked = str(self.data.get("canal", ""))[:620]
        other = [(asked, asked.replace("|", " · "))] if "|" in asked else []
        return [("", "Tous"), *known, *other]

    def search(self) -> Search:
        """Return what is asked, once the form is valid."""
        asked = self.cleaned_data
        return Search(
            text=asked.get("q", ""),
            state=asked["etat"],
            establishment=asked["etablissement"],
            kind=asked["type"],
            error=asked["erreur"],
            channel=asked["canal"],
            first_date=asked["du"],
            last_date=asked["au"],
            before=asked["avant"],
        )

    def told(self) -> str:
        """Return the criteria in words, for whoever reads them later."""
        parts = []
        for name in ("etat", "type", "etablissement", "canal", "erreur", "du", "au"):
            value = self.cleaned_data[name]
            if value:
                label = dict(getattr(self.fields[name], "choices", ())).get(value, value)
                parts.append(f"{self.fields[name].label}\u00a0: {label}")
        return "\u202f; ".join(parts) or "tous les messages"


class RunFilterForm(SearchForm):
    """The same filters but the identifier: a patient is replayed message by message."""

    q = None  # type: ignore[assignment]  # how Django takes a field away


class DecisionForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi\u202f?",
        required=False,
        max_length=300,
        help_text="Sans nom ni donnée de santé\u00a0: ce motif est journalisé.",
    )


class CopyForm(forms.Form):
    text = forms.CharField(
        label="Message, un segment par ligne",
        max_length=2_000_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "wrap": "off", "class": "mono"}),
    )
    reason = forms.CharField(
        label="Pourquoi cette copie\u202f?",
        required=False,
        max_length=200,
        help_text="Sans nom ni donnée de santé\u00a0: ce motif est journalisé.",
    )
