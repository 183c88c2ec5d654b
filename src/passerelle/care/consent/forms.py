"""What reviewers and the data-protection officer write."""

from django import forms

from passerelle.care.consent.rules.vocabulary import Nature, ProtectionReason


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


class RepresentationForm(forms.Form):
    """Who represents a person, on which paper."""

    representative = forms.UUIDField(
        label="Numéro du représentant dans l’annuaire des identités",
        help_text="Ouvrez sa fiche d’identité\u00a0: le numéro est dans l’adresse de la page.",
        error_messages={"required": "Donnez le numéro.", "invalid": "Ce numéro n’est pas complet."},
    )
    nature = forms.ChoiceField(label="À quel titre", choices=[(one.value, one.label) for one in Nature])
    evidence = forms.CharField(
        label="Pièce vue",
        max_length=200,
        help_text="Par exemple\u00a0: livret de famille, jugement de tutelle du 3 mars 2026.",
        error_messages={"required": "Notez la pièce que vous avez vue."},
    )


class ProtectionForm(forms.Form):
    """Why an identity is protected."""

    protect = forms.CharField(widget=forms.HiddenInput, initial="1")
    reason = forms.ChoiceField(label="Raison", choices=[(one.value, one.label) for one in ProtectionReason])
