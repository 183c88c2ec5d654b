"""What is typed about identities. Everything is sent by POST: names and numbers stay out of addresses and logs."""

from typing import Any

from django import forms

from passerelle.care.identity import imaging
from passerelle.core.directory import api as directory
from passerelle.protocols import ins

_PHOTOGRAPH = "image/jpeg,image/png,image/webp"


class SearchForm(forms.Form):
    """Find an identity."""

    text = forms.CharField(
        label="Nom, prénom, date de naissance, IPP ou INS",
        max_length=120,
        help_text="Le début des noms suffit, en tout ordre. Exemple\u00a0: «\u00a0dur cam 05/08/1979\u00a0».",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Tapez un nom, un numéro ou une date de naissance."},
    )


class EvidenceForm(forms.Form):
    """Say which proof of identity was seen."""

    code = forms.ChoiceField(
        label="Pièce présentée",
        choices=[("", "Choisir la pièce"), *sorted({(rule.code, rule.label) for rule in ins.EVIDENCE_RULES})],
        error_messages={"required": "Choisissez la pièce qui vous est présentée."},
    )
    situation = forms.ChoiceField(
        label="Situation",
        choices=[(one.value, one.label) for one in ins.Situation],
        required=False,
        widget=forms.RadioSelect,
        help_text="Les cas particuliers du référentiel national, en vigueur depuis janvier 2024.",
    )
    valid_until = forms.DateField(
        label="Valable jusqu’au",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="La date portée sur la pièce, quand elle en a une.",
    )
    mode = forms.ChoiceField(
        label="Comment l’identité a été relevée",
        choices=[(one.value, one.label) for one in ins.CollectionMode],
        initial=ins.CollectionMode.MANUAL,
    )
    is_same = forms.BooleanField(
        label="J’ai comparé les cinq traits avec la pièce : ils sont identiques".replace(" :", "\u00a0:"),
        error_messages={
            "required": "Comparez les cinq traits avec la pièce, puis cochez cette case. S’ils diffèrent, corrigez "
            "d’abord le dossier dans le logiciel de l’établissement."
        },
    )


class ReasonForm(forms.Form):
    """Say why, for whoever reads the history."""

    reason = forms.CharField(
        label="Pourquoi\u202f?",
        max_length=200,
        help_text="Sans nom ni donnée de santé\u00a0: ce motif reste dans l’histoire du dossier.",
        error_messages={"required": "Écrivez le motif en quelques mots."},
    )


class DatamatrixForm(forms.Form):
    """Read a datamatrix, by scanner or by photograph."""

    text = forms.CharField(
        label="Lecture à la douchette",
        required=False,
        max_length=1_000,
        strip=False,
        help_text="Placez le curseur ici, puis visez le code.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )
    photograph = forms.FileField(
        label="Ou une photographie du code",
        required=False,
        help_text="JPEG, PNG ou WebP, 8\u00a0Mo au plus. L’image est lue, puis oubliée\u00a0: rien n’en est gardé.",
        widget=forms.FileInput(attrs={"accept": _PHOTOGRAPH, "capture": "environment"}),
    )

    def clean(self) -> dict[str, Any]:
        """Read the code of whichever was given; `content` is what it says."""
        told = super().clean() or {}
        text, photograph = told.get("text") or "", told.get("photograph")
        try:
            if photograph is not None:
                if photograph.size > imaging.MAX_BYTES:
                    raise imaging.TooBig
                text = imaging.datamatrix_in(photograph.read())
            if not text.strip():
                self.add_error("text", "Visez un code à la douchette, ou choisissez une photographie.")
                return told
            told["content"] = ins.read_datamatrix(text)
        except imaging.UnreadablePhotograph as refusal:
            self.add_error("photograph", str(refusal.__doc__))
        except ins.DatamatrixError as refusal:
            self.add_error("photograph" if photograph else "text", f"Code illisible\u00a0: {refusal}.")
        return told


class CampaignForm(forms.Form):
    """Choose whose numbers to verify."""

    establishment = forms.ChoiceField(label="Établissement", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # the stubs spell each argument
        rows = [(row.code, row.short_name) for row in directory.establishments(with_test=True)]
        self.fields["establishment"] = forms.ChoiceField(
            label="Établissement", required=False, choices=[("", "Tout le groupement"), *rows]
        )
