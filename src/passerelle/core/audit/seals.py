"""The seal file: one signed line per sealing, outside the database; copy it to other hospitals to be safe from both."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from passerelle.core.audit.rules import Head, merkle_root

NO_SEAL = "0" * 64
LONGEST_LINE = 8192


@dataclass(frozen=True, slots=True)
class Seal:
    """What was true of the chains at a moment."""

    at: datetime
    heads: tuple[Head, ...]
    root: str
    previous: str
    signature: str

    def signed_bytes(self) -> bytes:
        return json.dumps(self.body(), sort_keys=True, separators=(",", ":")).encode()

    def body(self) -> dict[str, object]:
        return {
            "at": self.at.astimezone(UTC).isoformat(),
            "heads": [[head.shard, head.sequence, head.hash.hex()] for head in self.heads],
            "root": self.root,
            "previous": self.previous,
        }

    def line(self) -> str:
        return json.dumps(self.body() | {"signature": self.signature}, sort_keys=True, separators=(",", ":"))


NO_PUBLIC_KEY = "la clé publique des sceaux (seal.pub) manque ou ne se lit pas"


class SealBroken(Exception):
    """Un sceau ne se lit pas, n’est pas signé par cette maison, ou ne suit pas le précédent."""


def folder() -> Path:
    return Path(settings.PASSERELLE_VAR) / "audit"


def append(heads: Sequence[Head], *, at: datetime) -> Seal:
    """Sign the heads and add a line to the seal file, under a lock, synced to disk.

    When nothing was recorded since the last seal, that one is returned and nothing is written.
    """
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    root = merkle_root(heads).hex()
    with (folder() / "seals.jsonl").open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last_line = _last_line(file)
        last = _parse(last_line, 0) if last_line else None
        if last is not None and last.root == root:
            return last
        previous = fingerprint(last_line) if last_line else NO_SEAL
        unsigned = Seal(at=at, heads=tuple(heads), root=root, previous=previous, signature="")
        seal = replace(unsigned, signature=_signing_key().sign(unsigned.signed_bytes()).hex())
        file.write(seal.line().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return seal


def _last_line(file: BinaryIO) -> str:
    """Return the last line without reading the file: it grows by one line a minute for years."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - LONGEST_LINE))
    lines = file.read().splitlines()
    return lines[-1].decode() if lines else ""


def read_all() -> Iterator[Seal]:
    """Yield each seal once it is proved.

    Raises:
        SealBroken: a line is not what was signed, or the line before it is missing.
    """
    path = folder() / "seals.jsonl"
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        yield from _proved(line.rstrip("\n") for line in file)


def _proved(lines: Iterable[str]) -> Iterator[Seal]:
    public = None
    previous = NO_SEAL
    for number, line in enumerate(lines, start=1):
        public = public or _public_key()
        seal = _parse(line, number)
        if seal.previous != previous:
            raise SealBroken(f"sceau {number} : il ne suit pas le précédent")
        _prove(seal, public, number)
        previous = fingerprint(line)
        yield seal


def fingerprint(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _prove(seal: Seal, public: Ed25519PublicKey, number: int) -> None:
    if merkle_root(seal.heads).hex() != seal.root:
        raise SealBroken(f"sceau {number} : la racine n’est pas celle de ses têtes")
    try:
        public.verify(bytes.fromhex(seal.signature), seal.signed_bytes())
    except (InvalidSignature, ValueError) as refusal:
        raise SealBroken(f"sceau {number} : la signature n’est pas la nôtre") from refusal


def _parse(line: str, number: int) -> Seal:
    try:
        raw = json.loads(line)
        heads = _heads(raw["heads"])
        return Seal(datetime.fromisoformat(raw["at"]), heads, raw["root"], raw["previous"], raw["signature"])
    except (ValueError, KeyError, TypeError) as unreadable:
        raise SealBroken(f"sceau {number} : illisible") from unreadable


def _heads(raw: Iterable[tuple[int, int, str]]) -> tuple[Head, ...]:
    return tuple(Head(int(shard), int(sequence), bytes.fromhex(value)) for shard, sequence, value in raw)


def _signing_key() -> Ed25519PrivateKey:
    path = folder() / "seal.key"
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.private_bytes_raw())
        (folder() / "seal.pub").write_text(key.public_key().public_bytes_raw().hex() + "\n", encoding="ascii")
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def _public_key() -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex((folder() / "seal.pub").read_text(encoding="ascii")))
    except (OSError, ValueError) as missing:
        raise SealBroken(NO_PUBLIC_KEY) from missing
