"""Try a message: all its way, to the record of the patient, in a transaction that is undone."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import OperationalError, connection, transaction

from passerelle.care.channels import api as channels
from passerelle.care.channels.api import Trial, TrialImpossible, TrialResult
from passerelle.care.exchange.doors.forms.documents import from_cda
from passerelle.care.exchange.doors.forms.resources import from_fhir
from passerelle.care.exchange.doors.taking import frame_of
from passerelle.care.exchange.effects import effects_of
from passerelle.care.exchange.handlers import Inbound, Rejected, handlers
from passerelle.care.exchange.models import Message
from passerelle.care.exchange.rules.differences import differences
from passerelle.care.exchange.rules.entering import Arrival, Entered, enter
from passerelle.care.exchange.rules.naming import event_name
from passerelle.care.exchange.rules.reading import place_of, readable
from passerelle.care.exchange.rules.verdict import Draft
from passerelle.care.exchange.selectors.validation import validation_of
from passerelle.care.exchange.services.receiving import house, judged
from passerelle.core.access import api as access
from passerelle.core.directory import api as directory
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error

_BUSY = "un autre traitement tient ce patient : essayez de nouveau dans un instant"
_WRITTEN = """
    SELECT coalesce(parent.relname, seen.relname), sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del)
    FROM pg_stat_xact_user_tables seen
    LEFT JOIN pg_inherits child ON child.inhrelid = seen.relid
    LEFT JOIN pg_class parent ON parent.oid = child.inhparent
    GROUP BY 1
