"""The door of the record: versioned FHIR resources, and what people read of them."""

from passerelle.care.record.selectors.carried import international_summary
from passerelle.care.record.selectors.choices import dmp_choices
from passerelle.care.record.selectors.clauses import SearchError
from passerelle.care.record.selectors.facts import stream_encounters
from passerelle.care.record.selectors.holds import RESULT, Holds, Wait, register_holds
from passerelle.care.record.selectors.known import (
    allergies,
    conditions,
    immunizations,
    implants,
    medications,
    procedures,
)
from passerelle.care.record.selectors.known_rows import Denial, Knowledge, KnownFact, Theme
from passerelle.care.record.selectors.news import News, news_of
from passerelle.care.record.selectors.opening import open_document
from passerelle.care.record.selectors.reading import (
    documents,
    observations,
    stays,
    timeline,
)
from passerelle.care.record.selectors.relations import relation_to, relations_to
from passerelle.care.record.selectors.results import results
from passerelle.care.record.selectors.rows import (
    AppointmentRow,
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
from passerelle.care.record.selectors.store import history, read, read_content, read_version, search, stream
from passerelle.care.record.selectors.summary import Summary, summary
from passerelle.care.record.services.appointments import appointment_id
from passerelle.care.record.services.charts import stay_id
from passerelle.care.record.services.contents import BulkContent, bulk_load_contents, put_content
from passerelle.care.record.services.fhir.watching import FhirWrite, NotAcceptable, watch_writes
from passerelle.care.record.services.importing import FhirLoad, LoadProgress, LoadReport, load_fhir
from passerelle.care.record.services.loading import BulkRow, bulk_load
from passerelle.care.record.services.reindexing import reindex
from passerelle.care.record.services.terminology import publish_terminology
from passerelle.care.record.services.writing import Stored, delete, put

__all__ = [
    "RESULT",
    "AppointmentRow",
    "BulkContent",
    "BulkRow",
    "Denial",
    "DocumentRow",
    "EncounterFact",
    "FhirLoad",
    "FhirWrite",
    "Holds",
    "Knowledge",
    "KnownFact",
    "LoadProgress",
    "LoadReport",
    "LocationRow",
    "News",
    "NotAcceptable",
    "ObservationRow",
    "OpenedDocument",
    "Page",
    "SearchError",
    "StayRow",
    "Stored",
    "StoredResource",
    "Summary",
    "Theme",
    "Timeline",
    "Wait",
    "allergies",
    "appointment_id",
    "bulk_load",
    "bulk_load_contents",
    "conditions",
    "delete",
    "dmp_choices",
    "documents",
    "history",
    "immunizations",
    "implants",
    "international_summary",
    "load_fhir",
    "medications",
    "news_of",
    "observations",
    "open_document",
    "procedures",
    "publish_terminology",
    "put",
    "put_content",
    "read",
    "read_content",
    "read_version",
    "register_holds",
    "reindex",
    "relation_to",
    "relations_to",
    "results",
    "search",
    "stay_id",
    "stays",
    "stream",
    "stream_encounters",
    "summary",
    "timeline",
    "watch_writes",
]
