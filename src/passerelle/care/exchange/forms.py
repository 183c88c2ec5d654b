from django import forms

from passerelle.care.exchange.models import State
from passerelle.core.directory import api as directory


class SearchForm(forms.Form):
    q = forms.CharField(label="IPP, INS, NDA ou MSH-10", required=False, max_length=100)
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *State.choices])
    etablissement = forms.ChoiceField(label="Établissement", required=False)
    du = forms.DateField(
        label="Reçu depuis le", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    au = forms.DateField(
        label="Reçu jusqu’au", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    avant = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # the stubs spell each argument
        rows = directory.establishments(with_test=True)
        choices = [("", "Tous"), *((row.code, row.short_name) for row in rows)]
        self.fields["etablissement"] = forms.ChoiceField(label="Établissement", required=False, choices=choices)


class DecisionForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi ?",
        required=False,
        max_length=300,
        help_text="Sans nom ni donnée de santé : ce motif est journalisé.",
    )