"""


@dataclass(slots=True)
class _Outcome:
    """What the handlers did before it was undone."""

    parked_where: str = ""
    parked_why: str = ""
    effects: list[channels.TrialEffect] = field(default_factory=list)
    rows: list[channels.TrialRows] = field(default_factory=list)


def try_message(trial: Trial) -> TrialResult:
    """Judge a content and apply it, undo it, and tell each step. Nothing is kept: no row, no acknowledgement, no send.

    Raises:
        TrialImpossible: it is no message, and no channel says how to read it.
    """
    arrival = _arrival(trial)
    (draft,) = judged([arrival], house())
    trial.is_allowed(draft.establishment)
    entered = _entered(arrival)
    outcome = _undone(draft) if draft.accepted else _Outcome()
    read = entered.read.to_bytes() if entered else b""
    return TrialResult(
        channel=draft.channel,
        establishment=draft.establishment,
        event=_event(draft),
        facts=tuple(_facts(draft)),
        form=readable(arrival.form)[0] if arrival.form else "",
        findings=tuple(
            channels.TrialFinding(one.place, one.text, one.rule, one.status_kind, one.status_label)
            for one in validation_of(read)
        ),
        changes=tuple(_changes(entered)),
        keys=draft.keys,
        is_accepted=draft.accepted,
        refused_where=place_of(draft.error_where) or draft.error_where,
        refused_why=draft.error_why,
        seen_before=_seen_before(draft),
        parked_where=outcome.parked_where,
        parked_why=outcome.parked_why,
        effects=tuple(outcome.effects),
        rows=tuple(outcome.rows),
        destinations=tuple(_destinations(draft)),
        acknowledgement=readable(draft.ack)[0] if draft.ack else "",
        ack_code=draft.ack_code,
    )


def _arrival(trial: Trial) -> Arrival:
    """Read the content as its door would: HL7 as it is, CDA and FHIR through the channel that is named."""
    declared = channels.channel(trial.channel) if trial.channel else None
    if trial.channel and declared is None:
        raise TrialImpossible(where="canal", why="ce canal n’existe pas")
    start = trial.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    reader = {b"<": from_cda, b"{": from_fhir}.get(start)
    form, unread = None, None
    if reader is not None:
        if declared is None:
            raise TrialImpossible(where="canal", why="choisissez le canal d’un document ou d’une ressource FHIR")
        try:
            form = reader(trial.content, frame_of(declared, at=trial.at))
        except Hl7Error as fault:
            unread = fault
    return Arrival(
        id=uuid.uuid4(),
        raw=trial.content,
        peer="essai",
        at=trial.at,
        # On the page there is no certificate to show: a pinned channel is tried as if its own had come.
        door=declared.source.door if declared else "essai",
        channel=trial.channel or _channel_of(trial.content),
        form=form,
        unread=unread,
    )


def _channel_of(content: bytes) -> str:
    try:
        message = hl7v2.parse(content)
    except Hl7Error:
        return ""
    found = channels.channel_of(facility=message.sending_facility, application=message.sending_application)
    return found.code if found else ""


def _entered(arrival: Arrival) -> Entered | None:
    try:
        message = hl7v2.parse(arrival.raw if arrival.form is None else arrival.form)
    except Hl7Error:
        return None
    return enter(arrival, message, channels.current())


def _undone(draft: Draft) -> _Outcome:
    outcome = _Outcome()
    message = hl7v2.parse(draft.raw if draft.form is None else draft.form)
    inbound = Inbound(
        message_id=draft.id,
        establishment=draft.establishment,
        sending_application=draft.sending_application,
        received_at=draft.received_at,
        event=pamfr.read(message),
        message=message,
    )
    try:
        with transaction.atomic(), directory.remembering(), access.as_machine():  # as a worker would
            _apply(inbound, outcome)
            transaction.set_rollback(True)
    except (Rejected, Hl7Error) as refusal:
        outcome.parked_where, outcome.parked_why = place_of(refusal.where) or refusal.where, refusal.why
    except OperationalError:
        outcome.parked_why = _BUSY
    return outcome


def _apply(inbound: Inbound, outcome: _Outcome) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute("SET LOCAL statement_timeout = '10s'")
    before = _written()
    for handler in handlers():
        handler(inbound)
    outcome.effects += [channels.TrialEffect(one.title, one.text) for one in effects_of(inbound)]
    outcome.rows += _rows(before, _written())


def _written() -> dict[str, tuple[int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return {table: (int(added), int(changed), int(removed)) for table, added, changed, removed in cursor.fetchall()}


def _rows(
    before: dict[str, tuple[int, int, int]], after: dict[str, tuple[int, int, int]]
) -> Iterator[channels.TrialRows]:
    names = {model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models()}  # noqa: SLF001 - Django's own API
    for table, counts in sorted(after.items()):
        added, changed, removed = (now - was for now, was in zip(counts, before.get(table, (0, 0, 0)), strict=True))
        if added or changed or removed:
            yield channels.TrialRows(names.get(table, table).capitalize(), added, changed, removed)


def _event(draft: Draft) -> str:
    name = event_name(draft.code, draft.trigger)
    kind = f"{draft.code}^{draft.trigger}".strip("^")
    return f"{kind} : {name}" if name else kind


def _facts(draft: Draft) -> Iterator[tuple[str, str]]:
    channel = channels.channel(draft.channel) if draft.channel else None
    yield "Canal", f"{channel.label}, version {channel.version}" if channel else "aucun : traitement ordinaire"
    row = directory.establishment(draft.establishment) if draft.establishment else None
    yield "Établissement", row.name if row else "inconnu"
    yield "Émetteur (MSH-4, MSH-3)", ", ".join(filter(None, [draft.sending_facility, draft.sending_application]))
    yield "Identifiant de contrôle", draft.control_id


def _changes(entered: Entered | None) -> Iterator[channels.TrialChange]:
    if entered is None or entered.read is entered.message:
        return
    for one in differences(entered.message.to_bytes(), entered.read.to_bytes()):
        yield channels.TrialChange(one.place, one.name, one.before, one.after)


def _seen_before(draft: Draft) -> str:
    known = Message.objects.filter(
        accepted=True,
        control_id=draft.control_id,
        sending_application=draft.sending_application,
        sending_facility=draft.sending_facility,
    ).values_list("sha256", flat=True)
    found: Any = known.first() if draft.control_id else None
    if found is None:
        return ""
    if bytes(found) == draft.sha256:
        return "Les mêmes octets sont déjà enregistrés : un second envoi recevrait la première réponse, sans effet."
    return "Cet identifiant de contrôle a déjà servi à un autre contenu : l’envoi serait refusé en conflit."


def _destinations(draft: Draft) -> Iterator[channels.TrialDestination]:
    channel = channels.channel(draft.channel) if draft.channel else None
    for code in channel.destinations if channel else ():
        found = channels.destination(code)
        if found is None:
            continue
        if not found.accepts(draft.code, draft.trigger) and not found.transport.options.get("resources"):
            told = ("neutral", "n’attend pas ce type")
        elif not found.enabled:
            told = ("neutral", "arrêtée : rien ne partirait")
        else:
            told = ("done", "recevrait ce message")
        yield channels.TrialDestination(found.code, found.label, *told)
