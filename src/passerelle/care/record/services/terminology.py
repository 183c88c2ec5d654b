"""The nomenclatures of the house, stored as what nobody owns: read and searched like everything else."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.services.writing import Origin, Whose, lock, put_over
from passerelle.core.terminology import api as terminology

SOURCE = "terminology"


@transaction.atomic
def publish_terminology(*, at: datetime) -> int:
    """Bring the stored CodeSystem, ValueSet and ConceptMap to what the files say; return how many are new versions.

    What the files no longer declare stays: a document may name it.
    """
    changed = 0
    for resource in terminology.resources():
        type_, id_ = resource["resourceType"], UUID(resource["id"])
        held = lock(type_, id_, likely=NOBODY)
        stored = put_over(held, resource, Whose(id_, NOBODY), Origin(at, SOURCE, ""))
        changed += stored.version != (held.version if held else 0)
    return changed
