"""What reviewers and the data-protection officer write."""

from django import forms


class ReviewForm(forms.Form):
    """The verdict on an emergency access."""

    verdict = forms.ChoiceField(
        label="Votre avis",
        choices=[("justified", "Justifié\u00a0: il répondait à une urgence"), ("not", "Non justifié\u00a0: à traiter")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un avis."},
    )
    note = forms.CharField(
        label="Note",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ce que vous avez vérifié, et auprès de qui. Aucune information médicale.",
        error_messages={"required": "Écrivez ce que vous avez vérifié."},
    )


class AnswerForm(forms.Form):
    """The answer to a patient."""

    text = forms.CharField(
        label="Votre réponse au patient",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Elle s’affiche dans son espace. En mots simples, sans sigle.",
        error_messages={"required": "Écrivez votre réponse."},
    )
