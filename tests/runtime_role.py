"""Requests of the tests work under the role of production: tests arrange and assert as the owner of the database."""

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase

from passerelle.core.access.api import RUNTIME_ROLE


class RuntimeRole:
    """Take the runtime role at the first statement of a request, and leave it when the request is over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        taken: list[bool] = []

        def before(execute: Callable[..., Any], *told: Any) -> Any:
            if not taken:
                taken.append(True)
                connection.connection.execute(f"SET ROLE {RUNTIME_ROLE}")
            return execute(*told)

        try:
            with connection.execute_wrapper(before):
                return self.get_response(request)
        finally:
            if taken:
                _leave()


def _leave() -> None:
    try:
        if connection.connection is not None and not connection.connection.closed:
            connection.connection.execute("RESET ROLE")
    except (DatabaseError, connection.Database.Error):  # a failed transaction takes the role back when it is undone
        return
