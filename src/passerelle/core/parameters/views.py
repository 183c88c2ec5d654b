"""The page of legal parameters. Its access rule is put on it by the root addresses: this package is below access."""

from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.core.parameters import selectors


class DayForm(forms.Form):
    jour = forms.DateField(
        label="En vigueur le",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


@require_safe
def in_force(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    form = DayForm(request.GET or None, initial={"jour": today})
    asked: date | None = form.cleaned_data.get("jour") if form.is_valid() else None
    on = asked or today
    rows = [(parameter, parameter.is_overdue(today)) for parameter in selectors.parameters_in_force(on)]
    context = {"form": form, "on": on, "rows": rows, "overdue_count": sum(is_overdue for _, is_overdue in rows)}
    return render(request, "parameters/in_force.html", context)
