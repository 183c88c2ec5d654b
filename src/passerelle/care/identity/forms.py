"""What an identity officer types."""

from django import forms


class SearchForm(forms.Form):
    """Find an identity. Sent by POST: names and numbers stay out of addresses and of their logs."""

    text = forms.CharField(
        label="Nom, prénom, date de naissance, IPP ou INS",
        max_length=120,
        help_text="Le début des noms suffit, en tout ordre. Exemple\u00a0: «\u00a0dur cam 05/08/1979\u00a0».",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Tapez un nom, un numéro ou une date de naissance."},
    )
