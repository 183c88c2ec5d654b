"""What is typed at the doors of the patient space."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from passerelle.care.patientspace.rules.vocabulary import Means

_DIFFERENT = "Les deux mots de passe ne sont pas les mêmes."
_DAY = {"invalid": "Écrivez la date ainsi\u00a0: 31/12/1960.", "required": "Donnez votre date de naissance."}
DOCUMENTS = (
    ("", "Aucune"),
    ("carte nationale d’identité", "Carte nationale d’identité"),
    ("passeport", "Passeport"),
    ("titre de séjour", "Titre de séjour"),
    ("carte d’identité d’un autre pays d’Europe", "Carte d’identité d’un autre pays d’Europe"),
)


class InvitedForm(forms.Form):
    """The code received, and the second proof."""

    code = forms.CharField(
        label="Code d’invitation",
        max_length=40,
        help_text="Douze lettres et chiffres, par exemple\u00a0: BCDF-2345-GHJK.",
        error_messages={"required": "Donnez le code de votre courrier ou de votre message."},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )
    birth_date = forms.DateField(
        label="Votre date de naissance",
        input_formats=["%d/%m/%Y", "%d %m %Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"],
        help_text="Jour, mois, année\u00a0: 31/12/1960.",
        error_messages=_DAY,
        widget=forms.TextInput(attrs={"autocomplete": "bday", "inputmode": "numeric"}),
    )


class PasswordForm(forms.Form):
    """The address and the password of a new space."""

    email = forms.EmailField(
        label="Votre adresse électronique",
        help_text="Elle sert à vous connecter. Personne d’autre ne la voit.",
        error_messages={"required": "Donnez votre adresse.", "invalid": "Cette adresse n’est pas complète."},
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="Choisissez un mot de passe",
        help_text="Douze signes au moins. Une petite phrase convient très bien.",
        error_messages={"required": "Choisissez un mot de passe."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Le même, une seconde fois",
        error_messages={"required": "Écrivez le mot de passe une seconde fois."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", ValidationError(_DIFFERENT))
        return cleaned


class DeskForm(forms.Form):
    """How the desk gives the code, and which document it saw."""

    means = forms.ChoiceField(
        label="Comment donner le code",
        choices=[(one.value, one.label) for one in Means],
        widget=forms.RadioSelect,
        initial=Means.DESK.value,
        error_messages={"required": "Choisissez comment donner le code."},
    )
    document = forms.ChoiceField(label="Pièce d’identité vue", choices=DOCUMENTS, required=False)
