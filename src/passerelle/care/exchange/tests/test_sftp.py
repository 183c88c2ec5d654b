"""The SFTP door with a real client: one may drop, and nothing else."""

import asyncio
from pathlib import Path

import asyncssh
import pytest

from passerelle.care.channels.rules.declared import Channel, Contract, Profile, Source
from passerelle.care.exchange.doors import places
from passerelle.care.exchange.doors.sftp import SftpDoor, SftpPortTaken, host_key, open_sftp

HOST = "127.0.0.1"


@pytest.fixture
def key():
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "drops" / "depot"
    places.prepare(path)
    (path / "done" / "ancien.hl7").write_bytes(b"secret")
    return path


def channel(key) -> Channel:
    public = key.export_public_key().decode().strip()
    source = Source("sftp", ("CHU-X",), (), {"folder": "depot", "keys": (public,)})
    return Channel("essai-sftp", "Essai", "essai", source, Profile(), Contract(), (), (), None, 1, "")


async def opened(tmp_path, folder, declared, port=0):
    async def find(code):
        return declared if code == declared.code else None

    return await open_sftp(SftpDoor(HOST, port, host_key(tmp_path), find, lambda _: folder))


def in_session(tmp_path, folder, key, act, *, username="essai-sftp", with_key=None):
    """Open the door, connect, and run `act` with the client."""

    async def run():
        acceptor = await opened(tmp_path, folder, channel(key))
        try:
            async with (
                asyncssh.connect(
                    HOST,
                    acceptor.get_port(),
                    username=username,
                    client_keys=[with_key or key],
                    known_hosts=None,
                    config=None,
                    agent_path=None,
                ) as connection,
                connection.start_sftp_client() as client,
            ):
                return await act(client, connection)
        finally:
            acceptor.close()
            await acceptor.wait_closed()

    return asyncio.run(run())


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_a_file_appears_when_its_sender_closes_it(tmp_path, folder, key) -> None:
    async def act(client, _):
        file = await client.open("lettre.hl7", "wb")
        await file.write(b"MSH|")
        before = names(folder)
        await file.close()
        return before

    before = in_session(tmp_path, folder, key, act)

    assert [name for name in before if not name.startswith(".")] == []
    assert names(folder) == ["lettre.hl7"]
    assert (folder / "lettre.hl7").read_bytes() == b"MSH|"


def test_put_works_as_clients_do_it(tmp_path, folder, key) -> None:
    local = tmp_path / "été.pdf"
    local.write_bytes(b"%PDF-" + b"x" * 200_000)

    async def act(client, _):
        await client.put(str(local), preserve=True)
        await client.put(str(local), "lot.hl7.part")
        await client.rename("lot.hl7.part", "lot.hl7")
        return await client.listdir(".")

    listed = in_session(tmp_path, folder, key, act)

    assert names(folder) == ["lot.hl7", "été.pdf"]
    assert (folder / "été.pdf").read_bytes() == local.read_bytes()
    assert "done" not in listed


def test_an_upload_that_its_connection_loses_is_never_taken(tmp_path, folder, key) -> None:
    async def act(client, connection):
        file = await client.open("lettre.pdf", "wb")
        await file.write(b"%PDF-1.7 half")
        connection.abort()
        await asyncio.sleep(0.3)

    in_session(tmp_path, folder, key, act)

    assert names(folder) == []


async def _refused(awaitable):
    with pytest.raises((asyncssh.SFTPError, OSError)):
        await awaitable


@pytest.mark.parametrize(
    "act",
    [
        lambda client: client.get("done/ancien.hl7", "/dev/null"),
        lambda client: client.open("done/ancien.hl7", "rb"),
        lambda client: client.open("done/nouveau.hl7", "wb"),
        lambda client: client.open("a/b/dehors.hl7", "wb"),
        lambda client: client.open(".cache", "wb"),
        lambda client: client.open("depose.hl7", "rb"),
        lambda client: client.open("depose.hl7", "ab"),
        lambda client: client.remove("depose.hl7"),
        lambda client: client.rename("depose.hl7", "autre.hl7"),
        lambda client: client.rename("depose.hl7", "done/autre.hl7"),
        lambda client: client.mkdir("dossier"),
        lambda client: client.rmdir("done"),
        lambda client: client.symlink("/etc/passwd", "lien"),
        lambda client: client.readlink("depose.hl7"),
        lambda client: client.listdir("done"),
        lambda client: client.stat("done/ancien.hl7"),
    ],
)
def test_nothing_but_dropping_is_allowed(tmp_path, folder, key, act) -> None:
    (folder / "depose.hl7").write_bytes(b"MSH|")

    async def refused(client, _):
        await _refused(act(client))

    in_session(tmp_path, folder, key, refused)

    assert names(folder) == ["depose.hl7"]
    assert (folder / "done" / "ancien.hl7").read_bytes() == b"secret"
    assert not (folder.parent / "dehors.hl7").exists()


def test_another_key_or_another_name_opens_nothing(tmp_path, folder, key) -> None:
    async def act(client, _):
        return await client.listdir(".")

    for options in ({"with_key": asyncssh.generate_private_key("ssh-ed25519")}, {"username": "inconnu"}):
        with pytest.raises(asyncssh.PermissionDenied):
            in_session(tmp_path, folder, key, act, **options)


def test_no_shell_is_served(tmp_path, folder, key) -> None:
    async def act(_, connection):
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.run("id", check=True)

    in_session(tmp_path, folder, key, act)


def test_a_key_that_cannot_be_read_lets_nobody_in(tmp_path, folder, key) -> None:
    async def run():
        source = Source("sftp", ("CHU-X",), (), {"folder": "depot", "keys": ("ssh-ed25519 AAAA",)})
        declared = Channel("essai-sftp", "", "essai", source, Profile(), Contract(), (), (), None, 1, "")
        acceptor = await opened(tmp_path, folder, declared)
        try:
            with pytest.raises(asyncssh.PermissionDenied):
                await asyncssh.connect(
                    HOST, acceptor.get_port(), username="essai-sftp", client_keys=[key], known_hosts=None,
                    config=None, agent_path=None,
                )  # fmt: skip
        finally:
            acceptor.close()
            await acceptor.wait_closed()

    asyncio.run(run())


def test_the_key_of_the_house_is_made_once_and_kept_private(tmp_path) -> None:
    first, again = host_key(tmp_path), host_key(tmp_path)
    assert first.get_fingerprint() == again.get_fingerprint()
    assert (tmp_path / "sftp_host_key").stat().st_mode & 0o777 == 0o600


def test_a_port_that_is_taken_is_said(tmp_path, folder, key) -> None:
    async def run():
        acceptor = await opened(tmp_path, folder, channel(key))
        try:
            with pytest.raises(SftpPortTaken):
                await opened(tmp_path, folder, channel(key), port=acceptor.get_port())
        finally:
            acceptor.close()
            await acceptor.wait_closed()

    asyncio.run(run())
