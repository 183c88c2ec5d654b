"""Declare kinds of appointment, and what is told about them."""

from dataclasses import asdict, dataclass

from django.db import transaction

from passerelle.care.appointments.models import AppointmentKind, Instruction
from passerelle.care.appointments.selectors.rows import KindRow


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do for a kind at a site; `bring` is one thing per line, an empty text says nothing."""

    bring: str = ""
    fasting: str = ""
    treatments: str = ""
    come: str = ""
    call: str = ""
    phone: str = ""


@transaction.atomic
def define_kind(*, sheet: KindRow, siu_codes: tuple[str, ...] = ()) -> None:
    """Make a kind, or change the one of this code; `siu_codes` name it in messages and FHIR."""
    told = asdict(sheet)
    AppointmentKind.objects.update_or_create(code=told.pop("code"), defaults=told | {"siu_codes": list(siu_codes)})


@transaction.atomic
def advise(*, kind: str, site: str, advice: Advice) -> None:
    """Say what to do for a kind at a site (its code); "" stands for every kind, or every site."""
    Instruction.objects.update_or_create(kind_id=kind or None, site=site, defaults=asdict(advice))
