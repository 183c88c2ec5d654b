"""The SFTP door: each channel is an account, opened by its keys, that may only drop files in its folder.

A file appears in the folder when its sender closes it: whatever a broken connection leaves is never taken.
"""

import asyncio
import logging
import os
import secrets
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, cast

import asyncssh
from asyncssh import SFTPAttrs, SFTPName

from passerelle.care.channels.api import Channel
from passerelle.care.exchange.doors.places import is_unfinished

_log = logging.getLogger(__name__)
_LARGEST: Final = 64 * 1024 * 1024
_LONGEST_NAME: Final = 200
_KEY_FILE: Final = "sftp_host_key"

FindChannel = Callable[[str], Awaitable[Channel | None]]
FolderOf = Callable[[Channel], Path]


class SftpPortTaken(Exception):
    """Le port SFTP est déjà pris par un autre programme."""


@dataclass(frozen=True, slots=True)
class SftpDoor:
    """Where the door listens, the key that names it, and how the channel of an account and its folder are found."""

    host: str
    port: int
    host_key: asyncssh.SSHKey
    find_channel: FindChannel
    folder_of: FolderOf


def host_key(folder: Path) -> asyncssh.SSHKey:
    """Return the key of this installation, made at the first start and readable by its owner alone."""
    path = folder / _KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = asyncssh.generate_private_key("ssh-ed25519")
        draft = path.with_name(f".{_KEY_FILE}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_bytes(key.export_private_key())
        draft.replace(path)
    return asyncssh.read_private_key(str(path))


async def open_sftp(door: SftpDoor) -> asyncssh.SSHAcceptor:
    """Listen for SFTP sessions; nothing else of SSH is served.

    Raises:
        SftpPortTaken: somebody listens there already.
    """
    folders: dict[str, Path] = {}
    try:
        return await asyncssh.listen(
            door.host,
            door.port,
            server_factory=lambda: _Account(door, folders),
            server_host_keys=[door.host_key],
            sftp_factory=lambda chan: _Drop(chan, folders[chan.get_extra_info("username")]),
            allow_scp=False,
            agent_forwarding=False,
            x11_forwarding=False,
            login_timeout=20,
            keepalive_interval=30,
        )
    except OSError as error:
        raise SftpPortTaken from error


class _Account(asyncssh.SSHServer):
    """Lets in whoever holds a key of an SFTP channel, under the code of the channel."""

    def __init__(self, door: SftpDoor, folders: dict[str, Path]) -> None:
        self._door = door
        self._folders = folders
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    async def begin_auth(self, username: str) -> bool:
        channel = await self._door.find_channel(username)
        keys = cast("tuple[str, ...]", channel.source.options.get("keys", ())) if channel else ()
        if channel is None or not keys or self._connection is None:
            return True
        try:
            self._connection.set_authorized_keys(asyncssh.import_authorized_keys("\n".join(keys) + "\n"))
        except (asyncssh.KeyImportError, ValueError):
            _log.warning("%s: a declared key cannot be read, nobody may open this account", username)
        else:
            self._folders[username] = await asyncio.to_thread(self._door.folder_of, channel)
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return False


class _Drop(asyncssh.SFTPServer):
    """One session: it writes new files at the top of the folder, and sees those it may still rename."""

    def __init__(self, chan: asyncssh.SSHServerChannel[bytes], folder: Path) -> None:
        super().__init__(chan, chroot=os.fsencode(folder))
        self._session = chan.get_connection()
        self._folder = folder
        self._finals: dict[object, tuple[Path, Path]] = {}

    def map_path(self, path: bytes) -> bytes:
        mapped = super().map_path(path)
        name = os.path.relpath(mapped, os.fsencode(os.path.realpath(self._folder)))
        if name != b"." and not _is_plain(name):
            _deny()
        return mapped

    def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> object:  # noqa: ARG002 - the files are ours
        if pflags & (asyncssh.FXF_READ | asyncssh.FXF_APPEND) or not pflags & asyncssh.FXF_WRITE:
            _deny()
        final = Path(os.fsdecode(self.map_path(path)))
        if final == self._folder or (final.exists() and pflags & asyncssh.FXF_EXCL):
            _deny()
        draft = final.with_name(f".{secrets.token_hex(8)}.part")
        file = os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb", buffering=0)
        self._finals[file] = (draft, final)
        return file

    def open56(self, path: bytes, desired_access: int, flags: int, attrs: SFTPAttrs) -> object:  # noqa: ARG002
        _deny()

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        if offset + len(data) > _LARGEST:
            raise asyncssh.SFTPFailure("le fichier est trop grand")  # noqa: EM101 - told to the client
        return cast("int", super().write(file_obj, offset, data))

    def close(self, file_obj: object) -> None:
        """Let a file appear under its name, unless its connection was lost before the sender closed it."""
        draft, final = self._finals.pop(file_obj, (None, None))
        if draft is None or final is None:
            return
        os.fsync(file_obj.fileno())  # type: ignore[attr-defined]  # opened by us
        super().close(file_obj)
        if self._is_lost():
            draft.unlink(missing_ok=True)
            _log.warning("an upload was not finished: it is forgotten")
        else:
            draft.replace(final)

    def _is_lost(self) -> bool:
        # asyncssh closes what is open when a session ends, whether its sender wanted it or not.
        return self._session.is_closed() or self.channel.is_closing()

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give its final name to a file sent under an unfinished one."""
        old, new = (Path(os.fsdecode(self.map_path(path))) for path in (oldpath, newpath))
        if not is_unfinished(old.name) or not _is_file(old) or new.exists():
            _deny()
        old.rename(new)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        self.rename(oldpath, newpath)

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        if Path(os.fsdecode(self.map_path(path))) != Path(os.path.realpath(self._folder)):
            _deny()
        async for entry in super().scandir(path):
            filename = cast("bytes", entry.filename)
            if filename in {b".", b".."} or (_is_plain(filename) and _is_file(self._folder / os.fsdecode(filename))):
                yield entry

    def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Say yes and do nothing: clients set the times and rights of what they sent."""

    def lsetstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Say yes and do nothing."""

    def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """Say yes and do nothing."""

    def read(self, file_obj: object, offset: int, size: int) -> bytes:  # noqa: ARG002 - asyncssh
        _deny()

    def remove(self, path: bytes) -> None:  # noqa: ARG002 - asyncssh
        _deny()

    def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:  # noqa: ARG002 - asyncssh
        _deny()

    def rmdir(self, path: bytes) -> None:  # noqa: ARG002 - asyncssh
        _deny()

    def readlink(self, path: bytes) -> bytes:  # noqa: ARG002 - asyncssh
        _deny()

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:  # noqa: ARG002 - asyncssh
        _deny()

    def link(self, oldpath: bytes, newpath: bytes) -> None:  # noqa: ARG002 - asyncssh
        _deny()


def _is_plain(name: bytes) -> bool:
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return False
    return text.isprintable() and not text.startswith(".") and "/" not in text and len(name) <= _LONGEST_NAME


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _deny() -> NoReturn:
    raise asyncssh.SFTPPermissionDenied("dépôt seulement")  # noqa: EM101 - told to the client
