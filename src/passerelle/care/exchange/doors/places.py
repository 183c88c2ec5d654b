"""Where the files of a watched folder are at each moment: dropped, being taken, done, refused.

A file is first renamed into `.taking`, so that a new file of the same name is never taken for it. The sheet of a PDF is
renamed before it, under the digest of the PDF: it can serve no other.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DONE, REFUSED, TAKING = "done", "refused", ".taking"
LARGEST: Final = 20 * 1024 * 1024
_UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload")
_SHEET: Final = ".yaml"
_PDF_SHEET: Final = ".pdf.yaml"


def prepare(folder: Path) -> None:
    """Make the folder and those where its files go."""
    for name in (TAKING, DONE, REFUSED):
        (folder / name).mkdir(parents=True, exist_ok=True)


def is_unfinished(name: str) -> bool:
    """Tell whether a name is that of a file its sender has not finished."""
    return name.lower().endswith(_UNFINISHED)


def dropped(folder: Path) -> Iterator[Path]:
    """Yield by name what may be taken: ordinary files, neither hidden, nor unfinished, nor the sheet of another."""
    for path in sorted(folder.iterdir()):
        name = path.name.lower()
        if (
            not name.startswith(".")
            and not is_unfinished(name)
            and not name.endswith(_PDF_SHEET)
            and _is_ordinary(path)
        ):
            yield path


def left(folder: Path) -> Iterator[Path]:
    """Yield what a former turn was taking when it was stopped."""
    for path in sorted((folder / TAKING).iterdir()):
        if not path.name.endswith(_SHEET) and _is_ordinary(path):
            yield path


def has_sheet(path: Path) -> bool:
    """Tell whether the sheet of a dropped PDF is there, beside it or already taken."""
    return _sheet_beside(path).is_file() or any((path.parent / TAKING).glob(f"{_escaped(path.name)}.*{_SHEET}"))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that is ours: its name as dropped, where it is now, its bytes (None when too large), its sheet's."""

    name: str
    path: Path
    content: bytes | None
    sheet: bytes | None

    @property
    def folder(self) -> Path:
        return self.path.parent.parent


def claim(path: Path) -> Claimed:
    """Take a dropped file, or one left by a former turn, out of the way of its sender.

    Raises:
        OSError: it is gone, or it cannot be renamed or read.
    """
    if path.parent.name == TAKING:
        return _claimed(path)
    beside = _sheet_beside(path)
    if path.suffix.lower() == ".pdf" and _is_ordinary(beside):
        beside.replace(_sheet_taken(path.parent / TAKING / path.name, _read(path)))
    target = path.parent / TAKING / path.name
    if target.exists():
        raise FileExistsError  # what a former turn left goes first
    return _claimed(path.rename(target))


def put_away(claimed: Claimed, folder: str, explanation: str = "") -> None:
    """Move a taken file to `done` or `refused`, with its sheet and, beside it, what is wrong with it."""
    target = _free(claimed, folder)
    if explanation:
        target.with_name(f"{target.name}.txt").write_text(explanation, encoding="utf-8")
    sheet = _sheet_taken(claimed.path, claimed.content)
    claimed.path.replace(target)
    if sheet.exists():
        sheet.replace(target.with_name(target.name + _SHEET))


def _claimed(path: Path) -> Claimed:
    content = _read(path)
    sheet = _sheet_taken(path, content)
    return Claimed(path.name, path, content, _read(sheet) if sheet.exists() else None)


def _read(path: Path) -> bytes | None:
    """Read a whole file, never through a link; None when it is too large."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        content = file.read(LARGEST + 1)
    return content if len(content) <= LARGEST else None


def _is_ordinary(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _sheet_beside(path: Path) -> Path:
    return path.with_name(path.name + _SHEET)


def _sheet_taken(path: Path, content: bytes | None) -> Path:
    return path.with_name(f"{path.name}.{hashlib.sha256(content or b'').hexdigest()[:16]}{_SHEET}")


def _escaped(name: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


def _free(claimed: Claimed, folder: str) -> Path:
    """Return where a file goes: under its name, or with the start of its digest when another file has that name."""
    target = claimed.folder / folder / claimed.name
    if claimed.content is None or not target.exists() or target.read_bytes() == claimed.content:
        return target
    return target.with_name(f"{target.stem}-{hashlib.sha256(claimed.content).hexdigest()[:8]}{target.suffix}")
