"""Signatures of the addresses that others call: a receipt is believed for the message it was given with only."""

from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

_LENGTH = 24


def sign(public_id: UUID) -> str:
    return salted_hmac("passerelle.notify.receipt", str(public_id), algorithm="sha256").hexdigest()[:_LENGTH]


def is_signed(public_id: UUID, signature: str) -> bool:
    return constant_time_compare(sign(public_id), signature)
