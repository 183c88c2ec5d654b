"""Files linked as arrivals are: by the declared model, its rules and its zones, row after row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from passerelle.care.matching.evaluation.blocks import Blocks, file_of
from passerelle.care.matching.evaluation.columns import Table
from passerelle.care.matching.evaluation.records import date_digits, given_names
from passerelle.care.matching.rules.comparable import comparable
from passerelle.care.matching.rules.deciding import judge, shortlist
from passerelle.care.matching.rules.guards import Zone
from passerelle.care.matching.rules.model import declared_model
from passerelle.care.matching.rules.normalising import plain
from passerelle.care.matching.rules.profile import Profile

_NAMESPACE: Final = UUID("5f1d7c3e-0f0a-4d6e-9b53-6d617463680a")
_STATUSES: Final = {"QUAL": "QUAL", "VALI": "VALI", "RECU": "RECUP", "PROV": "PROV"}
_SEXES: Final = {"M": "M", "H": "M", "1": "M", "MALE": "M", "F": "F", "2": "F", "FEMALE": "F"}
_STRICT: Final = frozenset({"birth_name", "birth_date"})
_TELLING: Final = frozenset({"sex", "birth_place"})


def fits(tables: Sequence[Table]) -> bool:
    """Tell files that hold enough for the declared model: birth name, birth date, and the sex or the birth place."""
    return all(set(table.mapping.values()) >= _STRICT and _TELLING & set(table.mapping.values()) for table in tables)


@dataclass(frozen=True, slots=True)
class Told:
    """The pairs found and their zones, and how many pairs were compared."""

    zones: Mapping[tuple[str, str], Zone]
    compared: int
    too_big: tuple[str, ...]


def link_as_arrivals(tables: Sequence[Table]) -> Told:
    """Decide each row of the last file as an arrival among those of the first; in one file, among those before it."""
    model = declared_model()
    known, names = Blocks(), dict[UUID, str]()
    zones: dict[tuple[str, str], Zone] = {}
    compared = 0
    if len(tables) > 1:
        for profile in _profiles(tables[0], names):
            known.add(profile)
    for profile in _profiles(tables[-1], names):
        arrival = comparable(profile)
        candidates = list(known.candidates(arrival))
        compared += len(candidates)
        best, others = judge(arrival, shortlist(arrival, candidates, model), {}, model)
        for one in (best, *others) if best else ():
            if one.zone > Zone.SEPARATE:
                zones[names[file_of(one.profile)], names[file_of(profile)]] = one.zone
        if len(tables) == 1:
            known.add(profile)
    return Told(zones, compared, tuple(sorted(known.too_big)))


def _profiles(table: Table, names: dict[UUID, str]) -> Iterator[Profile]:
    has_status = "status" in table.mapping.values()
    for row in table.rows:
        file = uuid5(_NAMESPACE, f"{table.name} {row['id']}")
        names[file] = row["id"]
        yield profile_of_row(row, file=file, has_status=has_status)


def profile_of_row(row: Mapping[str, str], *, file: UUID, has_status: bool) -> Profile:
    """Return what a row says of a patient; without a status column, identities are taken as checked (« validée »)."""
    givens, first = given_names(row)
    born, year = read_date(row.get("birth_date", ""))
    status = _STATUSES.get(plain(row.get("status", ""))[:4], "PROV") if has_status else "VALI"
    return Profile(
        birth_name=row.get("birth_name", ""),
        used_name=row.get("used_name", ""),
        given_names=givens,
        first_given=first,
        birth_date=born,
        birth_year=year,
        sex=_SEXES.get(plain(row.get("sex", "")), ""),
        birth_place=row.get("birth_place", ""),
        ins_matricule=row.get("number", "").replace(" ", ""),
        ins_family="reelle" if row.get("number") else "",
        is_ins_qualified=bool(row.get("number")) and (status == "QUAL" or not has_status),
        phone=row.get("phone", ""),
        email=row.get("email", ""),
        street=" ".join(part for part in (row.get("street_number", ""), row.get("street", "")) if part),
        postal_code=row.get("postal_code", ""),
        city=row.get("city", ""),
        mother=row.get("mother", ""),
        birth_order=row.get("birth_order", ""),
        establishment=row.get("establishment", ""),
        is_live_ipp=bool(row.get("establishment")),
        status=status,
        attributes=frozenset(row.get("attributes", "").replace(",", " ").upper().split()),
        local_identity_id=file,
    )


def read_date(told: str) -> tuple[date | None, int | None]:
    """Return a birth date, and its year alone when the day is unknown (« 1940 », « 19400000 », « 00/00/1940 »)."""
    digits = date_digits(told)
    year = int(digits[:4]) if len(digits) in {4, 6, 8} else None
    if len(digits) != 8:
        return None, year
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])), year
    except ValueError:
        return None, year
