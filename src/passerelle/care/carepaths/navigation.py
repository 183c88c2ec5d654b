"""The doors of protocols: the patient's own, the team's, the steering one."""

from django.urls import reverse

from passerelle.care.forms.api import FillingRow, Return
from passerelle.core.access.api import Act, Kind
from passerelle.core.ui.api import NavEntry, Space, register_navigation


def back_to_mine(_row: FillingRow) -> Return:
    """Return where a questionnaire asked by a protocol leads back to."""
    return Return(reverse("carepaths:mine"), "Revenir à mon suivi")


def register() -> None:
    register_navigation(
        Space.PATIENT,
        NavEntry(
            label="Mon suivi", url_name="carepaths:mine", icon="check", kind=Kind.CARE_PLAN, action=Act.READ, order=28
        ),
    )
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Protocoles de soins",
            url_name="carepaths:home",
            icon="check",
            kind=Kind.CARE_PLAN,
            action=Act.SEARCH,
            order=24,
            summary="Qui suit quel protocole, ce qui est en retard, ce qui reste à faire aujourd’hui.",
        ),
    )
