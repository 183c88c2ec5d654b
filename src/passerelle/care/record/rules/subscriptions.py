"""What a Subscription may ask, and the destination it becomes. https://hl7.org/fhir/R4/subscription.html.

A subscriber is told that there is something new, never what: it comes and reads, under its own rights of that moment.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from passerelle.care.delivery import api as delivery
from passerelle.care.record.rules.kinds import PATIENT_PATHS
from passerelle.care.record.rules.writes import refused
from passerelle.protocols.fhir import api as fhir

REQUESTED, ACTIVE, ERROR, OFF = "requested", "active", "error", "off"
_ENDPOINT: Final = "Subscription.channel.endpoint"
_CRITERIA: Final = "Subscription.criteria"
_TOLD_TYPES: Final = frozenset(type_ for type_, paths in PATIENT_PATHS.items() if paths) - {"Binary", "Provenance"}


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where subscribers may be told: hosts of the outside, and hosts that may be on a private network."""

    public: Collection[str]
    private: Collection[str]


@dataclass(frozen=True, slots=True)
class Followed:
    """What a Subscription follows: a type of resource, and criteria of search on it ("" for all)."""

    type: str
    criteria: str


def destination_code(subscription_id: UUID) -> str:
    """Return the code of the destination that a Subscription becomes."""
    return f"abonnement-{subscription_id}"


def as_asked(written: fhir.Written, hosts: Hosts) -> fhir.Written:
    """Return a Subscription as it is kept when somebody writes it: off if it says so, else to be approved.

    Raises:
        WriteRefused: it asks what is not done; it says where.
    """
    resource = written.resource
    followed_by(resource)
    _check_channel(resource.get("channel", {}), hosts)
    status = OFF if resource.get("status") == OFF else REQUESTED
    if resource.get("status") == status and "error" not in resource:
        return written
    return with_status(written.text, status)


def with_status(text: bytes, status: str, error: str = "") -> fhir.Written:
    """Return a Subscription with another status, and why it is in error."""
    members = fhir.loads(text)
    members.pop("error", None)
    changed = members | {"status": status} | ({"error": error[:500]} if error else {})
    return fhir.Written(fhir.dumps(changed), changed)


def followed_by(resource: Mapping[str, Any]) -> Followed:
    """Return what a Subscription follows.

    Raises:
        WriteRefused: its criteria cannot be read, or follow a type that is not told.
    """
    text = str(resource.get("criteria", ""))
    type_, _, criteria = text.partition("?")
    if type_ not in _TOLD_TYPES:
        raise refused(422, "not-supported", f"type non suivi : {type_[:40] or 'aucun'}", _CRITERIA)
    try:
        delivery.read_criteria(type_, criteria)
    except fhir.FhirError as error:
        raise refused(422, "invalid", error.why, _CRITERIA) from error
    return Followed(type_, criteria)


def _check_channel(channel: Mapping[str, Any], hosts: Hosts) -> None:
    if channel.get("type") != "rest-hook":
        raise refused(422, "not-supported", "seul le canal rest-hook est servi", "Subscription.channel.type")
    if channel.get("payload"):
        why = "une notification dit qu’il y a du nouveau, sans le contenu : l’application vient le lire"
        raise refused(422, "not-supported", why, "Subscription.channel.payload")
    if channel.get("header"):
        why = "les en-têtes ne sont pas envoyés : un secret ne se garde pas dans une ressource"
        raise refused(422, "not-supported", why, "Subscription.channel.header")
    check_endpoint(str(channel.get("endpoint", "")), hosts)


def check_endpoint(endpoint: str, hosts: Hosts) -> bool:
    """Tell whether an address is one of the outside, where no private network may be reached.

    Raises:
        WriteRefused: it is not one where this house tells anybody.
    """
    try:
        host, _ = delivery.host_and_port(endpoint)
    except delivery.AddressRefused as error:
        raise refused(422, "invalid", str(error), _ENDPOINT) from error
    if host not in {*hosts.public, *hosts.private}:
        why = f"l’hôte « {host[:100]} » n’est pas de ceux que l’exploitant admet"
        raise refused(422, "business-rule", why, _ENDPOINT)
    if host in hosts.private:
        return False
    if not endpoint.startswith("https://"):
        raise refused(422, "business-rule", "une adresse de l’extérieur est en https", _ENDPOINT)
    return True


def declaration_of(resource: Mapping[str, Any], establishment: str, hosts: Hosts, *, enabled: bool) -> dict[str, Any]:
    """Return the destination that a Subscription becomes, as a file of channels declares it.

    Raises:
        WriteRefused: it asks what is no longer done.
    """
    followed = followed_by(resource)
    endpoint = str(resource["channel"]["endpoint"])
    options: dict[str, Any] = {"url": endpoint, "resources": [followed.type], "payload": "empty", "idempotent": True}
    if followed.criteria:
        options["criteria"] = followed.criteria
    if check_endpoint(endpoint, hosts):
        options["public"] = True
    declared = {
        "destination": destination_code(UUID(str(resource["id"]))),
        "label": f"Abonnement FHIR : {str(resource.get('reason', ''))[:80]}".strip(),
        "transport": {"kind": "resthook", "options": options},
        "sends": [],
        "retry": {"first_seconds": 2, "longest_seconds": 300, "attempts": 20},
        "enabled": enabled,
    }
    return declared | ({"establishment": establishment} if establishment else {})


def is_over(resource: Mapping[str, Any], at: datetime) -> bool:
    """Tell whether the end that a Subscription asked for has come."""
    told = resource.get("end")
    try:
        end = fhir.date_range(told).end if isinstance(told, str) else None
    except fhir.FhirError:
        return False
    return end is not None and end <= at
