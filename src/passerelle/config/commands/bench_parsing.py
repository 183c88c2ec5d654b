"""The messages that reading is measured on, and the figures beside the `hl7` package."""

import importlib.util
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from django.conf import settings

from passerelle.protocols import pamfr
from passerelle.protocols.hl7v2 import benchmark

ROUNDS = 7
_PATIENTS = 20
_DOCUMENT_BYTES = range(150_000, 600_001, 50_000)  # 200 to 800 KB once in base64
_START = datetime(2026, 3, 2, 8, tzinfo=UTC)
_FACILITY = ("ESSAI", "1.2.250.1.999.1", "ISO")


def figures(rounds: int = ROUNDS) -> dict[str, float | None]:
    """Return our rate and its ratio to that of the `hl7` package; nothing where this package is not installed.

    The same bytes on both sides, every field of every segment read. `small` are administrative messages, `large` carry
    a document; `parse_ratio_examples` is on the official examples, None when they are not at hand.
    """
    if importlib.util.find_spec("hl7") is None:
        return {}
    small, large, found = list(admissions()), list(letters()), examples()
    on_small, on_large = benchmark.read_fields(small, rounds), benchmark.read_fields(large, rounds)
    on_all = benchmark.Seconds(on_small.ours + on_large.ours, on_small.theirs + on_large.theirs)
    return {
        "parse_per_s": round(len(small + large) / on_all.ours),
        "parse_ratio_small": on_small.ratio,
        "parse_ratio_large": on_large.ratio,
        "parse_ratio": on_all.ratio,
        "parse_ratio_examples": benchmark.read_fields(found, rounds).ratio if found else None,
    }


def admissions() -> Iterator[bytes]:
    """Yield stays as an establishment tells them: admission, transfer, discharge; invented, always the same."""
    for rank in range(_PATIENTS):
        for step, trigger in enumerate(("A01", "A02", "A03")):
            at = _START + timedelta(hours=rank, minutes=90 * step)
            event = pamfr.AdtEvent(
                trigger=trigger,
                occurred_at=at,
                recorded_at=at,
                patient=_patient(rank),
                visit=_visit(rank, discharged_at=at if trigger == "A03" else None),
                movement=pamfr.Movement(
                    identifiers=(pamfr.Identifier(f"M{rank}{step}", "", *_FACILITY),),
                    start=at,
                    medical_unit=pamfr.Unit("6268", "Chirurgie viscérale"),
                    care_unit=pamfr.Unit("6269", "Chirurgie – hospitalisation"),
                    nature="HMS" if trigger == "A01" else "M",
                ),
                identity_check=pamfr.IdentityCheck(mode="SM", checked_at=at, evidence="CN"),
            )
            yield pamfr.write(event, _envelope(f"A{rank}{step}"))


def letters() -> Iterator[bytes]:
    """Yield messages that carry a document of 200 to 800 KB in base64; its bytes are drawn, always the same."""
    random = Random("letters")  # noqa: S311 - invented bytes, not a secret
    for rank, size in enumerate(_DOCUMENT_BYTES):
        document = pamfr.InboundDocument(
            set_id=1,
            action="add",
            code="34112-3",
            code_system="LN",
            title="Compte rendu d’hospitalisation",
            mime="text/xml",
            content=random.randbytes(size),
            created_at=_START,
            author=_doctor(),
        )
        event = pamfr.DocumentEvent(
            kind="ORU",
            trigger="R01",
            occurred_at=_START,
            recorded_at=_START,
            patient=_patient(rank),
            visit=_visit(rank),
            order=pamfr.Order(f"P{rank}", f"F{rank}", "34112-3", "LN", "Compte rendu d’hospitalisation"),
            documents=(document,),
        )
        yield pamfr.write(event, _envelope(f"D{rank}"))


def examples() -> Sequence[bytes]:
    """Return the official examples, which are not part of the project; none when they are not at hand."""
    shared = Path(os.environ.get("PASSERELLE_SHARED") or settings.PASSERELLE_PROJECT.parent / "shared")
    return [path.read_bytes() for path in sorted((shared / "data" / "pam-fr").glob("*")) if path.is_file()]


def _envelope(control_id: str) -> pamfr.Envelope:
    return pamfr.Envelope("BANC", "ESSAI", "PASSERELLE", "GHT", control_id, processing_id="T")


def _patient(rank: int) -> pamfr.Patient:
    return pamfr.Patient(
        identifiers=(pamfr.Identifier(f"I{rank:06d}", "PI", *_FACILITY),),
        ins=None,
        status=pamfr.IdentityStatus.PROVISOIRE,
        attributes=frozenset({"FICT"}),
        traits=pamfr.Traits(
            birth_name=f"ESSAI{rank}",
            given_names=("Zoé", "Anaïs"),
            first_given="Zoé",
            birth_date=date(1950 + rank, 3, 28),
            sex="F",
            birth_place="13055",
            address=pamfr.Address("28 avenue de l’Essai", "", "Marseille", "13005", "FRA", "13205"),
            phone="0491000000",
        ),
        account=pamfr.Identifier(f"N{rank:06d}", "AN", *_FACILITY),
    )


def _visit(rank: int, discharged_at: datetime | None = None) -> pamfr.Visit:
    return pamfr.Visit(
        patient_class="I",
        location=pamfr.Location("CHIR", "101", str(rank), "ESSAI"),
        admission_type="R",
        attending=_doctor(),
        visit_number=pamfr.Identifier(f"V{rank:06d}", "VN", *_FACILITY),
        admitted_at=_START,
        discharged_at=discharged_at,
    )


def _doctor() -> pamfr.Practitioner:
    authority = ("ASIP-SANTE-PS", "1.2.250.1.71.4.2.1", "ISO")
    return pamfr.Practitioner("MARTIN", "Claude", pamfr.Identifier("90000000001", "RPPS", *authority))
