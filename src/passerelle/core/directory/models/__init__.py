from passerelle.core.directory.models.places import Place, PlaceChange, PlaceVersion
from passerelle.core.directory.models.territory import (
    AssigningAuthority,
    AuthorityKind,
    Employment,
    Establishment,
    EstablishmentKind,
    EstablishmentQuerySet,
    EstablishmentRole,
    Listed,
    Partner,
    Professional,
    SendingFacility,
    Site,
    Source,
    SubTerritory,
    Territory,
    TerritoryFigure,
    Unit,
    UnitKind,
)

__all__ = [
    "AssigningAuthority",
    "AuthorityKind",
    "Employment",
    "Establishment",
    "EstablishmentKind",
    "EstablishmentQuerySet",
    "EstablishmentRole",
    "Listed",
    "Partner",
    "Place",
    "PlaceChange",
    "PlaceVersion",
    "Professional",
    "SendingFacility",
    "Site",
    "Source",
    "SubTerritory",
    "Territory",
    "TerritoryFigure",
    "Unit",
    "UnitKind",
]


def _neutral(*fields: str) -> dict[str, str]:
    return dict.fromkeys(fields, "neutral")


# Nothing here speaks of a patient; professionals' names are identifying.
CLASSIFICATION: dict[str, dict[str, str]] = {
    "Source": _neutral("code", "title", "nature", "is_official"),
    "Territory": _neutral("absent_since", "code", "name", "group_name", "source"),
    "TerritoryFigure": _neutral("id", "absent_since", "territory", "code", "label", "value", "unit", "source"),
    "Establishment": _neutral(
        "absent_since", "code", "territory", "rank", "name", "short_name", "aliases", "kind", "role", "city",
        "finess", "finess_is_fictitious", "source", "to_confirm",
    ),
    "Site": _neutral(
        "absent_since", "code", "establishment", "rank", "name", "city", "finess", "finess_is_fictitious", "source",
        "to_confirm",
    ),
    "SubTerritory": _neutral("absent_since", "code", "territory", "name", "sites", "source"),
    "Unit": _neutral(
        "id", "absent_since", "establishment", "code", "site", "label", "specialty", "kind", "source",
    ),
    "Professional": {
        "rpps": "identifying",
        "family_name": "identifying",
        "given_name": "identifying",
        **_neutral("absent_since", "rpps_is_fictitious", "profession", "specialty", "source", "establishments"),
    },
    "Employment": _neutral("id", "professional", "establishment", "unit"),
    "AssigningAuthority": _neutral("id", "absent_since", "namespace", "universal_id", "kind", "establishment"),
    "SendingFacility": _neutral("absent_since", "code", "establishment"),
    "Place": _neutral(
        "id", "establishment", "kind", "code", "label", "short_label", "parents", "finess", "city", "opened_on",
        "closed_on", "characteristics", "source", "told_at", "site", "unit",
    ),
    "PlaceVersion": _neutral(
        "id", "place", "told_at", "change", "label", "parents", "opened_on", "closed_on", "source",
    ),
    "Partner": _neutral("absent_since", "code", "name", "kind", "source", "to_confirm"),
}  # fmt: skip
