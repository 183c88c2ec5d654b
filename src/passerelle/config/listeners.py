"""Several listeners on the same ports: each connection goes to one of them, and one that dies is started again."""

import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from passerelle.care.exchange.listener.running import TlsPorts
from passerelle.config.house import tls_options_of
from passerelle.config.supervisor import Child, Supervisor, check_port


def listen_together(
    host: str, port: int, *, processes: int, tls: TlsPorts | None = None, options: Sequence[str] = ()
) -> None:
    """Run several `listen` until SIGTERM or SIGINT; `options` are further ones of each of them.

    Raises:
        PortTaken: somebody listens there already.
    """
    with ExitStack() as kept:
        bound = kept.enter_context(_kept(host, port))
        for secured in tls.ports if tls else ():
            kept.enter_context(_kept(host, secured))
        command = [sys.executable, "-m", "passerelle", "listen", "--shared", "--host", host, "--port", str(bound)]
        command += [*tls_options_of(tls), *options]
        supervisor = Supervisor([Child(f"écoute MLLP {rank}", command) for rank in range(1, processes + 1)])
        supervisor.start()
        try:
            supervisor.run()
        finally:
            supervisor.stop()


@contextmanager
def _kept(host: str, port: int) -> Iterator[int]:
    """Keep a port, or a free one for 0, for the listeners of this block, without listening.

    Raises:
        PortTaken: somebody listens there already, who would otherwise share it without a word.
    """
    check_port(host, port, "l’écoute MLLP")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        keeper.bind((host, port))
        yield int(keeper.getsockname()[1])
