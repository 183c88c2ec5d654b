"""A small IMAP server under TLS: LOGIN, SELECT, UID SEARCH, FETCH and STORE (RFC 9051)."""

import re
import socketserver
import ssl
from threading import Thread


class ImapServer:
    """Holds one mailbox; `seen` are the UIDs marked."""

    def __init__(self, certificate, key, *, username, password):
        self.mails, self.seen, self.commands = [], set(), []
        self.username, self.password = username, password
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                outer.talk(self.rfile, self.wfile)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def get_request(self):
                plain, address = super().get_request()
                return context.wrap_socket(plain, server_side=True), address

            def handle_error(self, request, client_address):
                """A client that hangs up is no concern of the test."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self):
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *told):
        self._server.shutdown()
        self._server.server_close()

    def talk(self, reads, writes):
        writes.write(b"* OK IMAP4rev1 ready\r\n")
        while line := reads.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            self.commands.append(rest)
            writes.write(self.answer(tag, rest))
            if rest.upper().startswith("LOGOUT"):
                return

    def answer(self, tag, rest):
        asked = rest.upper()
        if asked.startswith("LOGIN"):
            is_right = self.username in rest and f'"{self.password}"' in rest
            return f"{tag} {'OK' if is_right else 'NO'} LOGIN\r\n".encode()
        if asked.startswith("SELECT"):
            return f"* {len(self.mails)} EXISTS\r\n{tag} OK [READ-WRITE] SELECT\r\n".encode()
        if asked.startswith("UID SEARCH"):
            unseen = " ".join(str(uid) for uid in range(1, len(self.mails) + 1) if uid not in self.seen)
            return f"* SEARCH {unseen}\r\n{tag} OK SEARCH\r\n".encode()
        if asked.startswith("UID FETCH"):
            return self._fetched(tag, int(rest.split()[2]), asked)
        if asked.startswith("UID STORE"):
            self.seen.add(int(rest.split()[2]))
        if asked.startswith("CAPABILITY"):
            return f"* CAPABILITY IMAP4rev1\r\n{tag} OK CAPABILITY\r\n".encode()
        return f"{tag} OK {re.split(' ', asked)[0]}\r\n".encode()

    def _fetched(self, tag, uid, asked):
        raw = self.mails[uid - 1]
        if "RFC822.SIZE" in asked:
            return f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)})\r\n{tag} OK FETCH\r\n".encode()
        head = f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode()
        return head + raw + f")\r\n{tag} OK FETCH\r\n".encode()
