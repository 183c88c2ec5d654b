"""The steps as forms: short, each optional thing said so, every choice with words."""

from typing import Any, Final

from django import forms

from passerelle.care.preadmission.rules.vocabulary import (
    Directives,
    Judgement,
    Need,
    PieceKind,
    Proof,
    Regime,
    Step,
    Transport,
    choices,
)

_ACCEPT: Final = {"accept": "image/jpeg,image/png,image/webp,application/pdf"}
_PHONE: Final = {"autocomplete": "tel", "inputmode": "tel"}
_UNREACHABLE: Final = (
    "Donnez un téléphone ou une adresse électronique\u00a0: l’hôpital doit pouvoir joindre cette personne."
)
_NO_PROOF: Final = "Ajoutez une photographie, ou cochez «\u00a0Je montrerai ma pièce à l’accueil\u00a0»."
_DAY: Final = {"invalid": "Écrivez la date ainsi\u00a0: 31/12/2026."}


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class StepForm(forms.Form):
    """A step: `answers` is what to keep, even from a page with errors. `is_minor` and `is_own` say who is concerned."""

    use_required_attribute = False
    #: Photographs that this step takes, by field.
    photographs: dict[str, PieceKind] = {}

    def __init__(
        self,
        *args: Any,
        is_minor: bool = False,
        is_own: bool = True,
        held: frozenset[PieceKind] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.is_minor, self.is_own, self.held = is_minor, is_own, held

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was understood, photographs apart."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in self.photographs and value not in (None, "")
        }


