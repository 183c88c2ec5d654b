"""Channels declared for the time of a test, for the fictitious establishment « essai »."""

from pathlib import Path

from passerelle.care.channels import api as channels
from passerelle.care.exchange.tests.samples import AT
from passerelle.core.audit import api as audit

BY = audit.Actor(account_id=None, name="Essai", role="integrator")
MLLP = """\
channel: essai-gam
label: Gestion administrative d’essai
establishment: essai
source: {door: mllp, facilities: [CHU-X], applications: [GAM]}
profile: {family: pam-fr}
"""
FOLDER = """\
channel: essai-depot
label: Dépôt d’essai
establishment: essai
source:
  door: folder
  facilities: [CHU-X]
  options: {folder: depot, settle_seconds: 1}
profile: {family: document}
"""
FHIR = """\
channel: essai-fhir
label: FHIR d’essai
establishment: essai
source: {door: fhir, facilities: [CHU-X]}
profile: {family: fhir-r4}
"""


def declare(folder: Path, *texts: str) -> None:
    """Bring channels in; a code that is there already gets a new version."""
    folder = folder / "declared"
    folder.mkdir(exist_ok=True)
    for rank, text in enumerate(texts):
        (folder / f"{rank}.yaml").write_text(text, encoding="utf-8")
    channels.load_folder(path=folder, by=BY, at=AT)
