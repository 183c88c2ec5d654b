"""The key of the pseudonyms: made once, readable by the house's user only, beside the extract and never in it."""

import os
import secrets
from pathlib import Path
from typing import Final

_KEY_BYTES: Final = 32


def pseudonym_key(folder: Path) -> bytes:
    """Return the key kept in this folder, making it the first time; processes that make it at once agree on one."""
    path = folder / "warehouse.key"
    if not path.exists():
        draft = folder / f".warehouse.key.{secrets.token_hex(8)}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