class IdentityForm(StepForm):
    """Who one is, shown on a photograph or at the desk."""

    photographs = {"front": PieceKind.ID_FRONT, "back": PieceKind.ID_BACK}

    is_right = forms.ChoiceField(
        label="Ces informations sont-elles justes ?",
        choices=[("oui", "Oui"), ("non", "Non, il y a une erreur")],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites si ces informations sont justes."},
    )
    what_is_wrong = forms.CharField(
        label="Ce qui est faux", max_length=300, required=False, help_text="L’accueil le corrigera avec vous."
    )
    proof = forms.ChoiceField(
        label="Quelle pièce avez-vous ?",
        choices=choices(Proof),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez votre pièce."},
    )
    front = forms.FileField(
        label="Photographie du recto",
        required=False,
        widget=forms.FileInput(attrs=_ACCEPT),
        help_text="Posez la pièce à plat, sans reflet. Ses quatre coins doivent se voir.",
    )
    back = forms.FileField(label="Photographie du verso", required=False, widget=forms.FileInput(attrs=_ACCEPT))
    promises_proof = forms.BooleanField(label="Je montrerai ma pièce à l’accueil", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        has_photograph = cleaned.get("front") or PieceKind.ID_FRONT in self.held
        if "front" not in self.errors and not has_photograph and not cleaned.get("promises_proof"):
            self.add_error("front", _NO_PROOF)
        return cleaned


class CoverageForm(StepForm):
    """Who pays."""

    photographs = {"vitale": PieceKind.VITALE, "mutuelle": PieceKind.MUTUELLE}

    regime = forms.ChoiceField(
        label="Votre caisse d’assurance maladie",
        choices=choices(Regime),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez votre caisse."},
    )
    is_fully_covered = forms.BooleanField(
        label="Je suis pris en charge à 100 % (ALD, maternité, invalidité)", required=False
    )
    mutuelle_name = forms.CharField(
        label="Nom de votre mutuelle", max_length=120, required=False, help_text="Laissez vide si vous n’en avez pas."
    )
    mutuelle_number = forms.CharField(label="Numéro d’adhérent", max_length=40, required=False)
    vitale = forms.FileField(
        label="Photographie de la carte Vitale ou de l’attestation",
        required=False,
        widget=forms.FileInput(attrs=_ACCEPT),
    )
    mutuelle = forms.FileField(
        label="Photographie de la carte de mutuelle", required=False, widget=forms.FileInput(attrs=_ACCEPT)
    )


class ContactsForm(StepForm):
    """How to reach the person, whom to warn, whom they trust."""

    phone = forms.CharField(
        label="Votre téléphone",
        max_length=30,
        widget=forms.TextInput(attrs=_PHONE),
        error_messages={"required": "Donnez un téléphone."},
    )
    email = forms.EmailField(label="Votre adresse électronique", required=False)
    address = forms.CharField(label="Votre adresse", max_length=300, required=False)
    warn_name = forms.CharField(
        label="Personne à prévenir\u00a0: nom et prénom",
        max_length=200,
        help_text="L’hôpital l’appelle s’il vous arrive quelque chose.",
        error_messages={"required": "Écrivez le nom d’une personne à prévenir."},
    )
    warn_tie = forms.CharField(label="Son lien avec vous", max_length=100, required=False)
    warn_phone = forms.CharField(
        label="Son téléphone",
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        error_messages={"required": "Donnez le téléphone de cette personne."},
    )
    trusted_name = forms.CharField(
        label="Personne de confiance\u00a0: nom et prénom",
        max_length=200,
        required=False,
        help_text="Elle dit ce que vous souhaitez si vous ne pouvez pas parler. Elle ne voit pas votre dossier.",
    )
    trusted_tie = forms.CharField(label="Lien avec la personne de confiance", max_length=100, required=False)
    trusted_phone = forms.CharField(
        label="Téléphone de la personne de confiance",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    trusted_email = forms.EmailField(label="Adresse électronique de la personne de confiance", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_minor or not self.is_own:
            for part in ("name", "tie", "phone", "email"):
                del self.fields[f"trusted_{part}"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("trusted_name") and not cleaned.get("trusted_phone") and not cleaned.get("trusted_email"):
            self.add_error("trusted_phone", _UNREACHABLE)
        return cleaned


class ConsentsForm(StepForm):
    """What one agrees to, and what one wishes."""

    agrees_information = forms.BooleanField(
        label="J’ai lu le livret d’accueil, ou je le lirai avant de venir",
        error_messages={"required": "Cochez cette case. Le livret peut aussi être demandé à l’accueil."},
    )
    agrees_messages = forms.ChoiceField(
        label="L’hôpital peut-il vous écrire pour cette venue ?",
        choices=[("oui", "Oui, par SMS et par courriel"), ("non", "Non")],
        widget=forms.RadioSelect,
        help_text="Un message ne dit jamais rien de votre santé.",
        error_messages={"required": "Choisissez une réponse."},
    )
    tells_presence = forms.ChoiceField(
        label="L’accueil peut-il dire que vous êtes là à qui le demande ?",
        choices=[("oui", "Oui"), ("non", "Non")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse."},
    )
    directives = forms.ChoiceField(
        label="Avez-vous écrit vos directives anticipées ?",
        choices=choices(Directives),
        widget=forms.RadioSelect,
        help_text="Elles disent les soins que vous voulez, ou refusez, si vous ne pouvez plus parler.",
        error_messages={"required": "Choisissez une réponse."},
    )
    both_parents = forms.ChoiceField(
        label="Qui signera l’autorisation de soins ?",
        choices=[
            ("deux", "Les deux parents"),
            ("un", "Un seul parent exerce l’autorité parentale"),
            ("tuteur", "Le tuteur"),
        ],
        widget=forms.RadioSelect,
        help_text="L’autorisation est à imprimer et à signer. Apportez-la le jour de la venue.",
        error_messages={"required": "Choisissez une réponse."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_minor or not self.is_own:
            del self.fields["directives"]
        if not self.is_minor:
            del self.fields["both_parents"]


class ArrivalForm(StepForm):
    """How one comes, with whom, and what to prepare."""

    transport = forms.ChoiceField(
        label="Comment viendrez-vous ?",
        choices=choices(Transport),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse."},
    )
    companion_name = forms.CharField(
        label="Qui vous raccompagne après ?",
        max_length=200,
        required=False,
        help_text="Après une anesthésie, vous ne pouvez ni conduire ni rentrer seul.",
    )
    companion_phone = forms.CharField(
        label="Téléphone de cette personne",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    needs = forms.MultipleChoiceField(
        label="De quoi aurez-vous besoin ?",
        choices=choices(Need),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    language = forms.CharField(
        label="Langue de l’interprète",
        max_length=60,
        required=False,
        help_text="Par exemple\u00a0: arabe, comorien, anglais.",
    )
    note = forms.CharField(label="Autre chose à nous dire pour votre accueil", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if Need.INTERPRETER.value in cleaned.get("needs", []) and not cleaned.get("language"):
            self.add_error("language", "Dites dans quelle langue.")
        return cleaned


FORMS: Final[dict[Step, type[StepForm]]] = {
    Step.IDENTITY: IdentityForm,
    Step.COVERAGE: CoverageForm,
    Step.CONTACTS: ContactsForm,
    Step.CONSENTS: ConsentsForm,
    Step.ARRIVAL: ArrivalForm,
}


class JudgeForm(forms.Form):
    """What the identity officer sees on the photograph, or on the original."""

    judgement = forms.ChoiceField(
        label="Ce que vous constatez",
        choices=[pair for pair in choices(Judgement) if pair[0] != Judgement.WAITING.value],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites ce que vous constatez."},
    )
    proof = forms.ChoiceField(label="Pièce", choices=[("", "Choisissez"), *choices(Proof)], required=False)
    valid_until = forms.DateField(label="Valable jusqu’au", required=False, widget=DayInput(), error_messages=_DAY)
    note = forms.CharField(
        label="Note pour l’accueil",
        max_length=300,
        required=False,
        help_text="Par exemple\u00a0: le nom d’usage diffère.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("judgement") == Judgement.VALIDATED.value and not cleaned.get("proof"):
            self.add_error("proof", "Dites quelle pièce vous avez vue.")
        return cleaned


class ReadyFilter(forms.Form):
    """Which comings to list."""

    etablissement = forms.ChoiceField(label="Établissement", required=False)
    jour = forms.DateField(label="Jour", required=False, widget=DayInput(), error_messages=_DAY)
    jours = forms.ChoiceField(
        label="Sur", required=False, choices=[("1", "un jour"), ("7", "une semaine"), ("30", "un mois")]
    )
    service = forms.CharField(label="Service", max_length=120, required=False)
    manque = forms.ChoiceField(
        label="Afficher",
        required=False,
        choices=[("", "Tous"), ("oui", "Ceux à qui il manque quelque chose"), ("prets", "Ceux qui sont prêts")],
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["etablissement"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the types
        field.choices = places
