"""Declarations written for tests; the senders are those of the fictitious directory."""

from datetime import UTC, datetime
from pathlib import Path

from passerelle.core.audit import api as audit

MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BY = audit.Actor(account_id=None, name="Irène Intégratrice", role="integrator")
CHANNEL = """\
channel: martigues-laboratoire
label: Laboratoire de Martigues
establishment: martigues
source:
  door: mllp
  facilities: [CH-MARTIGUES]
  applications: [SIL]
profile:
  family: pam-fr
  messages: [ORU^R01]
  validation: report
contract:
  acknowledge: stored
mapping:
  - set: PV1-10
    to: "181"
    when: {PV1-10: ""}
  - translate: PV1-2
    table: {H: I}
destinations: [archive]
silence: {minutes: 40, from: "07:00", to: "20:00", days: [mon, tue, wed, thu, fri]}
"""
DESTINATION = """\
destination: archive
label: Archive
transport: {kind: file, options: {folder: archive}}
sends: ["ADT^*"]
changes: true
"""


def write(folder: Path, **files: str) -> Path:
    """Write `<name>.yaml` for each text."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder
