"""What a patient decides, one thing per form."""

from datetime import date, datetime
from typing import Any

from django import forms

from passerelle.care.consent import api as consent

_LEVEL_HELP = {
    consent.Level.SUMMARY: "L’essentiel\u00a0: allergies, maladies, traitements, vaccins, implants",
    consent.Level.ALL: "Tout le dossier, sauf les documents que vous masquez",
    consent.Level.ALL_MASKED: "Tout le dossier, même les documents que vous masquez",
}
_PAST = "Ce jour est déjà passé."
_UNREACHABLE = "Donnez un téléphone ou une adresse\u00a0: l’hôpital doit pouvoir joindre cette personne."
_DAY = {"invalid": "Écrivez la date ainsi\u00a0: 31/12/2026."}


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class FindForm(forms.Form):
    """Whom to look for in the directory."""

    q = forms.CharField(label="Nom du professionnel ou de l’hôpital", max_length=80, required=False)


class TeamForm(forms.Form):
    """How much a member of the care team sees, and until when."""

    level = forms.ChoiceField(
        label="Ce que cette personne peut voir",
        choices=[(level.value, text) for level, text in _LEVEL_HELP.items()],
        widget=forms.RadioSelect,
        initial=consent.Level.ALL.value,
        error_messages={"required": "Choisissez ce que cette personne peut voir."},
    )
    last_day = forms.DateField(
        label="Dernier jour",
        required=False,
        widget=DayInput(),
        help_text="Laissez vide\u00a0: jusqu’à ce que vous retiriez cette personne.",
        error_messages=_DAY,
    )
    is_main_doctor = forms.BooleanField(label="C’est mon médecin traitant", required=False)

    def __init__(self, *args: Any, today: date, is_doctor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        if not is_doctor:
            del self.fields["is_main_doctor"]

    def clean_last_day(self) -> date | None:
        last: date | None = self.cleaned_data["last_day"]
        if last is not None and last < self.today:
            raise forms.ValidationError(_PAST)
        return last

    @property
    def ends_at(self) -> datetime | None:
        """Return the exclusive end, None when none is told."""
        last = self.cleaned_data["last_day"]
        return consent.end_of_day(last) if last else None


class TrustedForm(forms.Form):
    """The trusted person."""

    name = forms.CharField(
        label="Nom et prénom", max_length=200, error_messages={"required": "Écrivez le nom de cette personne."}
    )
    tie = forms.CharField(
        label="Lien avec vous", max_length=100, required=False, help_text="Par exemple\u00a0: ma sœur."
    )
    phone = forms.CharField(label="Téléphone", max_length=30, required=False)
    email = forms.EmailField(label="Adresse électronique", required=False)
    is_signed = forms.BooleanField(label="Cette personne a signé avec moi et accepte", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("phone") and not cleaned.get("email"):
            raise forms.ValidationError(_UNREACHABLE)
        return cleaned


class RelativeForm(forms.Form):
    """Whom to let in, and until when."""

    name = forms.CharField(
        label="Nom de votre proche", max_length=200, error_messages={"required": "Écrivez le nom de votre proche."}
    )
    last_day = forms.DateField(
        label="Dernier jour",
        widget=DayInput(),
        help_text="Ce jour passé, l’accès se ferme de lui-même.",
        error_messages=_DAY | {"required": "Choisissez un dernier jour."},
    )

    @property
    def ends_at(self) -> datetime:
        """Return the exclusive end."""
        return consent.end_of_day(self.cleaned_data["last_day"])


class RelativeCodeForm(forms.Form):
    """The code that a relative gave, and the second proof."""

    code = forms.CharField(
        label="Code donné par votre proche",
        max_length=40,
        error_messages={"required": "Recopiez le code de votre proche."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    birth_date = forms.DateField(
        label="Date de naissance de votre proche",
        input_formats=["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"],
        help_text="Jour, mois, année\u00a0: 31/12/1960.",
        error_messages=_DAY | {"required": "Donnez la date de naissance de votre proche."},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


class QuestionForm(forms.Form):
    """What to ask, or to report, to the data-protection officer."""

    kind = forms.ChoiceField(
        label="Vous voulez",
        choices=[("question", "Poser une question"), ("signalement", "Signaler un accès qui n’est pas normal")],
        widget=forms.RadioSelect,
        initial="question",
    )
    text = forms.CharField(
        label="Votre message",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="N’écrivez pas d’information médicale\u00a0: elle n’est pas utile pour vous répondre.",
        error_messages={"required": "Écrivez votre message."},
    )


class AccessFilter(forms.Form):
    """What to keep of the list of accesses."""

    WHAT = (("", "Tout"), ("urgence", "Accès d’urgence"), ("document", "Documents ouverts"))
    quoi = forms.ChoiceField(label="Afficher", choices=WHAT, required=False)
    depuis = forms.DateField(label="Depuis le", required=False, widget=DayInput(), error_messages=_DAY)
    jusqu = forms.DateField(label="Jusqu’au", required=False, widget=DayInput(), error_messages=_DAY)
