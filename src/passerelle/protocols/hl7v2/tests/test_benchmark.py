from __future__ import annotations

import pytest

from passerelle.protocols.hl7v2.benchmark import compare

ADT = (
    "MSH|^~\\&|GAM|CHU-X|DPI|CHU-X|20240306111154||ADT^A01^ADT_A01|3975|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|FR\r"
    "EVN||20240306111154||||20240306110000\r"
    "PID|1||000003^^^CHU-X&000897406&N^PI~279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS||"
    "PAT-TROIS^DOMINIQUE^DOMINIQUE^^^^L||19790328|F|||28 Av de Breteuil^^PARIS^^75007^FRA^H~^^^^^^BDL^^63220|||||S||"
    "24000006^^^CHU-X&000897406&M^AN|||||||1|||||N||VALI\r"
    "PV1|1|I|^^^CHU-X&000897406&M^O^^|R|||801234567897^Réault^Pierre^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D|||||||"
    "||N|||000897406^^^CHU-X&000897406&M^VN|||N||||||||||||||4||||||||20240306110000|||||||V\r"
    "ZBE|312^CHU-X^000897406|20240306110000||INSERT|N||Chir V^^^^^CHU-X&000897406&N^UF^^^6268||HMS\r"
).encode()


def test_the_measure_tells_both_rates_and_their_ratio_for_fields_and_leaves():
    figures = compare([ADT], rounds=2)

    assert figures["messages"] == 1
    assert figures["bytes"] == len(ADT)
    for reading in ("fields", "leaves"):
        ratio = figures[f"{reading}_ours_per_second"] / figures[f"{reading}_hl7_per_second"]
        assert figures[f"{reading}_ratio"] == pytest.approx(ratio, rel=0.01, abs=0.06)
