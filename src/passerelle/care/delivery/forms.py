from django import forms

from passerelle.care.delivery.models import State
from passerelle.care.delivery.selectors.items import ItemSearch


class SearchForm(forms.Form):
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *State.choices])
    type = forms.CharField(label="Type, comme ADT^A40", required=False, max_length=30)
    mots = forms.CharField(label="Mots de l’explication", required=False, max_length=100)
    avant = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def search(self) -> ItemSearch:
        asked = self.cleaned_data if self.is_valid() else {}
        return ItemSearch(asked.get("etat", ""), asked.get("type", ""), asked.get("mots", ""), asked.get("avant"))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi ?",
        max_length=300,
        help_text="Sans nom ni donnée de santé : ce motif est journalisé.",
    )
