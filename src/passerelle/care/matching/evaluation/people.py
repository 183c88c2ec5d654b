"""Invented persons, with the name frequencies of the matcher's own tables. Any likeness with someone is chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Final, NamedTuple

from passerelle.care.matching.rules.model import declared_model
from passerelle.care.matching.rules.profile import Profile
from passerelle.protocols.ins import api as ins

OID_TEST: Final = "1.2.250.1.213.1.4.10"
FAMILY: Final = "test"
ESTABLISHMENTS: Final = ("aphm", "arles", "salon", "martigues", "aubagne", "laciotat")
_TAIL_NAMES: Final = 60_000
_GIVEN_TAIL_SHARE: Final = 0.3
_GIVEN_TAIL_NAMES: Final = 3_000
_SOUNDS: Final = {
    "start": "B C D F G L M P R S T V CH BR CL FR GR PL TR GU J N H K",
    "middle": "A E I O U AI AU OU EU IE OI AN ON IN",
    "join": "R L N M S T D V RT ND LL SS NT RD G C P B BR GN",
    "end": "ET IER AUD EAU ON IN ARD OT EL AC I O A EZ AULT EC OUX AN",
    "given_end": "A IE INE ETTE O EL IN IS AN Y",
}
_WOMEN_NAMES: Final = (
    "MARIE NATHALIE ISABELLE CATHERINE SYLVIE CHRISTINE MARTINE FRANCOISE MONIQUE JACQUELINE ANNE SANDRINE VALERIE"
    " NICOLE VERONIQUE CELINE JEANNE BRIGITTE ANNIE CHANTAL STEPHANIE JULIE DENISE AURELIE PATRICIA CORINNE VIRGINIE"
    " CECILE KARINE EMILIE CAMILLE SOPHIE HELENE SARAH LEA MANON EMMA LOUISE JADE ALICE CHLOE INES LINA ROSE ANNA"
    " MIA AMBRE JULIA LOLA MELANIE LAURA MARINE PAULINE LUCIE CHARLOTTE MARION AUDREY CAROLINE DELPHINE ELODIE AMANDINE"
    " SIMONE YVONNE PAULETTE MADELEINE SUZANNE COLETTE ODETTE GINETTE JOSETTE MIREILLE ARLETTE MARIETHERESE"
    " MARIECHRISTINE ANNEMARIE MARIEFRANCE FATIMA NADIA YASMINE SAMIRA MALIKA KHADIJA AICHA SOFIA EVA ZOE JULIETTE"
    " CLARA LISA AGATHE MARGAUX MATHILDE NOEMIE ELISA MAELYS LILOU NINA"
)
_WOMEN: Final = frozenset(_WOMEN_NAMES.split())
_STREETS: Final = (
    "rue de la République", "avenue du Prado", "boulevard Baille", "chemin des Pins", "rue Saint-Pierre",
    "place de l’Église", "impasse des Lilas", "allée des Cigales", "rue Paradis", "avenue Jean-Jaurès",
    "boulevard Victor-Hugo", "rue des Écoles", "chemin du Moulin", "route de Salon", "rue Pasteur", "avenue de la Gare",
    "traverse des Oliviers", "rue du Docteur-Roux", "cours Mirabeau", "rue Gambetta", "lotissement les Mimosas",
)  # fmt: skip
_POSTCODES: Final = (
    *(f"130{rank:02d}" for rank in range(1, 17)),
    "13100", "13200", "13300", "13400", "13500", "13600", "13700", "13800", "13110", "13127", "13140", "83000", "84000",
)  # fmt: skip
_OTHER_PLACES: Final = 900
_FIRST_BIRTH: Final = date(1925, 1, 1)
_DAYS: Final = 36_500


class Drawn(NamedTuple):
    """Names with the sums of their frequencies, to draw by."""

    values: tuple[str, ...]
    sums: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Town:
    """All that persons are drawn from, the same for everyone with the same seed of names."""

    surnames: Drawn
    women: Drawn
    men: Drawn
    places: Drawn


def town() -> Town:
    """Return the names and places to draw from."""
    random = Random("names")  # noqa: S311 - invented names, not a secret
    tables = declared_model().frequencies
    surnames = _with_tail(
        tables["surnames"], 1 - sum(tables["surnames"].values()), _invented(random, _TAIL_NAMES, "end")
    )
    givens = tables["givens"]
    women = {name: share for name, share in givens.items() if name in _WOMEN}
    men = {name: share for name, share in givens.items() if name not in _WOMEN}
    places = {name: share for name, share in tables["places"].items() if not name.startswith("99999")}
    others = [f"{random.randrange(1, 96):02d}{random.randrange(1, 500):03d}" for _ in range(_OTHER_PLACES)]
    return Town(
        _drawn(surnames),
        _drawn(_with_tail(women, _GIVEN_TAIL_SHARE, _invented(random, _GIVEN_TAIL_NAMES, "given_end"))),
        _drawn(_with_tail(men, _GIVEN_TAIL_SHARE, _invented(random, _GIVEN_TAIL_NAMES, "given_end"))),
        _drawn(_with_tail(places, 0.25, others)),
    )


def _invented(random: Random, count: int, end: str) -> list[str]:
    sounds = {place: text.split() for place, text in _SOUNDS.items()}
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = [
            random.choice(sounds["middle"]) + random.choice(sounds["join"]) for _ in range(random.choice((1, 1, 2)))
        ]
        found[random.choice(sounds["start"]) + "".join(syllables) + random.choice(sounds[end])] = None
    return list(found)


def _with_tail(common: Mapping[str, float], share: float, rare: list[str]) -> dict[str, float]:
    """Return frequencies in which rare names have this share, the n-th one in proportion to n^-0.3."""
    total = sum(common.values())
    tail = [rank**-0.3 for rank in range(1, len(rare) + 1)]
    scale = share / sum(tail)
    named = {name: value / total * (1 - share) for name, value in common.items()}
    return {name: value * scale for name, value in zip(rare, tail, strict=True)} | named


def _drawn(table: Mapping[str, float]) -> Drawn:
    return Drawn(tuple(table), tuple(accumulate(table.values())))


def pick(random: Random, drawn: Drawn) -> str:
    """Return one value by its frequency."""
    return random.choices(drawn.values, cum_weights=drawn.sums)[0]


def person(random: Random, place: Town, *, sex: str = "", born: date | None = None) -> Profile:
    """Return an invented person as a first establishment would know them, all traits told."""
    sex = sex or random.choice("FM")
    born = born or _FIRST_BIRTH + timedelta(days=random.randrange(_DAYS))
    givens = tuple(
        dict.fromkeys(
            pick(random, place.women if sex == "F" else place.men) for _ in range(random.choice((1, 2, 2, 3)))
        )
    )
    birth_name = surname(random, place)
    birth_place = pick(random, place.places)
    if birth_place.startswith("99") and random.random() < 0.25:
        born = date(born.year, *random.choice(((1, 1), (31, 12)[::-1])))
    is_married = sex == "F" and born.year < 2002 and random.random() < 0.45
    return Profile(
        birth_name=birth_name,
        used_name=surname(random, place) if is_married else "",
        given_names=givens,
        first_given=givens[0],
        birth_date=born,
        sex=sex,
        birth_place=birth_place,
        phone=phone(random),
        email=f"{givens[0]}.{birth_name}{random.randrange(10_000)}@essai.invalid".lower().replace(" ", ""),
        street=street(random),
        postal_code=random.choice(_POSTCODES),
        establishment=random.choice(ESTABLISHMENTS),
        is_live_ipp=True,
        status=random.choices(("VALI", "QUAL", "PROV", "RECUP"), (60, 0, 30, 10))[0],
    )


def surname(random: Random, place: Town) -> str:
    """Return a family name, one in twenty a compound of two."""
    name = pick(random, place.surnames)
    return f"{name}-{pick(random, place.surnames)}" if random.random() < 0.05 else name


def phone(random: Random) -> str:
    """Return an invented number, in one of the ways it is typed."""
    digits = f"{random.choice('1234567')}{random.randrange(10**8):08d}"
    return random.choice((f"0{digits}", f"+33{digits}", " ".join([f"0{digits[0]}", *_pairs(digits[1:])])))


def _pairs(digits: str) -> list[str]:
    return [digits[place : place + 2] for place in range(0, len(digits), 2)]


def street(random: Random) -> str:
    """Return an invented address line."""
    return f"{random.randrange(1, 180)} {random.choice(_STREETS)}"


def matricule(random: Random, profile: Profile, *, is_waiting: bool = False) -> str:
    """Return an invented INS of the test family that fits a person; a waiting number (NIA) begins by 7 or 8."""
    first = {"M": "1", "F": "2"}.get(profile.sex, "1")
    if is_waiting:
        first = {"1": "7", "2": "8"}[first]
    born = profile.birth_date or _FIRST_BIRTH
    place = profile.birth_place if profile.birth_place[:5].isdigit() else "13055"
    body = f"{first}{born:%y%m}{place[:5]}{random.randrange(1, 1000):03d}"
    return body + ins.compute_key(body)
