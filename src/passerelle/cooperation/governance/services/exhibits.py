"""Where other packages bring the papers of an item. Governance knows a subject by its kind and identifier only."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from passerelle.cooperation.governance.models import AgendaItem

Exhibit = Mapping[str, object]
ExhibitProvider = Callable[[str, datetime], Exhibit]

_providers: Final[dict[str, ExhibitProvider]] = {}


def register_exhibit(kind: str, provider: ExhibitProvider) -> None:
    """Say who prepares the papers of the subjects of this kind: `provider(subject_id, at)` gives the document.

    The document is plain JSON: `title`, and any of `url`, `facts` (label, value, origin), `findings` (sentences),
    `tables` (title, columns, rows), `charts` (title, y_unit, x_labels, series, markers), `method`, `limits`,
    `refreshed_at`. Every figure in it is already written as it is shown.
    """
    _providers[kind] = provider


def exhibit_of(item: AgendaItem, *, at: datetime) -> Exhibit:
    """Return the papers of an item as they are at this moment; only its text when it has no subject.

    Raises:
        LookupError: nobody prepares the papers of this kind of subject.
    """
    if not item.subject_kind:
        return {"title": item.title}
    if item.subject_kind not in _providers:
        raise LookupError(item.subject_kind)
    return _providers[item.subject_kind](item.subject_id, at)
