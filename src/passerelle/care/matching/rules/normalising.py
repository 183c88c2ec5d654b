"""French names, addresses and numbers brought to a form that can be compared."""

import re
import unicodedata
from functools import lru_cache
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l"})
_APOSTROPHES: Final = re.compile(r"['’‘ʼ`´]")
_ELIDED: Final = re.compile(r"\b([A-Z])['’‘ʼ`´]\s*(?=[A-Z])")
_WORD: Final = re.compile(r"[A-Z0-9]+")
_TITLES: Final = frozenset({"M", "MR", "MME", "MLLE", "MADAME", "MONSIEUR", "DR", "DOCTEUR"})
_MARRIED: Final = frozenset({"EPOUSE", "EP", "EPSE", "VEUVE", "VVE", "FEMME"})
_BORN: Final = frozenset({"NEE", "NE"})
# Words that never stand alone: they belong to the word after them, and are often left out or stuck to it.
PARTICLES: Final = _words(
    "DE DU DES D L LE LA LES EL AL BEN BENT BINT IBN BOU OULD VAN VON DEN DER DA DO DOS DAS DI DEL DELLA "
    "DALLA SAN MAC MC TER AIT ABD"
)
_SHORT_FORMS: Final = {"ST": "SAINT", "STE": "SAINTE"}
# Given names of those who have none yet, or whose name is not known. Source: usage of maternity wards and emergencies.
_NEWBORN: Final = _words(
    "BEBE NOUVEAU NOUVEAUNE NNE NN NE NEE ENFANT GARCON FILLE JUMEAU JUMELLE TRIPLE PREMIER PREMIERE "
    "SECOND SECONDE DEUXIEME A B C 1 2 3 I II III UN DEUX"
)
_NEWBORN_HEADS: Final = _words("BEBE NOUVEAU NOUVEAUNE NNE NN ENFANT GARCON FILLE JUMEAU JUMELLE")
_UNKNOWN: Final = _words("X XX XXX INCONNU INCONNUE ANONYME SANS PRENOM NOM SP NR NC INDETERMINE SDF")
_STREET_FORMS: Final = {
    "AV": "AVENUE",
    "AVE": "AVENUE",
    "BD": "BOULEVARD",
    "BLD": "BOULEVARD",
    "BVD": "BOULEVARD",
    "R": "RUE",
    "CH": "CHEMIN",
    "CHE": "CHEMIN",
    "PL": "PLACE",
    "IMP": "IMPASSE",
    "ALL": "ALLEE",
    "ALLEES": "ALLEE",
    "RTE": "ROUTE",
    "RES": "RESIDENCE",
    "LOT": "LOTISSEMENT",
    "QU": "QUARTIER",
    "SQ": "SQUARE",
    "TRA": "TRAVERSE",
    "TSSE": "TRAVERSE",
    "BAT": "BATIMENT",
    "APT": "APPARTEMENT",
    "APPT": "APPARTEMENT",
    "GAL": "GENERAL",
    "DR": "DOCTEUR",
    **_SHORT_FORMS,
}
_STREET_NOISE: Final = _words("DE DU DES D L LA LE LES")


def plain(text: str) -> str:
    """Return a text in capitals, without accents or ligatures."""
    if text.isascii():
        return text.upper()
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).upper()


@lru_cache(maxsize=65_536)
def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a family name, particles stuck to the word they belong to.

    « D’Angelo », « D ANGELO » and « DANGELO » are one word; « Le Goff » is LEGOFF; « Saint-Martin » and « St Martin »
    are two words, SAINT and MARTIN.
    """
    words: list[str] = []
    held = ""
    for word in _WORD.findall(_APOSTROPHES.sub("", _ELIDED.sub(r"\1", plain(text)))):
        if word in _TITLES and len(word) > 1:
            continue
        if word in PARTICLES:
            held += word
        else:
            words.append(held + _SHORT_FORMS.get(word, word))
            held = ""
    if held:
        words.append(held)
    return tuple(word for word in words if word not in _UNKNOWN)


@lru_cache(maxsize=65_536)
def bare_name(text: str) -> str:
    """Return a family name without particles and without spaces: VILLIERS for « de Villiers »."""
    found = _WORD.findall(_APOSTROPHES.sub(" ", plain(text)))
    kept = [_SHORT_FORMS.get(word, word) for word in found if word not in PARTICLES and word not in _TITLES]
    return "".join(kept)


@lru_cache(maxsize=65_536)
def split_married(text: str) -> tuple[str, str]:
    """Split « DUPONT épouse MARTIN » or « MARTIN née DUPONT » in a birth name and a used name ("" when not said)."""
    words = text.split()
    marks = [plain(word).strip(".,()") for word in words]
    for place in range(1, len(words) - 1):
        before, after = " ".join(words[:place]), " ".join(words[place + 1 :])
        if marks[place] in _MARRIED:
            return before, after
        if marks[place] in _BORN:
            return after, before
    return text, ""


@lru_cache(maxsize=65_536)
def given_words(text: str) -> tuple[str, ...]:
    """Return the words of given names; nothing when they only say that the name is not known or not given yet."""
    words = tuple(_WORD.findall(_APOSTROPHES.sub("", plain(text))))
    if is_newborn_name(text) or all(word in _UNKNOWN for word in words):
        return ()
    return words


@lru_cache(maxsize=65_536)
def is_newborn_name(text: str) -> bool:
    """Tell the given name of a child not named yet: BEBE, « Nouveau-né », « Jumeau 1 », « Fille »."""
    words = _WORD.findall(_APOSTROPHES.sub("", plain(text)))
    return bool(words) and words[0] in _NEWBORN_HEADS and all(word in _NEWBORN or word == "DE" for word in words)


def is_unknown_name(text: str) -> bool:
    """Tell a family name that stands for nobody: X, INCONNU, ANONYME."""
    words = _WORD.findall(plain(text))
    return bool(words) and all(word in _UNKNOWN for word in words)


def phone(text: str) -> str:
    """Return a telephone number in one form (+33491000000), "" when it cannot be one."""
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    if digits.startswith("0033"):
        digits = digits[4:].lstrip("0")
    elif digits.startswith("33") and len(digits) in {11, 12}:
        digits = digits[2:].lstrip("0")
    elif digits.startswith("0") and len(digits) == 10:
        digits = digits[1:]
    elif text.strip().startswith(("+", "00")) or len(digits) != 9:
        return f"+{digits.lstrip('0')}" if 8 <= len(digits) <= 15 and len(set(digits)) > 2 else ""
    return f"+33{digits}" if len(digits) == 9 and len(set(digits[1:])) > 1 else ""


def email(text: str) -> str:
    """Return an electronic address in small letters, "" when it is not one."""
    found = text.strip().lower()
    return found if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", found) else ""


@lru_cache(maxsize=65_536)
def street(text: str) -> str:
    """Return a street line in full words, without articles: « 12 bd St-Pierre » is 12 BOULEVARD SAINT PIERRE."""
    words = _WORD.findall(_APOSTROPHES.sub(" ", plain(text)))
    return " ".join(_STREET_FORMS.get(word, word) for word in words if word not in _STREET_NOISE)


def code(text: str) -> str:
    """Return a code (postal, INSEE, identifier) in capitals without anything but letters and digits."""
    return "".join(_WORD.findall(plain(text)))
