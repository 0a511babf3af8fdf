"""Mails, on real SMTP servers and in a real folder."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
import ssl
import stat
import time
import traceback
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from core.errors import Invalid
from core.mail import Mail, MailUnavailable, Outbox, SmtpMailer, mailer_of
from core.settings import Settings, SettingsError, load_settings
from tests.core.smtp_servers import Inbox, playing, serving

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd"),
]
SENDER = "Interna <no-reply@interna.example>"
MAIL = Mail("bob@example.com", "Choose a new password", "Hello,\n\nthe token: one_abc\n", "0123abcd")


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
    mail = msgspec.structs.replace(MAIL, text="Hello,\n.\n..\nFrom here on\n" + "x" * 2000 + "\n")
    with serving(inbox) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(mail)
    (found,) = inbox.mails
    assert (found["to"], found["from"], found["subject"]) == (mail.to, SENDER, mail.subject)
    assert found.get_content().replace("\r\n", "\n") == mail.text
    assert found["auto-submitted"] == "auto-generated"
    assert abs(found["date"].datetime - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_job_that_runs_twice_sends_the_same_message() -> None:
    inbox = Inbox()
    with serving(inbox) as port:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER)
        await mailer.send(MAIL)
        await mailer.send(MAIL)
    assert [mail["message-id"] for mail in inbox.mails] == ["<0123abcd@interna.example>"] * 2


async def test_arabic_arrives_unharmed() -> None:
    inbox = Inbox()
    arabic = Mail("bob@example.com", "تأكيد العنوان " * 12, "مرحبا،\n" + "كلمات " * 300 + "\n", "a1")
    with serving(inbox) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", "إنترنا <no-reply@interna.example>").send(arabic)
    assert inbox.mails[0]["subject"].strip() == arabic.subject.strip()
    assert inbox.mails[0]["from"].addresses[0].display_name == "إنترنا"
    assert inbox.mails[0].get_content().replace("\r\n", "\n") == arabic.text


async def test_an_address_that_is_not_ascii_needs_a_server_that_takes_it() -> None:
    inbox = Inbox()
    mail = Mail("بوب@example.com", "x", "y\n", "a2")
    with serving(inbox, enable_SMTPUTF8=True) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(mail)
    assert inbox.mails[0]["to"] == mail.to
    with serving(inbox, enable_SMTPUTF8=False) as port, capture_logs() as logs:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(mail)
    assert [(entry["log_level"], entry["status"]) for entry in logs] == [("error", "5.6.7")]
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    "inbox",
    [Inbox(recipient="451 4.7.1 <bob@example.com>: later"), Inbox(data="452 no room for bob@example.com")],
    ids=["recipient", "text"],
)
async def test_what_a_server_refuses_for_now_is_tried_again_later(inbox: Inbox) -> None:
    with serving(inbox) as port, capture_logs() as logs, pytest.raises(MailUnavailable) as raised:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL)
    assert [entry["event"] for entry in logs] == ["a mail cannot be sent now"]
    assert "bob" not in str(logs) + "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    "inbox",
    [Inbox(recipient="550 5.1.1 no <bob@example.com>"), Inbox(data="554 5.1.1 spam")],
    ids=["recipient", "text"],
)
async def test_what_a_server_refuses_for_good_is_logged_without_address_and_text(inbox: Inbox) -> None:
    with serving(inbox) as port, capture_logs() as logs:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL)
    assert [(entry["event"], entry["status"]) for entry in logs] == [("a mail was refused for good", "5.1.1")]
    assert "bob" not in str(logs)
    assert "one_abc" not in str(logs)


@pytest.mark.parametrize(
    ("answers", "user"),
    [
        ({"MAIL": "530 5.7.0 log in first"}, ""),
        ({"MAIL": "550 5.7.1 not your address"}, ""),
        ({"RCPT": "530 log in first"}, ""),
        ({}, "bob:secret@"),  # it offers no AUTH
        ({"EHLO": "250-here\r\n250 STARTTLS", "STARTTLS": "502 not today"}, ""),
    ],
    ids=["log-in", "sender", "log-in of the recipient", "no log-in", "no TLS after all"],
)
async def test_a_mistake_of_ours_loses_no_mail(answers: dict[str, str], user: str) -> None:
    with playing(answers) as (port, _), capture_logs() as logs, pytest.raises(MailUnavailable):
        await SmtpMailer(f"smtp://{user}127.0.0.1:{port}", SENDER).send(MAIL)
    assert [entry["log_level"] for entry in logs] == ["warning"]


@pytest.mark.parametrize("goodbye", ["421 away", "500 what?"])
async def test_a_mail_that_was_taken_is_done_however_the_server_takes_its_leave(goodbye: str) -> None:
    with playing({"QUIT": goodbye}) as (port, script), capture_logs() as logs:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL)
    assert script.commands[-2:] == [".", "QUIT"]
    assert logs == []


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(MailUnavailable):
            await SmtpMailer(f"smtp://127.0.0.1:{closed.getsockname()[1]}", SENDER).send(MAIL)


async def test_a_server_that_says_nothing_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(MailUnavailable):
            await SmtpMailer(f"smtp://127.0.0.1:{silent.getsockname()[1]}", SENDER, connect_seconds=0.2).send(MAIL)
    assert 0.2 <= time.monotonic() - started < 2


@pytest.mark.parametrize("command", ["EHLO", "RCPT", "."])
async def test_a_server_that_dribbles_is_hung_up_on_and_holds_no_thread(command: str) -> None:
    with playing({command: "dribble"}) as (port, script):
        started = time.monotonic()
        with pytest.raises(MailUnavailable):
            await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER, total_seconds=0.4).send(MAIL)
        assert 0.4 <= time.monotonic() - started < 2
        assert script.left.wait(2)


async def test_a_worker_that_stops_hangs_up() -> None:
    with playing({"RCPT": "dribble"}) as (port, script):
        sending = asyncio.create_task(SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(MAIL))
        while "RCPT" not in script.commands:
            await asyncio.sleep(0.01)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert script.left.wait(2)


async def test_tls_is_used_where_it_is_offered(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, trusting = certificate
    inbox = Inbox()
    with serving(inbox, tls_context=server) as port:
        await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER, trust=trusting).send(MAIL)
    with serving(inbox, ssl_context=server) as port:
        await SmtpMailer(f"smtps://127.0.0.1:{port}", SENDER, trust=trusting).send(MAIL)
    assert inbox.tls == [True, False]  # the second was encrypted below SMTP
    assert len(inbox.mails) == 2


@pytest.mark.parametrize(("scheme", "option"), [("smtp", "tls_context"), ("smtps", "ssl_context")])
async def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    scheme: str, option: str, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    inbox = Inbox()
    with serving(inbox, **{option: certificate[0]}) as port, capture_logs() as logs, pytest.raises(MailUnavailable):
        await SmtpMailer(f"{scheme}://127.0.0.1:{port}", SENDER).send(MAIL)
    assert "certificate is not trusted" in logs[0]["reason"]
    assert inbox.mails == []


async def test_a_password_is_taken_from_the_url_as_it_was_meant() -> None:
    inbox = Inbox()
    options = {"authenticator": inbox.authenticate, "auth_required": True, "auth_require_tls": False}
    with serving(inbox, **options) as port, capture_logs() as logs:
        await SmtpMailer(f"smtp://no%40body:p%40ss%3Aword@127.0.0.1:{port}", SENDER).send(MAIL)
        with pytest.raises(MailUnavailable):
            await SmtpMailer(f"smtp://nobody:wrong@127.0.0.1:{port}", SENDER).send(MAIL)
    assert inbox.users[0] == "no@body"
    assert len(inbox.mails) == 1
    assert [entry["reason"] for entry in logs] == ["SMTPAuthenticationError: 535"]


async def test_a_password_never_crosses_a_network_in_clear(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    inbox = Inbox()
    options = {"authenticator": inbox.authenticate, "auth_require_tls": False}
    elsewhere = int(ipaddress.ip_address("127.0.0.1"))  # a way to write it that does not look like this machine
    with serving(inbox, **options) as port, capture_logs() as logs, pytest.raises(MailUnavailable):
        await SmtpMailer(f"smtp://nobody:p%40ss%3Aword@{elsewhere}:{port}", SENDER).send(MAIL)
    assert logs[0]["reason"] == "SMTP_URL has a password, but the server offers no TLS to send it through."
    assert (inbox.users, inbox.mails) == ([], [])
    server, trusting = certificate
    with serving(inbox, **options, tls_context=server) as port:
        await SmtpMailer(f"smtp://nobody:p%40ss%3Aword@127.0.0.1:{port}", SENDER, trust=trusting).send(MAIL)
    assert (inbox.users, inbox.tls) == (["nobody"], [True])


@pytest.mark.parametrize(
    "change",
    [
        {"to": "bob@example.com\nBcc: all@example.com"},
        {"to": "bob@example.com, all@example.com"},
        {"to": "a,bob@example.com"},
        {"to": "bob"},
        {"subject": "x\r\nBcc: all@example.com"},
        {"subject": "x\u2028y"},
        {"text": "half a letter: \ud800"},
        {"key": "k\nBcc: all@example.com"},
    ],
    ids=str,
)
async def test_what_could_become_another_mail_is_none(change: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(Invalid) as raised:
        await Outbox(tmp_path, SENDER).send(msgspec.structs.replace(MAIL, **change))
    assert raised.value.path == next(iter(change))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "variables",
    [
        {"smtp_url": "smtp://mail.example:99999"},
        {"smtp_url": "smtp://bob:one_abc#x@mail.example"},
        {"smtp_url": "smtp://bob:1/one_abc@mail.example"},
        {"smtp_url": "smtp://bob:one_abc@:25"},
        {"smtp_url": "smtp://:one_abc@mail.example"},
        {"smtp_url": "smtp://bob:%C3%A9one_abc@mail.example"},
        {"mail_from": "no-reply@"},
        {"mail_from": "a@example.com, b@example.com"},
    ],
    ids=str,
)
def test_settings_that_cannot_send_a_mail_say_which_and_keep_the_password(variables: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=f"^{next(iter(variables)).upper()}: ") as raised:
        mailer_of(Settings(**variables))  # type: ignore[arg-type]  # they are all text
    assert "one_abc" not in "".join(traceback.format_exception(raised.value))


async def test_without_a_server_mails_are_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    mailer = mailer_of(load_settings({"DATA_DIR": str(tmp_path / "data")}))
    with capture_logs() as logs:
        await mailer.send(MAIL)
        await mailer.send(msgspec.structs.replace(MAIL, to="بوب@example.com", text="مرحبا one_abc\n", key="../b:2"))
    folder = tmp_path / "data" / "outbox"
    first, second = sorted(folder.iterdir())
    assert first.name.endswith("Z-0123abcd.eml")
    assert second.name.endswith("Z-..%2Fb%3A2.eml")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (first, second)} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert message_from_bytes(first.read_bytes(), policy=default)["to"] == MAIL.to
    assert MAIL.text in first.read_text().replace("\r\n", "\n")  # to be read as it is
    assert "To: بوب@example.com" in second.read_text()
    assert "مرحبا" in second.read_text()
    assert [(entry["folder"], entry["file"]) for entry in logs] == [(str(folder), f.name) for f in (first, second)]
    assert "one_abc" not in str(logs)


async def test_an_outbox_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    folder.chmod(0o755)
    await Outbox(folder, SENDER).send(MAIL)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_an_outbox_that_cannot_be_written_to_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MailUnavailable), capture_logs() as logs:
        await Outbox(tmp_path / "file" / "outbox", SENDER).send(MAIL)
    assert logs[0]["reason"] == os.strerror(errno.ENOTDIR)
