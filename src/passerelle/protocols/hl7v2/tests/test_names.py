from __future__ import annotations

import pytest

from passerelle.protocols import hl7v2

SEGMENTS = [
    "MSH",
    "EVN",
    "PID",
    "PD1",
    "NK1",
    "MRG",
    "PV1",
    "PV2",
    "ZBE",
    "ZFA",
    "ZFD",
    "ZFM",
    "ZFP",
    "ZFV",
    "ZFS",
    "OBR",
    "OBX",
    "ORC",
    "TXA",
    "PRT",
    "MSA",
    "ERR",
    "IN1",
    "GT1",
    "AL1",
    "DG1",
    "ROL",
    "SCH",
    "RGS",
    "AIS",
    "AIL",
    "AIP",
    "MFI",
    "MFE",
    "LOC",
    "LCH",
    "LRL",
]


@pytest.mark.parametrize("segment", SEGMENTS)
def test_every_usual_segment_and_its_first_fields_have_a_french_name(segment):
    assert hl7v2.segment_name(segment)
    assert hl7v2.field_name(segment, 1)
    assert hl7v2.field_name(segment, 2)


@pytest.mark.parametrize(
    ("segment", "number", "label"),
    [
        ("MSH", 10, "Identifiant du message"),
        ("PID", 3, "Identifiants du patient"),
        ("PID", 18, "Numéro de dossier administratif (NDA)"),
        ("PID", 32, "Fiabilité de l’identité"),
        ("PV1", 44, "Date d’admission"),
        ("PV2", 9, "Date de sortie prévue"),
        ("ZBE", 9, "Nature du mouvement"),
        ("ZFA", 11, "Consentement à la consultation"),
        ("OBX", 5, "Valeur"),
        ("TXA", 12, "Identifiant unique du document"),
        ("ERR", 8, "Message pour l’utilisateur"),
        ("IN1", 36, "Numéro de contrat"),
        ("SCH", 25, "Statut"),
        ("LRL", 6, "Lieu lié"),
        ("MFE", 4, "Clé"),
    ],
)
def test_the_names_stand_at_the_right_numbers(segment, number, label):
    assert hl7v2.field_name(segment, number) == label


def test_what_is_not_known_has_no_name():
    assert hl7v2.segment_name("QQQ") is None
    assert hl7v2.field_name("PID", 400) is None
