"""What a team writes for a patient about a document."""

from django import forms


class SummaryForm(forms.Form):
    """Three lines at most."""

    text = forms.CharField(
        label="En trois lignes, pour le patient",
        max_length=420,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Une idée par ligne, en mots simples. Dites «\u00a0vous\u00a0».",
        error_messages={"required": "Écrivez au moins une ligne."},
    )
