"""Putting a piece of the record aside."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.consent.models import MaskedDocument, MinorSecret
from passerelle.care.consent.rules.majority import is_minor
from passerelle.care.consent.rules.vocabulary import Door, Item
from passerelle.care.consent.services.facts import AlreadyChosen, add, hold, withdraw
from passerelle.care.consent.voices import Voice
from passerelle.care.identity import api as identity


class NotAMinor(Exception):
    """Seule une personne de moins de dix-huit ans peut demander ce secret."""


class NotForParents(Exception):
    """Ce secret se demande par le mineur lui-même, ou se note par son médecin."""


@transaction.atomic
def mask_document(*, person_id: UUID, document_id: UUID, title: str = "", by: Voice, at: datetime) -> UUID:
    """Hide a document from professionals; its author's team keeps it. The resource stays as it is.

    Raises:
        AlreadyChosen: it is masked.
    """
    hold(person_id)
    if MaskedDocument.objects.of(person_id).in_force(at).filter(document_id=document_id).exists():
        raise AlreadyChosen
    return add(MaskedDocument(person_id=person_id, document_id=document_id, title=title[:300]), by=by, at=at)


@transaction.atomic
def unmask_document(*, person_id: UUID, document_id: UUID, by: Voice, at: datetime) -> None:
    """Show a document again to those who may see the record; a document that is not masked stays as it is."""
    hold(person_id)
    for row in MaskedDocument.objects.of(person_id).in_force(at).filter(document_id=document_id):
        withdraw(person_id=person_id, choice_id=row.id, kind="masked", by=by, at=at)


@transaction.atomic
def keep_secret(*, person_id: UUID, item: Item, item_id: UUID, by: Voice, at: datetime) -> UUID:
    """Keep care from the parents, from the moment the minor asks; the doctor's note is one more fact.

    The secret outlives the majority: nobody represents an adult as a parent.

    Raises:
        NotForParents: a representative asks.
        NotAMinor: the person is of age, or their birth date is unknown.
        AlreadyChosen: the same voice said it already.
    """
    if by.door is Door.REPRESENTATIVE:
        raise NotForParents
    if not is_minor(identity.traits(person_id).birth_date, at):
        raise NotAMinor
    hold(person_id)
    is_noted = by.door is Door.STAFF
    told = {"item": item.value, "item_id": item_id, "is_noted": is_noted}
    if MinorSecret.objects.of(person_id).in_force(at).filter(**told).exists():
        raise AlreadyChosen
    return add(MinorSecret(person_id=person_id, **told), by=by, at=at)


@transaction.atomic
def tell_again(*, person_id: UUID, item_id: UUID, by: Voice, at: datetime) -> None:
    """End a secret, as the minor asked: the parents see this care again.

    Raises:
        NotForParents: a representative asks.
    """
    if by.door is Door.REPRESENTATIVE:
        raise NotForParents
    hold(person_id)
    for row in MinorSecret.objects.of(person_id).in_force(at).filter(item_id=item_id):
        withdraw(person_id=person_id, choice_id=row.id, kind="secret", by=by, at=at)
