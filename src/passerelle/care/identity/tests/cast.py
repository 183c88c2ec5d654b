"""Who the tests speak of, and the events that bring them. All invented."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from msgspec.structs import replace

from passerelle.care.exchange.api import Inbound
from passerelle.core.directory.models import AssigningAuthority, Establishment, Source, Territory
from passerelle.protocols import hl7v2, ins, pamfr

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OID_TEST = "1.2.250.1.213.1.4.10"
OID_REAL = "1.2.250.1.213.1.4.8"


def at(hours: float) -> datetime:
    """Return a moment some hours after the noon of the tests."""
    return NOON + timedelta(hours=hours)


def make_establishments(*codes: str) -> None:
    source, _ = Source.objects.get_or_create(
        code="essais", defaults={"title": "Essais", "nature": "invention", "is_official": False}
    )
    territory, _ = Territory.objects.get_or_create(
        code="essais", defaults={"name": "Essais", "group_name": "Groupement d’essai", "source": source}
    )
    for rank, code in enumerate(codes or ("aphm", "arles", "salon")):
        place, _ = Establishment.objects.get_or_create(
            code=code,
            defaults={
                "territory": territory,
                "name": f"Hôpital {code}",
                "short_name": code,
                "kind": "ch",
                "role": "partie",
                "city": "Ville",
                "finess": f"99000{rank:04d}",
                "finess_is_fictitious": True,
                "rank": rank,
                "source": source,
            },
        )
        AssigningAuthority.objects.get_or_create(
            namespace=code.upper(), universal_id=f"1.2.{rank}", kind="PI", defaults={"establishment": place}
        )


def ipp(value: str, code: str = "aphm") -> pamfr.Identifier:
    rank = {"aphm": 0, "arles": 1, "salon": 2}[code]
    return pamfr.Identifier(value, "PI", code.upper(), f"1.2.{rank}", "ISO")


def matricule(rank: int = 1) -> str:
    body = f"2790351{rank:06d}"
    return body + ins.compute_key(body)


def qualified(number: str | None = None, oid: str = OID_TEST) -> pamfr.Ins:
    value = number or matricule()
    kind = ins.kind_of(oid)
    assert kind is not None
    return pamfr.Ins(value, oid, kind, ins.check_key(value))


TRAITS = pamfr.Traits(
    birth_name="ÉTOILE-DUPONT",
    used_name="MARTIN",
    given_names=("Zoé", "Anne"),
    first_given="Zoé",
    birth_date=date(1984, 3, 12),
    sex="F",
    birth_place="13055",
    phone="0491000000",
)


def patient(
    number: str | None = "1",
    code: str = "aphm",
    *,
    held: pamfr.Ins | None = None,
    traits: pamfr.Traits = TRAITS,
    erases_ins: bool = False,
) -> pamfr.Patient:
    identifiers = (ipp(number, code),) if number else ()
    if held is not None:
        identifiers += (pamfr.Identifier(held.matricule, "INS", "ASIP-SANTE-INS-NIR", held.oid, "ISO"),)
    status = pamfr.IdentityStatus.PROVISOIRE
    if held is not None:
        status = pamfr.IdentityStatus.QUALIFIEE if held.key_ok else pamfr.IdentityStatus.VALIDEE
    return pamfr.Patient(
        identifiers=identifiers,
        ins=held,
        status=status,
        attributes=frozenset(),
        traits=traits,
        erases_ins=erases_ins,
    )


def named(birth_name: str, first: str = "Zoé", **other: object) -> pamfr.Traits:
    return replace(TRAITS, birth_name=birth_name, used_name=None, first_given=first, given_names=(first,), **other)


def adt(
    trigger: str,
    who: pamfr.Patient,
    *,
    when: datetime = NOON,
    prior: tuple[pamfr.Identifier, ...] = (),
) -> pamfr.AdtEvent:
    return pamfr.AdtEvent(trigger=trigger, occurred_at=when, recorded_at=when, patient=who, prior=prior)


def inbound(
    event: pamfr.Event, code: str = "aphm", *, received: datetime = NOON, message_id: UUID | None = None
) -> Inbound:
    raw = b"MSH|^~\\&|GAM|X|DPI|X|20260302120000||ADT^A01|1|P|2.5\r"
    return Inbound(message_id or uuid4(), code, "GAM", received, event, hl7v2.parse(raw))
