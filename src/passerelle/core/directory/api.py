"""The door of the directory."""

from passerelle.core.directory.memory import remembering
from passerelle.core.directory.rows import (
    AuthorityRow,
    EstablishmentRow,
    PartnerRow,
    ProfessionalRow,
    SiteRow,
    TerritoryRow,
    UnitRow,
)
from passerelle.core.directory.selectors import (
    authorities,
    changes_told_by,
    establishment,
    establishment_of_authority,
    establishment_of_facility,
    establishments,
    facilities,
    partners,
    professional,
    professionals,
    site_of_unit,
    site_structure,
    sites,
    territory,
    units,
)
from passerelle.core.directory.selectors.names import PlaceNames, place_names
from passerelle.core.directory.services.loading import LoadReport, load_directory
from passerelle.core.directory.services.professionals import enrol_professional
from passerelle.core.directory.services.structure import StructureReport, import_structure, summary_of

__all__ = [
    "AuthorityRow",
    "EstablishmentRow",
    "LoadReport",
    "PartnerRow",
    "PlaceNames",
    "ProfessionalRow",
    "SiteRow",
    "StructureReport",
    "TerritoryRow",
    "UnitRow",
    "authorities",
    "changes_told_by",
    "enrol_professional",
    "establishment",
    "establishment_of_authority",
    "establishment_of_facility",
    "establishments",
    "facilities",
    "import_structure",
    "load_directory",
    "partners",
    "place_names",
    "professional",
    "professionals",
    "remembering",
    "site_of_unit",
    "site_structure",
    "sites",
    "summary_of",
    "territory",
    "units",
]
