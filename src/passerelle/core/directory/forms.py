from django import forms

from passerelle.core.directory import selectors


class ProfessionalSearchForm(forms.Form):
    q = forms.CharField(label="Nom, prénom ou RPPS", required=False, max_length=80)
    etablissement = forms.ChoiceField(label="Établissement", required=False)
    profession = forms.ChoiceField(label="Profession", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # the stubs spell each argument
        self.fields["etablissement"] = forms.ChoiceField(
            label="Établissement",
            required=False,
            choices=[("", "Tous"), *((row.code, row.short_name) for row in selectors.establishments())],
        )
        self.fields["profession"] = forms.ChoiceField(
            label="Profession",
            required=False,
            choices=[("", "Toutes"), *((name, name) for name in selectors.professions())],
        )
