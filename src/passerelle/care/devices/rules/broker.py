"""What the broker reads (Mosquitto 2): its configuration, its passwords, and who may speak under which topic."""

import base64
import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import UUID

#: Topics of a device are under its own name; no other credential may write there.
ROOT: Final = "passerelle/devices"
EVERYTHING: Final = f"{ROOT}/+/measures"
LISTENER: Final = "passerelle-listener"
_ITERATIONS: Final = 101  # what mosquitto_passwd does; secrets are 192 random bits, not words
_SALT_BYTES: Final = 12


def new_secret() -> str:
    """Return the secret of a credential: 192 random bits."""
    return secrets.token_urlsafe(24)


def password_hash(secret: str, *, salt: bytes | None = None) -> str:
    """Return a secret as the password file keeps it (PBKDF2-SHA512, kind 7). Source: mosquitto_passwd(1)."""
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    hashed = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(hashed).decode()}"


def topic_of(device_id: UUID) -> str:
    """Return where a device sends its measures."""
    return f"{ROOT}/{device_id}/measures"


def device_of(topic: str) -> UUID | None:
    """Return the device of a topic; the broker has checked that its credential sent it."""
    parts = topic.split("/")
    try:
        return UUID(parts[-2]) if len(parts) == 4 and "/".join(parts[:2]) == ROOT else None
    except ValueError:
        return None


def passwords(credentials: Iterable[tuple[str, str]]) -> str:
    """Return the password file: one name and hash a line."""
    return "".join(f"{name}:{hashed}\n" for name, hashed in credentials)


def access_list() -> str:
    """Return who may do what: each device writes under its own name, the listener reads everything."""
    return f"user {LISTENER}\ntopic read {ROOT}/#\n\npattern write {ROOT}/%u/#\n"


def configuration(folder: Path, *, port: int, user: str, certificate: Path, key: Path) -> str:
    """Return the configuration of a broker that lives in `folder` and runs as `user`: TLS only, nobody unnamed.

    A session is of its credential: no device takes the name, and so the place, of the listener or of another device.
    Sessions last and messages in wait are on disk, so that nothing is lost while the listener is down.
    """
    return f"""# Written by `passerelle devices broker-files`; write it again rather than change it.
user {user}
listener {port}
certfile {certificate}
keyfile {key}
tls_version tlsv1.2
allow_anonymous false
use_username_as_clientid true
password_file {folder / "passwords"}
acl_file {folder / "acl"}
persistence true
persistence_location {folder / "kept"}/
autosave_interval 1
autosave_on_changes true
max_inflight_messages 2000
max_queued_messages 0
message_size_limit 65536
persistent_client_expiration 30d
log_dest stderr
log_type error
log_type warning
"""
