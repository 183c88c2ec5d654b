"""What an operation is, declared beside the function that does it.

Addresses, CapabilityStatement and definitions are made from the declarations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeAlias
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.answers import answer
from passerelle.care.record.fhir.gate import View, interaction
from passerelle.care.record.fhir.operations.parameters import Asked, Parameter, read_parameters
from passerelle.care.record.fhir.read import uuid_of
from passerelle.core.access.api import AuthenticatedRequest, Viewer

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: `$code` on the system, on types, on instances. `definition` is the canonical of the standard's.

    `affects_state` operations are asked by POST, unless the standard says otherwise (`by_get`). `bare` is the parameter
    whose resource may be the body itself.
    """

    code: str
    title: str
    definition: str
    types: tuple[str, ...] = ()
    on_system: bool = False
    on_type: bool = False
    on_instance: bool = False
    affects_state: bool = False
    by_get: bool = True
    takes: tuple[Parameter, ...] = ()
    bare: str = ""

    @property
    def methods(self) -> tuple[str, ...]:
        return ("GET", "HEAD", "POST") if self.by_get else ("POST",)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation: who asks, when, on what, with which parameters."""

    request: AuthenticatedRequest
    asked: Asked
    at: datetime
    type: str = ""
    id: UUID | None = None

    @property
    def viewer(self) -> Viewer:
        return self.request.viewer


Doing: TypeAlias = Callable[[Call], HttpResponse | Json]


@dataclass(frozen=True, slots=True)
class Registered:
    """An operation and the view that answers it."""

    operation: Operation
    view: View


def registered(operation: Operation, do: Doing) -> Registered:
    """Return an operation with its view: guarded, its parameters read, its answer written as FHIR JSON."""

    @interaction(*operation.methods)
    @wraps(do)
    def view(request: AuthenticatedRequest, on: str = "", id_: str = "") -> HttpResponse:
        call = Call(
            request=request,
            asked=read_parameters(request, operation.takes, bare=operation.bare),
            at=timezone.now(),
            type=on,
            id=uuid_of(id_) if id_ else None,
        )
        done = do(call)
        return done if isinstance(done, HttpResponse) else answer(done)

    return Registered(operation, view)
