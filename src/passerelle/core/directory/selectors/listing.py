"""Reads of the directory, as frozen rows: callers never hold a model."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from passerelle.core.directory.memory import remembered
from passerelle.core.directory.models import (
    AssigningAuthority,
    Employment,
    Establishment,
    EstablishmentRole,
    Partner,
    Professional,
    SendingFacility,
    Site,
    Source,
    SubTerritory,
    Territory,
    Unit,
)
from passerelle.core.directory.rows import (
    AuthorityRow,
    EstablishmentListing,
    EstablishmentRow,
    EstablishmentSheet,
    FigureRow,
    PartnerRow,
    ProfessionalRow,
    SiteRow,
    SiteSheet,
    TerritoryRow,
    UnitRow,
)


def _establishment_row(row: Establishment) -> EstablishmentRow:
    return EstablishmentRow(
        code=row.code,
        name=row.name,
        short_name=row.short_name,
        kind=row.kind,
        kind_label=row.get_kind_display(),
        role=row.role,
        role_label=row.get_role_display(),
        city=row.city,
        finess=row.finess,
        finess_is_fictitious=row.finess_is_fictitious,
        is_test=row.role == EstablishmentRole.TEST,
    )


def _site_row(row: Site) -> SiteRow:
    return SiteRow(row.code, row.name, row.establishment_id, row.city, row.finess, row.finess_is_fictitious)


def _unit_row(row: Unit) -> UnitRow:
    return UnitRow(
        row.code, row.label, row.specialty, row.kind, row.get_kind_display(), row.site_id, row.establishment_id
    )


def _professional_row(row: Professional) -> ProfessionalRow:
    employments = sorted(row.employments.all(), key=lambda employment: employment.establishment.rank)
    return ProfessionalRow(
        rpps=row.rpps,
        rpps_is_fictitious=row.rpps_is_fictitious,
        family_name=row.family_name,
        given_name=row.given_name,
        profession=row.profession,
        specialty=row.specialty,
        establishments=tuple(employment.establishment_id for employment in employments),
        establishment_names=tuple(employment.establishment.short_name for employment in employments),
    )


def establishments(*, with_test: bool = False) -> list[EstablishmentRow]:
    """Return the establishments of the group in their order of presentation; the test one only when asked."""
    rows = Establishment.objects.listed() if with_test else Establishment.objects.in_group()
    return [_establishment_row(row) for row in rows.order_by("rank", "code")]


@remembered
def establishment(code: str) -> EstablishmentRow | None:
    """Return one establishment, the test one included; None when the code is unknown."""
    row = Establishment.objects.listed().filter(code=code).first()
    return _establishment_row(row) if row else None


def establishment_of_facility(facility: str) -> str | None:
    """Return the code of the establishment that sends under this MSH-4; None when nobody does."""
    return (
        SendingFacility.objects.filter(code=facility, absent_since=None)
        .values_list("establishment_id", flat=True)
        .first()
    )


@remembered
def establishment_of_authority(namespace: str, universal_id: str) -> str | None:
    """Return the establishment of an assigning authority: by its universal id when known, else by its namespace.

    A namespace claimed by two establishments and no universal id gives None: nobody is guessed.
    """
    known = AssigningAuthority.objects.filter(absent_since=None)
    for column, value in (("universal_id", universal_id), ("namespace", namespace)):
        found = set(known.filter(**{column: value}).values_list("establishment_id", flat=True)) if value else set()
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def authorities(establishment_code: str | None = None) -> list[AuthorityRow]:
    """Return the assigning authorities, of one establishment or of all."""
    rows = AssigningAuthority.objects.filter(absent_since=None)
    if establishment_code is not None:
        rows = rows.filter(establishment_id=establishment_code)
    return [
        AuthorityRow(row.namespace, row.universal_id, row.kind, row.get_kind_display(), row.establishment_id)
        for row in rows.order_by("establishment__rank", "namespace", "universal_id", "kind")
    ]


def facilities(establishment_code: str) -> list[str]:
    """Return the MSH-4 codes under which an establishment sends."""
    rows = SendingFacility.objects.filter(establishment_id=establishment_code, absent_since=None)
    return list(rows.order_by("code").values_list("code", flat=True))


def sites(establishment_code: str | None = None) -> list[SiteRow]:
    """Return the sites of one establishment, or all of them, in their order of presentation."""
    rows = Site.objects.filter(absent_since=None)
    if establishment_code is not None:
        rows = rows.filter(establishment_id=establishment_code)
    return [_site_row(row) for row in rows.order_by("establishment__rank", "rank", "code")]


def units(site_code: str | None = None) -> list[UnitRow]:
    """Return the functional units of one site, or all of them."""
    rows = Unit.objects.filter(absent_since=None)
    if site_code is not None:
        rows = rows.filter(site_id=site_code)
    return [_unit_row(row) for row in rows.order_by("establishment__rank", "site__rank", "code")]


def site_of_unit(establishment_code: str, uf_code: str) -> SiteRow | None:
    """Return the site that holds a functional unit, as named in ZBE-7; None when the unit is unknown."""
    row = (
        Unit.objects.filter(establishment_id=establishment_code, code=uf_code, absent_since=None)
        .select_related("site")
        .first()
    )
    return _site_row(row.site) if row else None


def _with_employments(rows: QuerySet[Professional]) -> QuerySet[Professional]:
    return rows.filter(absent_since=None).prefetch_related("employments__establishment")


def professional(rpps: str) -> ProfessionalRow | None:
    """Return one professional by RPPS; None when unknown."""
    row = _with_employments(Professional.objects.filter(rpps=rpps)).first()
    return _professional_row(row) if row else None


def professionals(
    *, text: str = "", establishment_code: str = "", profession: str = "", limit: int = 50
) -> list[ProfessionalRow]:
    """Return the professionals whose name or RPPS holds each word of `text`, at most `limit`."""
    rows = Professional.objects.all()
    for word in text.split():
        rows = rows.filter(Q(family_name__icontains=word) | Q(given_name__icontains=word) | Q(rpps=word))
    if establishment_code:
        rows = rows.filter(employments__establishment_id=establishment_code)
    if profession:
        rows = rows.filter(profession=profession)
    ordered = _with_employments(rows).order_by("family_name", "given_name", "rpps")
    return [_professional_row(row) for row in ordered[:limit]]


def professions() -> list[str]:
    """Return the professions in use, in alphabetical order."""
    rows = Professional.objects.filter(absent_since=None).order_by("profession")
    return list(rows.values_list("profession", flat=True).distinct())


def territory() -> TerritoryRow | None:
    """Return the territory and its figures with their source; None while nothing is loaded."""
    row = Territory.objects.filter(absent_since=None).select_related("source").order_by("code").first()
    if row is None:
        return None
    figures = row.figures.filter(absent_since=None).select_related("source").order_by("id")
    return TerritoryRow(
        row.code,
        row.name,
        row.group_name,
        row.source.title,
        tuple(FigureRow(figure.label, float(figure.value), figure.unit, figure.source.title) for figure in figures),
    )


def _site_sheets(code: str) -> Iterable[SiteSheet]:
    by_site: dict[str, list[UnitRow]] = {}
    for unit in Unit.objects.filter(establishment_id=code, absent_since=None).order_by("code"):
        by_site.setdefault(unit.site_id, []).append(_unit_row(unit))
    rows = Site.objects.filter(establishment_id=code, absent_since=None).select_related("source")
    for site in rows.order_by("rank", "code"):
        yield SiteSheet(_site_row(site), tuple(by_site.get(site.code, ())), site.source.title, tuple(site.to_confirm))


def establishment_sheet(code: str) -> EstablishmentSheet | None:
    """Return all that the page of one establishment shows, each figure with its origin; None when unknown."""
    row = Establishment.objects.listed().filter(code=code).select_related("source").first()
    if row is None:
        return None
    site_sheets = tuple(_site_sheets(code))
    subs = SubTerritory.objects.filter(sites__establishment=row, absent_since=None).order_by("name").distinct()
    return EstablishmentSheet(
        establishment=_establishment_row(row),
        aliases=tuple(row.aliases),
        source=row.source.title,
        source_is_official=row.source.is_official,
        to_confirm=frozenset(row.to_confirm),
        sites=site_sheets,
        sub_territories=tuple(subs.values_list("name", flat=True)),
        facilities=tuple(facilities(code)),
        authorities=tuple(authorities(code)),
        professional_count=Employment.objects.filter(establishment_id=code, professional__absent_since=None).count(),
        unit_count=sum(len(sheet.units) for sheet in site_sheets),
        units_source=_units_source(code),
        sites_source=site_sheets[0].source if site_sheets else "",
    )


def _units_source(code: str) -> str:
    source = Source.objects.filter(unit__establishment_id=code).order_by("code").first()
    return source.title if source else ""


def establishment_listing(*, with_test: bool) -> list[EstablishmentListing]:
    """Return the establishments with their numbers of sites and units, for the list page."""
    site_counts = Counter(Site.objects.filter(absent_since=None).values_list("establishment_id", flat=True))
    unit_counts = Counter(Unit.objects.filter(absent_since=None).values_list("establishment_id", flat=True))
    return [
        EstablishmentListing(row, site_counts[row.code], unit_counts[row.code])
        for row in establishments(with_test=with_test)
    ]


def partners() -> list[PartnerRow]:
    """Return the partners outside the group, by name."""
    rows = Partner.objects.filter(absent_since=None).select_related("source").order_by("name", "code")
    return [PartnerRow(row.code, row.name, row.kind, row.source.title, bool(row.to_confirm)) for row in rows]
