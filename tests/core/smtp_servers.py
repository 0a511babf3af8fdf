"""SMTP servers on loopback: a real one, and one that plays a part."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope


class Inbox:
    """A server's handler that keeps what it gets, or answers what it was told to."""

    def __init__(self, recipient: str = "250 OK", data: str = "250 OK") -> None:
        self.recipient, self.data = recipient, data
        self.mails: list[EmailMessage] = []
        self.users: list[str] = []
        self.tls: list[bool] = []

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        self.tls.append(session.ssl is not None)
        assert isinstance(envelope.content, bytes)
        found = message_from_bytes(envelope.content, policy=default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        return self.data

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        user, password = given.login.decode(), given.password.decode()
        self.users.append(user)
        return AuthResult(success=password == "p@ss:word", handled=False)


@contextmanager
def serving(inbox: Inbox, **options: Any) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


class Script:
    """A server that answers each command with what it was told, for what no decent server does."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = {"EHLO": "250 here", "DATA": "354 go on", "QUIT": "221 bye"} | answers
        self.commands: list[str] = []
        self.left = threading.Event()

    def run(self, listening: socket.socket) -> None:
        with suppress(OSError), listening.accept()[0] as connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 hello\r\n")
            in_text = False
            for line in lines:
                word = line.split()[0].decode().upper() if line.split() else ""
                if in_text and line != b".\r\n":
                    continue
                self.commands.append("." if in_text else word)
                in_text = not in_text and word == "DATA"
                self.answer(connection, self.answers.get(self.commands[-1], "250 fine"))
        self.left.set()

    def answer(self, connection: socket.socket, words: str) -> None:
        while words == "dribble":
            connection.sendall(b"2")
            time.sleep(0.02)
        connection.sendall(words.encode() + b"\r\n")


@contextmanager
def playing(answers: dict[str, str]) -> Iterator[tuple[int, Script]]:
    script = Script(answers)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=script.run, args=[listening])
        thread.start()
        try:
            yield int(listening.getsockname()[1]), script
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)
