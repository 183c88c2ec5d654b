"""What a union would touch, before anybody decides."""

from datetime import date

from passerelle.care.identitovigilance.holdings import held_by
from passerelle.care.identitovigilance.rules.signing import Stakes, reasons_for_two
from passerelle.care.identity import api as identity
from passerelle.care.matching import api as matching
from passerelle.core.parameters import api as parameters

DOCUMENT = "DocumentReference"


def stakes_of(pair: matching.PairRow) -> Stakes:
    """Return the trust of both sides, the documents that would be seen together, and the warnings of the matcher."""
    traits = identity.traits_by_file([pair.first_id, pair.second_id])
    held = held_by([pair.first_id, pair.second_id])
    documents = sum(one.count for rows in held.values() for one in rows if one.kind == DOCUMENT)
    return Stakes(
        statuses=(traits[pair.first_id].status, traits[pair.second_id].status),
        documents=documents,
        guards=pair.guards,
    )


def second_signature(stakes: Stakes, *, on: date) -> list[str]:
    """Return why a second officer must sign, empty when one is enough."""
    most = parameters.legal("identity.four_eyes_documents", on).as_int
    return reasons_for_two(stakes, most_documents=most)
