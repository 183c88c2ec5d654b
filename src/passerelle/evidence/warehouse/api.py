"""The door of the warehouse: the only place where the record is turned into rows that name nobody."""

from passerelle.evidence.warehouse.rules.dictionary import SCHEMA_VERSION, STAY_COLUMNS, Column
from passerelle.evidence.warehouse.selectors.extract import Extract, NoExtract, connect, current_extract
from passerelle.evidence.warehouse.services.extract import refresh, register_opposition

__all__ = [
    "SCHEMA_VERSION",
    "STAY_COLUMNS",
    "Column",
    "Extract",
    "NoExtract",
    "connect",
    "current_extract",
    "refresh",
    "register_opposition",
]
