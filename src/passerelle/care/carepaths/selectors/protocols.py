"""The protocols of the house for lists."""

from dataclasses import dataclass

from passerelle.care.carepaths.library import of_version
from passerelle.care.carepaths.models import Following, FollowingState, ProtocolVersion


@dataclass(frozen=True, slots=True)
class ProtocolRow:
    """A protocol in its last version; `followed` is how many patients follow any of its versions now."""

    code: str
    version: str
    title: str
    summary: str
    network: str
    is_draft: bool
    followed: int


def protocol_rows() -> list[ProtocolRow]:
    """Return every protocol in its last version, by title, in two queries."""
    latest: dict[str, ProtocolVersion] = {}
    for row in ProtocolVersion.objects.order_by("published_at", "id"):
        latest[row.code] = row
    followed: dict[str, int] = {}
    active = Following.objects.filter(state=FollowingState.ACTIVE)
    for code in active.values_list("protocol__code", flat=True):
        followed[code] = followed.get(code, 0) + 1
    found = [(of_version(row), followed.get(code, 0)) for code, row in latest.items()]
    return [
        ProtocolRow(one.code, one.version, one.title, one.summary, one.network, one.is_draft, count)
        for one, count in sorted(found, key=lambda pair: pair[0].title)
    ]
