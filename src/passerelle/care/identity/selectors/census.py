"""Counts of identities for those who watch over their quality, and the numbers that two people seem to use."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from passerelle.care.identity.models import LocalIdentity, Merge

_LETTERS = r"regexp_replace(upper(normalize({}, NFKD)), '[^A-Z0-9]', '', 'g')"
_SAME_INS = (
    "SELECT ins_family, ins_matricule, array_agg(id ORDER BY id),"  # noqa: S608 - our words
    " count(DISTINCT birth_date) > 1, count(DISTINCT NULLIF(sex, '')) > 1,"
    f" count(DISTINCT {_LETTERS.format('birth_name')}) > 1, count(DISTINCT {_LETTERS.format('first_given')}) > 1"
    " FROM identity_localidentity WHERE ins_matricule <> '' AND superseded_by_id IS NULL"
    " GROUP BY ins_family, ins_matricule HAVING count(*) > 1 AND (count(DISTINCT birth_date) > 1"
    f" OR count(DISTINCT NULLIF(sex, '')) > 1 OR count(DISTINCT {_LETTERS.format('birth_name')}) > 1"
    f" OR count(DISTINCT {_LETTERS.format('first_given')}) > 1) ORDER BY ins_matricule LIMIT %s"
)
_SAME_IPP = (
    "SELECT local.establishment_id, number.value, array_agg(DISTINCT local.id ORDER BY local.id)"
    " FROM identity_identifier number JOIN identity_localidentity local ON local.id = number.local_identity_id"
    " JOIN identity_membership held ON held.local_identity_id = local.id AND held.until IS NULL"
    " WHERE number.type = 'PI' GROUP BY local.establishment_id, number.universal_id, number.namespace, number.value"
    " HAVING count(DISTINCT held.person_id) > 1 ORDER BY local.establishment_id, number.value LIMIT %s"
)


@dataclass(frozen=True, slots=True)
class Collision:
    """A number that local identities share while their strict traits say different people.

    `differs` names the traits: birth_date, sex, birth_name, first_given.
    """

    kind: str
    number: str
    local_identity_ids: tuple[UUID, ...]
    differs: tuple[str, ...]


def collisions(*, limit: int = 200) -> list[Collision]:
    """Return the INS and IPP that different people seem to use. Source: RNIV 1, collision."""
    with connection.cursor() as cursor:
        cursor.execute(_SAME_INS, [limit])
        by_ins = [
            Collision("INS", number, tuple(ids), _named(date, sex, name, given))
            for _, number, ids, date, sex, name, given in cursor.fetchall()
        ]
        cursor.execute(_SAME_IPP, [limit])
        by_ipp = [Collision("IPP", number, tuple(ids), ()) for _, number, ids in cursor.fetchall()]
    return [*by_ins, *by_ipp]


def _named(*differs: bool) -> tuple[str, ...]:
    names = ("birth_date", "sex", "birth_name", "first_given")
    return tuple(name for name, differs_here in zip(names, differs, strict=True) if differs_here)


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many local identities in use an establishment has in each trust status, and with each attribute."""

    establishment: str
    total: int
    qualified: int
    recovered: int
    validated: int
    provisional: int
    doubtful: int
    homonyms: int


def status_counts() -> list[StatusCount]:
    """Return the counts by establishment; merged identities are not counted. Source: RNIV 1, EXI SI 07."""
    rows = (
        LocalIdentity.objects.filter(superseded_by=None)
        .values("establishment_id")
        .annotate(
            total=Count("pk"),
            qualified=Count("pk", filter=Q(status="QUAL")),
            recovered=Count("pk", filter=Q(status="RECUP")),
            validated=Count("pk", filter=Q(status="VALI")),
            provisional=Count("pk", filter=Q(status="PROV")),
            doubtful=Count("pk", filter=Q(attributes__overlap=["DOUT", "DOUA", "DOUB"])),
            homonyms=Count("pk", filter=Q(attributes__overlap=["HOMA", "HOMD"])),
        )
        .order_by("establishment_id")
    )
    return [
        StatusCount(
            establishment=row["establishment_id"],
            total=row["total"],
            qualified=row["qualified"],
            recovered=row["recovered"],
            validated=row["validated"],
            provisional=row["provisional"],
            doubtful=row["doubtful"],
            homonyms=row["homonyms"],
        )
        for row in rows
    ]


def merged_counts() -> dict[str, int]:
    """Return how many local identities of each establishment are merged into another one at present."""
    rows = (
        Merge.objects.filter(undone_at=None)
        .values("victim__establishment_id")
        .annotate(count=Count("pk"))
        .order_by("victim__establishment_id")
    )
    return {row["victim__establishment_id"]: row["count"] for row in rows}


def marked(attributes: Collection[str], *, limit: int = 200) -> list[UUID]:
    """Return the local identities in use that bear one of these attributes, last changed first."""
    rows = LocalIdentity.objects.filter(superseded_by=None, attributes__overlap=list(attributes))
    return list(rows.order_by("-updated_at", "pk").values_list("pk", flat=True)[:limit])
