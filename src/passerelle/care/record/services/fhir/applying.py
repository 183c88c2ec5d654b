"""Writes by FHIR: one or several, all of them or none. https://hl7.org/fhir/R4/http.html#transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import OperationalError, transaction
from psycopg import errors

from passerelle.care.exchange.api import SupposedWrong, gathering_writes, write
from passerelle.care.record.rules import writes as rules
from passerelle.care.record.rules.kinds import FOLLOWING
from passerelle.care.record.rules.writes import CREATE, DELETE, PATCH, UPDATE, Asked, Done, refused
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight
from passerelle.care.record.services.fhir.binaries import content_of, owner_of_binary
from passerelle.care.record.services.fhir.choosing import Chosen, choose
from passerelle.care.record.services.fhir.deciding import NotAllowed, Permission
from passerelle.care.record.services.fhir.held import Key, lock_all, lock_first_writes
from passerelle.care.record.services.fhir.numbers import check_numbers
from passerelle.care.record.services.fhir.owners import Owners
from passerelle.care.record.services.fhir.patients import PatientFile, open_file
from passerelle.care.record.services.fhir.referring import Referring
from passerelle.care.record.services.fhir.storing import Draft, store
from passerelle.care.record.services.fhir.watching import tell_watchers
from passerelle.care.record.services.subscriptions import kept_as_asked
from passerelle.core.access.api import Act, Viewer
from passerelle.core.audit import api as audit
from passerelle.protocols.fhir import api as fhir

CHOICES: Final = "consent"
_TOLD_BY_MESSAGES: Final = "les messages de l’établissement tiennent cette ressource : elle se corrige à la source"
#: The order of a transaction: https://hl7.org/fhir/R4/http.html#trules.
ORDER: Final = {DELETE: 0, CREATE: 1, UPDATE: 2, PATCH: 3}


def apply(asked: Sequence[Asked], *, by: Viewer, at: datetime) -> list[Done]:
    """Do these writes in one transaction and return what became of each, in the order given.

    Raises:
        WriteRefused: one of them cannot be done; nothing is. `rank` of the exception says which.
    """
    sight = Sight(by, at=at, act=Act.READ)
    for rank, one in enumerate(asked):
        if one.written is not None:
            with rules.at_rank(rank):
                one.references = rules.checked(one.written, one.type)
    try:
        with transaction.atomic():
            return _Work(asked, sight).done()
    except SupposedWrong:
        raise refused(409, "conflict", "un autre écrivain vient de créer cette ressource : à refaire") from None
    except OperationalError as fault:
        if isinstance(fault.__cause__, errors.DeadlockDetected):
            raise refused(409, "conflict", "un autre écrivain tient ces ressources : à refaire") from None
        raise
    except NotAllowed as refusal:
        refusal.leave_trace(sight)
        raise


class _Work:
    """The writes of one transaction, on their way."""

    def __init__(self, asked: Sequence[Asked], sight: Sight) -> None:
        self._asked, self._sight = asked, sight
        self._permission = Permission(sight)
        self._owners = Owners(sight)
        self._patients = PatientFile(sight, self._permission)

    def done(self) -> list[Done]:
        """Do them, in the order of the standard."""
        chosen = [self._choose(rank, one) for rank, one in enumerate(self._asked)]
        _check_apart(chosen)
        self._lead_references(chosen)
        held = lock_all({one.key for one in chosen if one.asked.method != CREATE and not one.is_settled})
        held |= lock_first_writes({one.key for one in chosen if one.asked.method == UPDATE} - held.keys())
        drafts: dict[int, Draft] = {}
        for rank in sorted(range(len(chosen)), key=self._turn):
            with rules.at_rank(rank):
                drafts[rank] = self._draft(chosen[rank], held)
        self._check_references(drafts)
        with gathering_writes(), audit.written_by(write):
            self._permission.leave_traces()
            done = [store(drafts[rank], self._sight) for rank in range(len(chosen))]
        self._tell_watchers(drafts)
        return done

    def _tell_watchers(self, drafts: Mapping[int, Draft]) -> None:
        """Let packages above keep theirs of what was written, or refuse it."""
        for rank, draft in drafts.items():
            if draft.settled is None:
                with rules.at_rank(rank):
                    tell_watchers(draft.told(self._sight))

    def _turn(self, rank: int) -> tuple[int, bool]:
        """Return when a write comes: what follows another resource comes after it."""
        asked = self._asked[rank]
        return ORDER[asked.method], asked.type in FOLLOWING

    def _choose(self, rank: int, asked: Asked) -> Chosen:
        with rules.at_rank(rank):
            chosen = choose(asked, self._sight)
            if asked.type == "Patient" and asked.method == CREATE and not chosen.is_settled:
                return chosen._replace(key=("Patient", open_file(asked, self._sight)))
            return chosen

    def _lead_references(self, chosen: Sequence[Chosen]) -> None:
        """Put the addresses that resources will have in the place of the names that entries gave them."""
        addresses = {one.asked.full_url: f"{one.key[0]}/{one.key[1]}" for one in chosen if one.asked.full_url}
        if not addresses and not any(_has_conditions(one.asked) for one in chosen):
            return
        for rank, one in enumerate(chosen):
            if one.asked.written is not None:
                with rules.at_rank(rank):
                    self._lead(one.asked, one.asked.written, addresses)

    def _lead(self, asked: Asked, written: fhir.Written, addresses: Mapping[str, str]) -> None:
        def address_of(reference: str) -> str | None:
            found = addresses.get(reference)
            if found is None and "?" in reference and "://" not in reference:
                return self._permission.conditional(reference)
            return found

        text = fhir.relinked(written.text, address_of)
        if text != written.text:
            asked.written = fhir.Written(text, fhir.loads(text))
            asked.references = rules.checked(asked.written, asked.type)

    def _draft(self, chosen: Chosen, held: Mapping[Key, StoredResource]) -> Draft:
        before = held.get(chosen.key)
        asked = chosen.asked
        if chosen.is_settled:
            return Draft(
                chosen.key, None, Done(204 if asked.method == DELETE else 200, *chosen.key), before=chosen.found
            )
        if asked.method == DELETE:
            return self._deletion(chosen.key, before, asked)
        if asked.method == PATCH:
            asked.written = self._patched(before, asked)
            asked.references = rules.checked(asked.written, asked.type)
        if asked.written is None:  # pragma: no cover - an update without a body is refused at the door
            raise refused(400, "structure", "une ressource est attendue")
        draft = self._version(chosen, before, asked.written)
        _check_version(before, asked)
        return draft

    def _version(self, chosen: Chosen, before: StoredResource | None, written: fhir.Written) -> Draft:
        type_, references = chosen.key[0], chosen.asked.references
        if type_ == "Subscription":
            written = kept_as_asked(written)
        if type_ == "Patient":
            return self._patients.draft(chosen.key, before, written, references)
        if before is not None and is_told_by_messages(before):
            raise refused(409, "conflict", _TOLD_BY_MESSAGES)
        is_binary = type_ == "Binary"
        told = owner_of_binary(chosen.key, written.resource, self._asked) if is_binary else None
        owner = self._owners.of(type_, written.resource, before, told)
        establishment = before.establishment if before else self._owners.establishment(owner)
        draft = Draft(chosen.key, written, None, owner, establishment, before, references)
        self._owners.made[chosen.key] = owner
        act = Act.CREATE if before is None or before.deleted else Act.UPDATE
        self._permission.ask(draft.candidate(self._sight), before, act)
        check_numbers(draft, self._sight)
        draft.content = content_of(written.resource) if is_binary else None
        return draft

    def _deletion(self, key: Key, before: StoredResource | None, asked: Asked) -> Draft:
        if before is None or not self._permission.sees(before):
            return Draft(key, None, Done(204, *key))
        if before.deleted:
            return Draft(key, None, Done(204, *key), before=before)
        if key[0] == "Patient":
            raise refused(422, "business-rule", "une identité ne se supprime pas : elle se rapproche ou s’annule")
        self._permission.ask(before, before, Act.DELETE)
        if is_told_by_messages(before):
            raise refused(409, "conflict", _TOLD_BY_MESSAGES)
        _check_version(before, asked)
        return Draft(key, None, None, before.local_identity_id, before.establishment, before, is_deletion=True)

    def _patched(self, before: StoredResource | None, asked: Asked) -> fhir.Written:
        if before is None:
            raise refused(404, "not-found", "Cette ressource n’existe pas.")
        self._permission.show(before)
        if before.deleted:
            raise refused(410, "deleted", "Cette ressource a été supprimée.")
        _check_version(before, asked)
        try:
            text = fhir.exact_text(fhir.apply_patch(fhir.exact(before.body), asked.operations))
            return fhir.read_written(text)
        except fhir.TestFailed as fault:
            raise refused(422, "conflict", fault.why, fault.where) from fault
        except fhir.FhirError as fault:
            raise refused(422, "processing", fault.why, fault.where) from fault

    def _check_references(self, drafts: Mapping[int, Draft]) -> None:
        made = {draft.key for draft in drafts.values() if draft.written is not None}
        referring = Referring(self._sight, made=made)
        written = [(rank, draft) for rank, draft in drafts.items() if draft.written is not None]
        wanted = {}
        for rank, draft in written:
            with rules.at_rank(rank):
                wanted[rank] = referring.gather(draft.resource, draft.references, draft.local_identity_id)
        for rank, draft in written:
            with rules.at_rank(rank):
                referring.check(draft.resource, wanted[rank], draft.local_identity_id)


def _check_apart(chosen: Sequence[Chosen]) -> None:
    """Refuse a transaction that writes the same resource twice."""
    seen: set[Key] = set()
    for rank, one in enumerate(chosen):
        if one.key in seen and not one.is_settled:
            with rules.at_rank(rank):
                raise refused(400, "invalid", "cette ressource est écrite deux fois dans la transaction", one.key[0])
        seen.add(one.key)


def _has_conditions(asked: Asked) -> bool:
    return asked.written is not None and b"?" in asked.written.text


def _check_version(before: StoredResource | None, asked: Asked) -> None:
    if asked.if_match is None:
        return
    if before is None or before.deleted or before.version != asked.if_match:
        raise refused(412, "conflict", "cette ressource a changé depuis la version que vous avez lue (If-Match)")


def is_told_by_messages(held: StoredResource) -> bool:
    """Tell whether a message told the version there is (its source is the id of that message), or a choice did."""
    if held.source == CHOICES:
        return True
    try:
        UUID(held.source)
    except ValueError:
        return False
    return True
