"""Mail: over SMTP, or, where there is no server, into a folder that the log names.

A mail is written down first and sent by a job, so sending may be tried again: the same `key` makes the same
Message-ID. What can be mended by waiting is `Unavailable`; what a server refuses for good is logged and over, without
the address and without the text.
"""

from __future__ import annotations

import asyncio
import os
import re
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

import msgspec
import structlog

from core.errors import Invalid, Unavailable
from core.settings import Settings

_SECONDS: Final = 15.0
_LONGEST_LINE: Final = 998  # RFC 5322, section 2.1.1
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_log = structlog.get_logger("interna.mail")


class Mail(msgspec.Struct, frozen=True):
    """One message in plain text. `key` is its own, in letters and digits: sent twice, it is the same message."""

    to: str
    subject: str
    text: str
    key: str


class Mailer(Protocol):
    """Sends mails."""

    async def send(self, mail: Mail) -> None:
        """Raises `Unavailable` where it cannot be taken now, and `Invalid` where it could never be a mail."""
        ...


class MailUnavailable(Unavailable):
    """The mail server does not take mails now."""


class SmtpMailer:
    """Hands mails to a server: `smtps://` is TLS from the start, `smtp://` turns to it where the server offers it.

    A password never crosses a network in clear: without TLS it is only sent to this machine.
    """

    def __init__(self, url: str, sender: str, *, trust: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "localhost"
        self._implicit_tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._implicit_tls else 587)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._trust = trust or ssl.create_default_context()

    async def send(self, mail: Mail) -> None:
        message = compose(mail, self._sender)
        try:
            async with asyncio.timeout(2 * _SECONDS):
                await asyncio.to_thread(self._deliver, message)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError) as error:
            if _is_for_good(error):
                _log.error("a mail was refused for good", key=mail.key, code=_code(error))
                return
            raise MailUnavailable from error
        except (OSError, smtplib.SMTPException) as error:  # a timeout and a failed handshake are OSErrors too
            raise MailUnavailable from error

    def _deliver(self, message: EmailMessage) -> None:
        with self._connect() as server:
            if not self._implicit_tls and server.has_extn("starttls"):
                server.starttls(context=self._trust)
                server.ehlo()
            if self._user is not None:
                self._log_in(server)
            server.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        if self._implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=_SECONDS, context=self._trust)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=_SECONDS)
        server.ehlo()
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        assert self._user is not None
        if not isinstance(server.sock, ssl.SSLSocket) and self._host not in _LOOPBACK:
            raise MailUnavailable("SMTP_URL has a password, but the server offers no TLS.")
        server.login(self._user, self._password)


class Outbox:
    """Writes each mail into a file of a folder that only its owner can read."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        path = await asyncio.to_thread(self._write, compose(mail, self._sender), mail.key)
        _log.info("a mail is in the outbox", folder=str(self._folder.absolute()), file=path.name)

    def _write(self, message: EmailMessage, key: str) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{key}.eml"
        unfinished = path.with_suffix(".part")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(message.as_bytes())
        return unfinished.rename(path)


def mailer_of(settings: Settings) -> Mailer:
    """What the settings ask for: SMTP_URL, or else a folder of DATA_DIR."""
    if settings.smtp_url is not None:
        return SmtpMailer(settings.smtp_url, settings.mail_from)
    return Outbox(settings.data_dir / "outbox", settings.mail_from)


def compose(mail: Mail, sender: str) -> EmailMessage:
    """The message as it is sent; RFC 3834 says how to mark what no person has written. Raises `Invalid`."""
    if any(re.search(r"[\r\n\0]", part) for part in (mail.to, mail.subject)):
        raise Invalid("An address and a subject are one line.")
    message = EmailMessage(policy=SMTP.clone(utf8=not mail.to.isascii()))
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{mail.key}@{parseaddr(sender)[1].rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    plain = mail.text.isascii() and max(map(len, mail.text.splitlines()), default=0) < _LONGEST_LINE
    message.set_content(mail.text, cte="7bit" if plain else "base64")
    return message


def _code(error: Exception) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(code for code, _ in error.recipients.values())
    return int(getattr(error, "smtp_code", 550))


def _is_for_good(error: Exception) -> bool:
    """5xx of the recipient or of the text; that our log-in or our name is refused is ours to mend, and waits."""
    ours = (smtplib.SMTPAuthenticationError, smtplib.SMTPHeloError, smtplib.SMTPConnectError)
    return not isinstance(error, ours) and _code(error) >= 500
