"""Synthetic messages (fictitious patients), and the official examples when they are at hand."""

from __future__ import annotations

import os
import re
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[5]
EXAMPLES = Path(os.environ.get("PASSERELLE_SHARED") or _PROJECT.parent / "shared") / "data" / "pam-fr"

_PAM = "2.5^FRA^2.11|||||FRA|UNICODE UTF-8|FR||2.11^IHE_FRANCE-2.11-PAM"
_PID = (
    "PID|1||I-1042^^^ESSAI&1.2.3&ISO^PI~279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS||"
    "FICTIF^ANNE^ANNE LOUISE^^^^L~USUEL^ANNE^^^^^D||19790328|F|||1 RUE D\\T\\ESSAI^^ARLES^^13200^FRA^H~"
    "^^^^^^BDL^^13004||"
    "^PRN^PH^^^^^^^^^0400000000~^NET^Internet^anne@exemple.fr|||||N-77^^^ESSAI&1.2.3&ISO^AN|||||||||||20240401|N||"
    "VALI~FICT|20240306111153|ESSAI"
)
_PV1 = (
    "PV1|1|I|CARDIO^12^B^ESSAI|R|||801234567897^Réault^Pierre^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    "||||||||||||V-9^^^ESSAI&1.2.3&ISO^VN|||||||||||||||||8||||||||20240306110000|20240310080000||||||V"
)
_REST = (
    "PV2|||||||CS|20240306100000|20240310080000",
    "ZBE|312^ESSAI^1.2.3^ISO|20240306110000||INSERT|N|A01|Chir V^^^^^ESSAI&1.2.3&ISO^UF^^^6268|"
    "Soins^^^^^^UF^^^6269|HMS",
    "ZFA|ACTIF|20240306111154|||||||INO|20240306111154|IC|20240306111154",
    "ZFM|8|6||",
    "ZFD|31^2^1980||Y|N|INSI|20211201|CN",
)


def adt(trigger, *segments):
    header = f"MSH|^~\\&|GAM|ESSAI|DPI|ESSAI|20240306111154||ADT^{trigger}^ADT_A01|C-{trigger}|P|{_PAM}"
    return "\r".join([header, "EVN||20240306111154||||20240306110000|ESSAI", *segments, ""]).encode()


def oru(*segments):
    header = "MSH|^~\\&|SIL|ESSAI|DPI|ESSAI|202106060931||ORU^R01^ORU_R01|C-ORU|P|2.5|||||FRA|UNICODE UTF-8"
    return "\r".join([header, _PID, *segments, ""]).encode()


def mdm(trigger, *segments, txa="TXA|1|18748-4|TEXT|202212160932||||||||1.2.3.82^ESSAI|1.2.3.81^ESSAI||||AU"):
    header = f"MSH|^~\\&|RIS|ESSAI|DPI|ESSAI|202106060931||MDM^{trigger}^MDM_T02|C-{trigger}|P|2.6|||||FRA|8859/1"
    evn = "EVN||20211005152908||||20211005152900"
    return "\r".join([header, evn, _PID, "PV1|1|N", *([txa] if txa else []), *segments, ""]).encode("latin-1")


ADMISSION = adt("A01", _PID, _PV1, *_REST)
MERGE = adt("A40", _PID, "MRG|I-1041^^^ESSAI&1.2.3&ISO^PI|||")
RESULTS = oru(
    "ORC|NW|98^P|77^F",
    "OBR|1|98^P|77^F|24321-2^Ionogramme^LN|||20210606080000+0200",
    "OBX|1|NM|2951-2^Sodium^LN||138,5|mmol/L|135-145|N|||F|||20210606081500",
    "OBX|2|SN|2823-3^Potassium^LN||>^6.5|mmol/L|3.5-5.1|HH|||F",
    "OBX|3|ST|8251-1^Commentaire^LN||Hémolysé \\T\\ à refaire~le lendemain||||||F",
    "OBX|4|CWE|883-9^Groupe^LN||A^Groupe A^L||||||F",
    "OBX|5|ED|11502-2^CR d'examens^LN||^TEXT^XML^Base64^PGEvPg==||||||F",
    "OBX|6|CE|MASQUE_PS^Masqué^MetaDMPMSS||Y^^expandedYes-NoIndicator||||||F",
)
LETTER = mdm("T02", "OBX|1|ED|18748-4^CR d'imagerie^LN||^application^PDF^Base64^JVBERi0=||||||F")
SYNTHETIC = (ADMISSION, MERGE, RESULTS, LETTER)

PID, PV1, REST = _PID, _PV1, _REST
_LONG_BASE64 = re.compile(rb"[A-Za-z0-9+/=]{400,}")


def seeds():
    """The messages that mutants descend from; long documents are shortened, so that a mutant stays cheap."""
    found = list(SYNTHETIC)
    if EXAMPLES.is_dir():
        found += [_LONG_BASE64.sub(b"PGEvPg==", path.read_bytes()) for path in sorted(EXAMPLES.iterdir())]
    return found
