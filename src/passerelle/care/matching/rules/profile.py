"""What one source says of a patient, as the matcher needs it."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Profile:
    """The traits of one patient file, as told; empty when unknown.

    `birth_year` serves a date of which only the year is known. `birth_place` is an INSEE code (99… abroad).
    `mother` is the identifier of the mother's file (PID-21). `is_ins_qualified` when the INS may decide alone.
    `is_live_ipp` when the file holds an IPP in use in its establishment. `others` are fields of a file under study that
    have no place here, by name.
    """

    birth_name: str = ""
    used_name: str = ""
    given_names: tuple[str, ...] = ()
    first_given: str = ""
    birth_date: date | None = None
    birth_year: int | None = None
    sex: str = ""
    birth_place: str = ""
    ins_matricule: str = ""
    ins_family: str = ""
    is_ins_qualified: bool = False
    phone: str = ""
    email: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    mother: str = ""
    is_multiple_birth: bool = False
    birth_order: str = ""
    establishment: str = ""
    is_live_ipp: bool = False
    status: str = "PROV"
    attributes: frozenset[str] = frozenset()
    local_identity_id: UUID | None = None
    person_id: UUID | None = None
    others: tuple[tuple[str, str], ...] = field(default=())
