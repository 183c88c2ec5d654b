"""What is written to a team, and back."""

from typing import Self
from uuid import UUID

from django import forms

from passerelle.care.messaging.rules.clock import delay_in_words


class WriteForm(forms.Form):
    """A message of a patient; a new thread has a subject."""

    subject = forms.CharField(
        label="De quoi s’agit-il\u00a0?",
        max_length=120,
        help_text="Quelques mots, par exemple\u00a0: ma prochaine ordonnance.",
        error_messages={"required": "Dites en quelques mots de quoi il s’agit."},
    )
    text = forms.CharField(
        label="Votre message",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": "Écrivez votre message."},
    )
    piece = forms.FileField(
        label="Joindre une photo ou un PDF",
        required=False,
        help_text="Facultatif. Un document de 10\u00a0Mo au plus.",
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )
    is_secret = forms.BooleanField(label="Mes parents ne voient pas cet échange", required=False)

    def __init__(self, *args: object, is_new: bool, is_young: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what Django's forms take
        if not is_new:
            del self.fields["subject"]
        if not is_new or not is_young:
            del self.fields["is_secret"]


class SeenForm(forms.Form):
    """The last message that was on the page."""

    seen = forms.UUIDField(required=False, widget=forms.HiddenInput())


class AnswerForm(SeenForm):
    """The answer of a team."""

    text = forms.CharField(
        label="Votre réponse",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Le patient la voit tout de suite. En mots simples, sans sigle.",
        error_messages={"required": "Écrivez votre réponse."},
    )
    is_last = forms.BooleanField(label="Clore l’échange après cette réponse", required=False)


class TemplateForm(forms.Form):
    """An answer given often."""

    title = forms.CharField(label="Titre", max_length=120, error_messages={"required": "Donnez un titre."})
    text = forms.CharField(
        label="Texte",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Écrivez le texte."},
    )


class PromiseForm(forms.Form):
    """Within how long a team answers."""

    team = forms.UUIDField(widget=forms.HiddenInput())
    hours = forms.TypedChoiceField(
        label="Nous répondons sous",
        coerce=int,
        choices=tuple((hours, delay_in_words(hours)) for hours in (4, 12, 24, 48, 72, 96, 120, 168)),
        help_text="Les messages déjà reçus gardent le délai annoncé au patient.",
    )

    @classmethod
    def of(cls, team_id: UUID, hours: int, *, prefix_of_ids: str) -> Self:
        """Return the form of one team, with what it promises now."""
        return cls(initial={"team": team_id, "hours": hours}, auto_id=f"id_{prefix_of_ids}_%s")
