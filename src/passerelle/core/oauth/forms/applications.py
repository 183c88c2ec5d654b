"""The declaration of an application, and its review."""

import json
from datetime import date, timedelta
from typing import Any

from django import forms

from passerelle.core.directory import api as directory
from passerelle.core.oauth.models import ProofMeans, Purpose
from passerelle.core.oauth.rules.declaring import address_problems
from passerelle.core.oauth.rules.scopes import problems
from passerelle.core.oauth.services.applications import Wanted
from passerelle.protocols import smart

LONGEST = timedelta(days=366)
_NO_KEY_SET = "Ce n’est pas un jeu de clés JWKS."
_NO_DAY = "Un jour à venir, dans un an au plus tard."


class DeclarationForm(forms.Form):
    name = forms.CharField(label="Nom de l’application", max_length=100)
    description = forms.CharField(
        label="À quoi elle sert", max_length=300, help_text="Une phrase, lue par ceux à qui elle demandera."
    )
    establishment = forms.ChoiceField(label="Établissement qui en répond")
    contact = forms.EmailField(label="Adresse de qui prévenir")
    purpose = forms.ChoiceField(label="Elle vient", choices=Purpose.choices)
    proof_means = forms.ChoiceField(label="Elle prouve qui elle est par", choices=ProofMeans.choices)
    keys = forms.CharField(
        label="Clés publiques (JWKS)",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Quand elle prouve qui elle est par des clés. Les clés publiques seulement.",
    )
    return_addresses = forms.CharField(
        label="Adresses de retour",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Une par ligne, comparées au caractère près.",
    )
    launch_address = forms.CharField(
        label="Adresse de lancement", required=False, help_text="Pour l’ouvrir depuis un dossier."
    )
    scopes = forms.CharField(
        label="Ce qu’elle peut demander",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Portées SMART, séparées par des espaces : patient/Observation.rs, user/Encounter.rs…",
    )
    expires_on = forms.DateField(
        label="À revoir avant le", widget=forms.DateInput(attrs={"type": "date"}), help_text="Dans un an au plus tard."
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        rows = directory.establishments()
        self.fields["establishment"].choices = [(row.code, row.name) for row in rows]  # type: ignore[attr-defined]

    def clean_expires_on(self) -> date:
        return checked_end(self.cleaned_data["expires_on"], self.today)

    def clean_return_addresses(self) -> tuple[str, ...]:
        return _checked(tuple(self.cleaned_data["return_addresses"].split()))

    def clean_launch_address(self) -> str:
        return "".join(_checked(tuple(self.cleaned_data["launch_address"].split())))

    def clean_keys(self) -> dict[str, Any]:
        text = self.cleaned_data["keys"].strip()
        if not text:
            return {}
        try:
            return smart.read_key_set(json.loads(text))
        except smart.AssertionRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        except (ValueError, AttributeError, RecursionError) as unreadable:
            raise forms.ValidationError(_NO_KEY_SET) from unreadable

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        is_alone = told.get("purpose") == Purpose.ALONE
        for problem in problems(told.get("scopes", "").split(), is_alone=is_alone) if "scopes" in told else ():
            self.add_error("scopes", problem)
        if (told.get("proof_means") == ProofMeans.KEYS) != bool(told.get("keys")) and "keys" not in self.errors:
            self.add_error("keys", "Des clés, si et seulement si elle prouve ainsi qui elle est.")
        if is_alone and told.get("proof_means") == ProofMeans.NONE:
            self.add_error("proof_means", "Une application qui vient seule doit prouver qui elle est.")
        if not is_alone and not told.get("return_addresses") and "return_addresses" not in self.errors:
            self.add_error("return_addresses", "Il faut au moins une adresse de retour.")
        return told

    def wanted(self) -> Wanted:
        """Return what is declared, once valid."""
        told = self.cleaned_data
        return Wanted(
            name=told["name"],
            establishment=told["establishment"],
            purpose=Purpose(told["purpose"]),
            proof_means=ProofMeans(told["proof_means"]),
            description=told["description"],
            contact=told["contact"],
            scopes=tuple(dict.fromkeys(told["scopes"].split())),
            expires_on=told["expires_on"],
            return_addresses=told["return_addresses"],
            launch_address=told["launch_address"],
            keys=told["keys"],
        )


class ReviewForm(forms.Form):
    expires_on = forms.DateField(label="À revoir avant le", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_expires_on(self) -> date:
        return checked_end(self.cleaned_data["expires_on"], self.today)


def checked_end(told: date, today: date) -> date:
    if not today < told <= today + LONGEST:
        raise forms.ValidationError(_NO_DAY)
    return told


def _checked(addresses: tuple[str, ...]) -> tuple[str, ...]:
    wrong = address_problems(addresses)
    if wrong:
        raise forms.ValidationError([forms.ValidationError(text) for text in wrong])
    return addresses
