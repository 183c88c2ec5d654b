"""What the team types."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.words import Closing, Line, Rule, Severity
from passerelle.care.devices.services.monitoring import Wanted
from passerelle.core.notify import api as notify

_MOMENT = forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
_CHOOSE = ("", "Choisir…")
_WINDOWED = {Rule.RISE, Rule.DROP, Rule.MISSING}


class CloseForm(forms.Form):
    closing = forms.ChoiceField(
        label="Ce que vous avez fait", choices=[(one.value, one.label) for one in Closing], widget=forms.RadioSelect
    )
    done = forms.CharField(
        label="En quelques mots",
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text="Qui a été joint, ce qui a été décidé, ce qui reste à faire.",
    )


class ThresholdForm(forms.Form):
    quantity = forms.ChoiceField(
        label="Grandeur",
        choices=[(one.code, f"{one.long} ({one.shown})") for one in catalogue().quantities.values()],
    )
    rule = forms.ChoiceField(label="Règle", choices=[(one.value, one.label) for one in Rule if one is not Rule.SILENT])
    value = forms.DecimalField(label="Valeur", required=False, max_digits=10, decimal_places=3, localize=True)
    hours = forms.IntegerField(
        label="En combien d’heures",
        required=False,
        min_value=1,
        max_value=24 * 90,
        help_text="Pour une hausse, une baisse ou une mesure absente.",
    )
    severity = forms.ChoiceField(label="Gravité", choices=[(one.value, one.label) for one in Severity])
    reason = forms.CharField(label="Raison", max_length=300)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        rule = Rule(told["rule"]) if told.get("rule") else None
        if rule in _WINDOWED and not told.get("hours"):
            self.add_error("hours", "Dites en combien d’heures.")
        if rule is not None and rule is not Rule.MISSING:
            self._check_value(told)
        return told

    def _check_value(self, told: dict[str, Any]) -> None:
        value, quantity = told.get("value"), catalogue().quantities.get(told.get("quantity", ""))
        if value is None:
            self.add_error("value", "Donnez une valeur.")
        elif quantity and told["rule"] in {"above", "below"} and not quantity.is_possible(value):
            low, high = quantity.possible
            self.add_error("value", f"Une valeur entre {low} et {high} {quantity.shown} est attendue.")

    @property
    def wanted(self) -> Wanted:
        told = self.cleaned_data
        rule = Rule(told["rule"])
        return Wanted(
            quantity=told["quantity"],
            rule=rule,
            severity=Severity(told["severity"]),
            value=None if rule is Rule.MISSING else told["value"],
            hours=told["hours"] if rule in _WINDOWED else None,
            reason=told["reason"],
        )


class BeginForm(forms.Form):
    establishment = forms.ChoiceField(label="Établissement")
    protocol = forms.ChoiceField(
        label="Protocole",
        choices=[(one.code, one.label) for one in catalogue().protocols.values()],
        help_text="Ses seuils sont en vigueur aussitôt\u202f; vous les changez ensuite pour cette personne.",
    )
    team = forms.CharField(label="Équipe qui suit", max_length=120)
    phone = forms.CharField(label="Téléphone de l’équipe", max_length=30, required=False)

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["establishment"] = forms.ChoiceField(label="Établissement", choices=places)


class RegisterForm(forms.Form):
    model_code = forms.ChoiceField(
        label="Modèle", choices=[(one.code, f"{one.label} ({one.kind.label})") for one in catalogue().models.values()]
    )
    serial = forms.CharField(label="Numéro de série", max_length=60)
    udi = forms.CharField(label="Identifiant unique (IUD)", max_length=120, required=False)
    establishment = forms.ChoiceField(label="Établissement")

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["establishment"] = forms.ChoiceField(label="Établissement", choices=places)


class LendForm(forms.Form):
    person_id = forms.UUIDField(widget=forms.HiddenInput)
    device_id = forms.ChoiceField(label="Appareil prêt à remettre")
    due_on = forms.DateField(label="À rendre le", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def __init__(self, *args: Any, devices: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["device_id"] = forms.ChoiceField(label="Appareil prêt à remettre", choices=devices)


class NoteForm(forms.Form):
    note = forms.CharField(label="Précision", max_length=300, required=False)


class PlaceForm(forms.Form):
    place = forms.CharField(label="Où est l’appareil", max_length=120, required=False)


class SettleForm(forms.Form):
    decision = forms.ChoiceField(
        label="Que faire de ce message",
        choices=[("discarded", "L’écarter"), ("kept", "L’accepter pour la personne choisie")],
        widget=forms.RadioSelect,
    )
    pairing = forms.TypedChoiceField(label="Pour qui", coerce=int, required=False, empty_value=None)
    measured_at = forms.DateTimeField(
        label="Moment de la mesure", required=False, widget=_MOMENT, input_formats=["%Y-%m-%dT%H:%M"]
    )
    note = forms.CharField(label="Raison", max_length=300, help_text="Elle reste avec le message.")

    def __init__(self, *args: Any, turns: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["pairing"]
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [_CHOOSE, *turns]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("decision") == "kept":
            for name, missing in (("pairing", "Dites pour qui."), ("measured_at", "Dites quand.")):
                if not told.get(name):
                    self.add_error(name, missing)
        return told


class RecipientForm(forms.Form):
    establishment = forms.ChoiceField(label="Établissement")
    line = forms.ChoiceField(label="Ligne", choices=[(one.value, one.label) for one in Line])
    label = forms.CharField(label="Qui", max_length=120, help_text="Une fonction, ou un nom.")
    channel = forms.ChoiceField(label="Par", choices=[("email", "Courriel"), ("sms", "SMS")])
    address = forms.CharField(label="Adresse ou numéro de mobile", max_length=254)

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["establishment"] = forms.ChoiceField(label="Établissement", choices=places)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("channel") == "sms":
            try:
                notify.mobile_number(told.get("address", ""))
            except (notify.NotANumber, notify.NotMobile):
                self.add_error("address", "Ce n’est pas un numéro de mobile.")
        elif told.get("address"):
            forms.EmailField().run_validators(told["address"])
        return told


def today() -> str:
    """Return the present moment as a field shows it."""
    return timezone.localtime().strftime("%Y-%m-%dT%H:%M")
