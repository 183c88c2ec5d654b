"""Telephone numbers as people write them, made E.164: France, its overseas departments and collectivities, abroad.

Source: Arcep, plan national de numérotation (0639 Mayotte; 0690, 0691 Guadeloupe; 0692, 0693 La Réunion; 0694 Guyane;
0696, 0697 Martinique; their 07 09 blocks; 0262, 0263, 0269, 0508, 0590, 0594, 0596 for fixed lines).
06 39 98 is kept for fiction in mainland France.
"""

import re
from collections.abc import Mapping
from typing import Final

_FICTION: Final = "063998"
_OVERSEAS: Final = {
    "0639": "262",
    "0692": "262",
    "0693": "262",
    "0262": "262",
    "0263": "262",
    "0269": "262",
    "0690": "590",
    "0691": "590",
    "0590": "590",
    "0694": "594",
    "0594": "594",
    "0696": "596",
    "0697": "596",
    "0596": "596",
}
#: 07 09 is shared out by its fifth digit.
_SHARED: Final = {"0": "590", "1": "590", "2": "262", "3": "262", "4": "594", "6": "596", "7": "596"}
_LENGTHS: Final[Mapping[str, int]] = {
    "33": 9,
    "262": 9,
    "590": 9,
    "594": 9,
    "596": 9,
    "508": 6,
    "681": 6,
    "687": 6,
    "689": 8,
}
_MOBILE: Final = re.compile(
    r"\+(33[67]\d{8}|590(69[01]|709)\d{6}|594(694|709)\d{6}|596(69[67]|709)\d{6}|262(639|69[23]|709)\d{6}"
    r"|508[45]\d{5}|6898[79]\d{6}|687[79]\d{5}|681[48]\d{5})"
)
_ABROAD: Final = range(7, 16)


class NotANumber(ValueError):
    """Ce n’est pas un numéro de téléphone complet."""


class NotMobile(ValueError):
    """Ce numéro est celui d’un téléphone fixe : il ne reçoit pas de SMS."""


def normal_number(text: str) -> str:
    """Return a number in E.164 (`+33639980012`).

    Raises:
        NotANumber: digits are missing, or it has something else than digits.
    """
    bare = re.sub(r"[\s().\u00a0\u202f/-]", "", text.replace("(0)", ""))
    if not re.fullmatch(r"(\+|00)?\d{6,16}", bare):
        raise NotANumber
    if bare.startswith(("+", "00")):
        return _international(re.sub(r"^(\+|00)", "", bare))
    if re.fullmatch(r"33[1-9]\d{8}", bare):
        return _international(bare)
    return _national(bare)


def mobile_number(text: str) -> str:
    """Return a number that can receive SMS, in E.164. A number abroad is taken as it is: only its operator knows.

    Raises:
        NotANumber: see `normal_number`.
        NotMobile: a fixed line of France or overseas.
    """
    number = normal_number(text)
    is_ours = any(number.startswith(f"+{code}") for code in _LENGTHS)
    if is_ours and not _MOBILE.fullmatch(number):
        raise NotMobile
    return number


def ending_of(recipient: str) -> str:
    """Return what a screen may show of a number or an address: « …12 », « …@exemple.fr »."""
    if "@" in recipient:
        return f"…@{recipient.rpartition('@')[2]}"[:20]
    return f"…{recipient[-2:]}" if recipient else ""


def _national(digits: str) -> str:
    if not re.fullmatch(r"0[1-9]\d{8}", digits) or digits.startswith("08"):
        raise NotANumber
    if digits.startswith("0508"):
        return f"+{digits[1:4]}{digits[4:]}"
    country = "33" if digits.startswith(_FICTION) else _OVERSEAS.get(digits[:4], "33")
    if digits.startswith("0709"):
        country = _SHARED.get(digits[4], "33")
    return f"+{country}{digits[1:]}"


def _international(digits: str) -> str:
    digits = re.sub(r"^(33|262|590|594|596)0(?=[1-9]\d{8}$)", r"\1", digits)
    if digits.startswith("33") and len(digits) == 11 and not digits.startswith("330"):
        return _national("0" + digits[2:])
    for code, length in _LENGTHS.items():
        if digits.startswith(code):
            if len(digits) - len(code) != length:
                raise NotANumber
            return f"+{digits}"
    if len(digits) not in _ABROAD or digits.startswith("0"):
        raise NotANumber
    return f"+{digits}"
