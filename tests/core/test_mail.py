"""Mails, on real SMTP servers and in a real folder."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from core.errors import Invalid
from core.mail import Mail, MailUnavailable, Outbox, SmtpMailer, mailer_of
from core.settings import load_settings

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd"),
]
SENDER = "Interna <no-reply@interna.example>"
MAIL = Mail("bob@example.com", "Choose a new password", "Hello,\n\nthe token: one_abc\n", "0123abcd")


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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side and a client that trusts it."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cafile=str(folder / "cert.pem"))


async def test_a_mail_arrives_as_it_was_written() -> None:
    inbox = Inbox()
    with serving(inbox) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL)
    (mail,) = inbox.mails
    assert (mail["to"], mail["from"], mail["subject"]) == (MAIL.to, SENDER, MAIL.subject)
    assert mail.get_content().replace("\r\n", "\n") == MAIL.text
    assert (mail["message-id"], mail["auto-submitted"]) == ("<0123abcd@interna.example>", "auto-generated")


async def test_arabic_arrives_unharmed() -> None:
    inbox = Inbox()
    arabic = Mail("bob@example.com", "تأكيد العنوان", "مرحبا،\n" + "كلمات " * 300 + "\n", "a1")
    with serving(inbox) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(arabic)
    assert inbox.mails[0]["subject"] == arabic.subject
    assert inbox.mails[0].get_content().replace("\r\n", "\n") == arabic.text


async def test_an_address_that_is_not_ascii_needs_a_server_that_takes_it() -> None:
    inbox = Inbox()
    mail = Mail("بوب@example.com", "x", "y\n", "a2")
    with serving(inbox, enable_SMTPUTF8=True) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(mail)
    assert inbox.mails[0]["to"] == mail.to
    with serving(Inbox(), enable_SMTPUTF8=False) as port, capture_logs() as logs:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(mail)
    assert [entry["log_level"] for entry in logs] == ["error"]


@pytest.mark.parametrize("inbox", [Inbox(recipient="451 later"), Inbox(data="452 full")], ids=["recipient", "text"])
async def test_what_a_server_refuses_for_now_is_tried_again_later(inbox: Inbox) -> None:
    with serving(inbox) as port, pytest.raises(MailUnavailable):
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL)


@pytest.mark.parametrize("inbox", [Inbox(recipient="550 no"), Inbox(data="554 spam")], ids=["recipient", "text"])
async def test_what_a_server_refuses_for_good_is_logged_without_address_and_text(inbox: Inbox) -> None:
    with serving(inbox) as port, capture_logs() as logs:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL)
    assert [entry["event"] for entry in logs] == ["a mail was refused for good"]
    assert "bob" not in str(logs)
    assert "one_abc" not in str(logs)


async def test_a_server_that_is_not_there_or_says_nothing_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.mail._SECONDS", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        with pytest.raises(MailUnavailable):
            await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL)
        silent.listen()
        started = asyncio.get_running_loop().time()
        with pytest.raises(MailUnavailable):
            await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL)
        assert asyncio.get_running_loop().time() - started < 5


async def test_tls_is_used_where_it_is_offered(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, trusting = certificate
    inbox = Inbox()
    with serving(inbox, tls_context=server) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER, trust=trusting).send(MAIL)
    with serving(inbox, ssl_context=server) as port:
        await SmtpMailer(f"smtps://127.0.0.1:{port}", SENDER, trust=trusting).send(MAIL)
    assert inbox.tls == [True, False]  # the second was encrypted below SMTP
    assert len(inbox.mails) == 2


async def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    inbox = Inbox()
    with serving(inbox, tls_context=certificate[0]) as port, pytest.raises(MailUnavailable):
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL)
    assert inbox.mails == []


async def test_a_password_is_taken_from_the_url_as_it_was_meant() -> None:
    inbox = Inbox()
    options = {"authenticator": inbox.authenticate, "auth_required": True, "auth_require_tls": False}
    with serving(inbox, **options) as port:
        await SmtpMailer(f"smtp://no%40body:p%40ss%3Aword@127.0.0.1:{port}", SENDER).send(MAIL)
        with pytest.raises(MailUnavailable):
            await SmtpMailer(f"smtp://nobody:wrong@127.0.0.1:{port}", SENDER).send(MAIL)
    assert inbox.users[0] == "no@body"
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    "mail",
    [Mail("bob@example.com\nBcc: all@example.com", "x", "y", "k"), Mail("bob@example.com", "x\r\nBcc: z", "y", "k")],
    ids=["address", "subject"],
)
async def test_a_line_break_makes_no_further_header(mail: Mail, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        await Outbox(tmp_path, SENDER).send(mail)
    assert list(tmp_path.iterdir()) == []


async def test_without_a_server_mails_are_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    mailer = mailer_of(load_settings({"DATA_DIR": str(tmp_path / "data")}))
    with capture_logs() as logs:
        await mailer.send(MAIL)
        await mailer.send(MAIL)
    folder = tmp_path / "data" / "outbox"
    first, second = sorted(folder.iterdir())
    assert first.suffix == second.suffix == ".eml"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert message_from_bytes(first.read_bytes(), policy=default)["to"] == MAIL.to
    assert MAIL.text in first.read_text().replace("\r\n", "\n")  # to be read as it is
    assert (logs[0]["folder"], logs[0]["file"]) == (str(folder), first.name)
    assert "one_abc" not in str(logs)
