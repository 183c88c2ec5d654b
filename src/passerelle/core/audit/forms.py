from django import forms

from passerelle.core.audit.actions import Action, Outcome
from passerelle.core.audit.selectors.journal import JournalQuery


class DayInput(forms.DateInput):
    input_type = "date"


class JournalForm(forms.Form):
    person_id = forms.UUIDField(label="Numéro de personne", required=False)
    actor = forms.CharField(label="Acteur", required=False, max_length=100)
    action = forms.ChoiceField(
        label="Action", required=False, choices=[("", "Toutes"), *((each.value, each.label) for each in Action)]
    )
    outcome = forms.ChoiceField(
        label="Issue", required=False, choices=[("", "Toutes"), *((each.value, each.label) for each in Outcome)]
    )
    first_day = forms.DateField(label="Du", required=False, widget=DayInput(format="%Y-%m-%d"))
    last_day = forms.DateField(label="Au", required=False, widget=DayInput(format="%Y-%m-%d"))
    before_id = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def query(self) -> JournalQuery:
        """Return what is looked for; a field that cannot be read is an error shown, and looks for nothing less."""
        return JournalQuery(**self.cleaned_data) if self.is_valid() else JournalQuery()
