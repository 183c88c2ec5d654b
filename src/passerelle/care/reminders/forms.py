from datetime import date

from django import forms


class BirthDateForm(forms.Form):
    """One question, in three boxes as on official forms."""

    day = forms.IntegerField(label="Jour", min_value=1, max_value=31)
    month = forms.IntegerField(label="Mois", min_value=1, max_value=12)
    year = forms.IntegerField(label="Année", min_value=1900, max_value=2100)

    def clean(self) -> dict[str, object]:
        told: dict[str, object] = super().clean() or {}
        if {"day", "month", "year"} <= told.keys():
            try:
                told["birth_date"] = date(
                    self.cleaned_data["year"], self.cleaned_data["month"], self.cleaned_data["day"]
                )
            except ValueError:
                self.add_error("day", "Cette date n’existe pas.")
        return told


class SlotForm(forms.Form):
    """Where to move to: one of the places shown."""

    slot = forms.ChoiceField(label="Choisissez un moment", widget=forms.RadioSelect)

    def __init__(self, *args: object, slots: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments, passed on
        self.fields["slot"].choices = slots  # type: ignore[attr-defined]  # a choice field has choices


class ReachForm(forms.Form):
    sms = forms.BooleanField(label="Par SMS", required=False)
    email = forms.BooleanField(label="Par courriel", required=False)


class SearchForm(forms.Form):
    etablissement = forms.ChoiceField(label="Établissement", required=False)

    def __init__(self, *args: object, choices: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # the same
        self.fields["etablissement"].choices = choices  # type: ignore[attr-defined]  # the same
