"""The door of the record: versioned FHIR resources, and what people read of them."""

from passerelle.care.record.selectors.reading import (
    documents,
    observations,
    open_document,
    relation_to,
    stays,
    timeline,
)
from passerelle.care.record.selectors.rows import (
    DocumentRow,
    EncounterFact,
    LocationRow,
    ObservationRow,
    OpenedDocument,
    Page,
    StayRow,
    StoredResource,
    Timeline,
)
from passerelle.care.record.selectors.store import history, read, read_version, search, stream_encounters
from passerelle.care.record.services.writing import (
    BulkContent,
    BulkRow,
    Stored,
    bulk_load,
    bulk_load_contents,
    delete,
    put,
    put_content,
)

__all__ = [
    "BulkContent",
    "BulkRow",
    "DocumentRow",
    "EncounterFact",
    "LocationRow",
    "ObservationRow",
    "OpenedDocument",
    "Page",
    "StayRow",
    "Stored",
    "StoredResource",
    "Timeline",
    "bulk_load",
    "bulk_load_contents",
    "delete",
    "documents",
    "history",
    "observations",
    "open_document",
    "put",
    "put_content",
    "read",
    "read_version",
    "relation_to",
    "search",
    "stays",
    "stream_encounters",
    "timeline",
]
