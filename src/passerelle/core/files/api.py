"""The door of files: kept when they are safe, read by their owner, given back so that nothing in them acts."""

from passerelle.core.files.rules.active_pdf import active_content
from passerelle.core.files.rules.hints import Hint, hints
from passerelle.core.files.rules.kinds import ANY, MEGABYTE, PHOTOGRAPHS, Allowed, FileKind
from passerelle.core.files.rules.refusals import FileRefused, Why
from passerelle.core.files.selectors import KeptFile, Owner, ReadFile, RefusedRow, files_of, quarantined, read
from passerelle.core.files.services import Safe, empty_quarantine, examine, forget, give, keep, store
from passerelle.core.files.serving import answer

__all__ = [
    "ANY",
    "MEGABYTE",
    "PHOTOGRAPHS",
    "Allowed",
    "FileKind",
    "FileRefused",
    "Hint",
    "KeptFile",
    "Owner",
    "ReadFile",
    "RefusedRow",
    "Safe",
    "Why",
    "active_content",
    "answer",
    "empty_quarantine",
    "examine",
    "files_of",
    "forget",
    "give",
    "hints",
    "keep",
    "quarantined",
    "read",
    "store",
]
