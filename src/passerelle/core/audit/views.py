"""The journal for those who control it. Its rules of access are given where the addresses are put together."""

from typing import Protocol, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.core.audit.actions import Action, Actor
from passerelle.core.audit.export import MOST_ROWS, csv_lines
from passerelle.core.audit.forms import JournalForm
from passerelle.core.audit.selectors.journal import journal_page, journal_rows, last_verification
from passerelle.core.audit.services.controlling import verify_and_note
from passerelle.core.audit.services.recording import record


class _Viewer(Protocol):
    """What this package, below the one that knows viewers, asks of `request.viewer`."""

    def actor(self) -> Actor: ...


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    form = JournalForm(request.GET or None)
    query = form.query()
    record(Action.AUDIT_READ, by=_actor(request), at=timezone.now(), target="audit", person_id=None)
    context = {"form": form, "page": journal_page(query), "verification": last_verification()}
    return render(request, "audit/journal.html", context | _addresses(request))


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    query = JournalForm(request.GET or None).query()
    now = timezone.now()
    record(Action.AUDIT_EXPORTED, by=_actor(request), at=now, target="audit")
    name = f"journal-{timezone.localtime(now):%Y-%m-%d-%Hh%M}.csv"
    return StreamingHttpResponse(
        csv_lines(journal_rows(query, limit=MOST_ROWS)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
def verification(request: HttpRequest) -> HttpResponse:
    found = verify_and_note(by=_actor(request), at=timezone.now())
    if found.ok:
        messages.success(request, f"Journal intact : {found.events} événements relus.")
    else:
        messages.error(request, f"Journal altéré : {found.first_bad}.")
    return redirect("audit:journal")


def _actor(request: HttpRequest) -> Actor:
    return cast("_Viewer", request.viewer).actor()  # type: ignore[attr-defined]  # set by the middleware above


def _addresses(request: HttpRequest) -> dict[str, str]:
    asked = request.GET.copy()
    asked.pop("before_id", None)
    return {"query": asked.urlencode()}
