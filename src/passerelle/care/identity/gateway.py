"""The door to INSi, as this installation is set up."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

from django.conf import settings

from passerelle.protocols.insi import api as insi

_INSTALLATION = UUID("6f0b2c7e-6d1b-4a3e-9d55-0a6f2d1f7c11")


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where INSi is and who we are; `is_simulated` when it is the simulator of this machine."""

    access: insi.Access
    operator: insi.Operator
    is_simulated: bool


def insi_gateway() -> Gateway | None:
    """Return the door to INSi, None when this installation has none."""
    told = settings.INSI
    if not told["address"]:
        return None
    access = insi.Access(
        address=told["address"],
        practice=insi.Practice(billing_identifier=told["billing_identifier"], sector=told["sector"]),
        software=insi.Software(
            authorisation=told["authorisation"],
            name="Passerelle",
            version="1.0",
            instance=str(uuid5(_INSTALLATION, told["billing_identifier"])),
        ),
        certificate=_path(told["certificate"]),
        key=_path(told["key"]),
        authority=_path(told["authority"]),
    )
    return Gateway(
        access, insi.Operator(told["billing_identifier"]), is_simulated=told["address"].startswith("http://")
    )


def _path(text: str) -> Path | None:
    return Path(text) if text else None
