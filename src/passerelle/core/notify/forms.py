from django import forms

from passerelle.core.notify.models import State
from passerelle.core.notify.selectors.queue import Search


class SearchForm(forms.Form):
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *State.choices])
    empreinte = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    avant = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def search(self) -> Search:
        asked = self.cleaned_data if self.is_valid() else {}
        return Search(asked.get("etat", ""), asked.get("empreinte", ""), asked.get("avant"))


class RecipientForm(forms.Form):
    recipient = forms.CharField(
        label="Numéro ou adresse, en entier",
        max_length=254,
        help_text="Cherché par son empreinte : il n’est écrit ni dans l’adresse de la page ni dans un journal.",
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi ?", max_length=300, help_text="Sans nom ni donnée de santé : ce motif est journalisé."
    )


class PhoneForm(forms.Form):
    text = forms.CharField(label="Répondre", max_length=160)
