"""Drop files in a folder: whole or not there at all, under a name that says nothing of the patient."""

import os
from pathlib import Path

from passerelle.care.delivery.rules.answering import Answer
from passerelle.care.delivery.rules.outcomes import Verdict
from passerelle.care.delivery.transports.parcel import NotSent, Parcel


class FolderTransport:
    """The same item is always the same file: writing it again changes nothing."""

    def __init__(self, folder: Path, *, suffix: str) -> None:
        self._folder = folder
        self._suffix = suffix

    def send(self, parcel: Parcel) -> Answer:
        """Write the file beside its place, then put it there in one move.

        Raises:
            NotSent: the folder cannot be written.
        """
        name = f"{parcel.id:012d}-{_plain(parcel.code)}-{_plain(parcel.trigger)}{self._suffix}"
        draft = self._folder / f".{name}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(parcel.payload)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / name)
            _settle(self._folder)
        except OSError as error:
            reason = f"le dossier ne s’écrit pas ({error.strerror or type(error).__name__})"
            raise NotSent(reason) from error
        return Answer(Verdict.ACCEPTED, "écrit", name)

    def close(self) -> None:
        """Keep nothing open."""


def _plain(text: str) -> str:
    return "".join(character for character in text if character.isascii() and character.isalnum()) or "X"


def _settle(folder: Path) -> None:
    """Make the new name last: it is in the folder, which is a file too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
