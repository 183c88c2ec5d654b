"""The door of SMART on FHIR: scopes, and the proof of identity of an application."""

from passerelle.protocols.smart.assertion import (
    Assertion,
    AssertionRefused,
    claimed_client,
    read_assertion,
    read_key_set,
)
from passerelle.protocols.smart.scopes import (
    EVERY_TYPE,
    IDENTITY_SCOPES,
    LAUNCH_SCOPES,
    Context,
    Grants,
    Reach,
    Scope,
    grants_of,
    parse_scope,
)

__all__ = [
    "EVERY_TYPE",
    "IDENTITY_SCOPES",
    "LAUNCH_SCOPES",
    "Assertion",
    "AssertionRefused",
    "Context",
    "Grants",
    "Reach",
    "Scope",
    "claimed_client",
    "grants_of",
    "parse_scope",
    "read_assertion",
    "read_key_set",
]
