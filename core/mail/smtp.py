"""Mails handed to a server: SMTP (RFC 5321), submission (RFC 6409), TLS (RFC 3207, RFC 8314).

The standard library's client in a thread, rather than one more dependency. A thread cannot be cancelled, so a server
that dribbles would hold it for as long as it likes: who gives up shuts the socket down under it.
"""

from __future__ import annotations

import asyncio
import re
import smtplib
import socket
import ssl
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import anyio
import msgspec
import structlog

from core.clock import Clock, system_clock
from core.mail.message import Mail, MailUnavailable, compose, sender_of
from core.settings import SettingsError

_AT_ONCE: Final = 4
_GOODBYE_SECONDS: Final = 1.0
_OURS: Final = frozenset({530, 534, 535, 538})  # RFC 4954, section 6: about our log-in, whatever it answers
_TOO_LARGE: Final = 552
_log = structlog.get_logger("interna.mail")


class Server(msgspec.Struct, frozen=True):
    """SMTP_URL taken apart."""

    host: str
    port: int
    implicit_tls: bool
    user: str | None
    password: str

    def __repr__(self) -> str:
        return f"Server({self.host!r}, {self.port})"

    @property
    def here(self) -> bool:
        """What is sent to it crosses no network."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")  # RFC 6761, section 6.3


class Refused(Exception):
    """The server will never take this mail."""

    def __init__(self, code: int, text: bytes = b"") -> None:
        """`text` is the server's; it may quote the address, so only its enhanced status (RFC 3463) is kept."""
        super().__init__()
        status = re.match(rb"[245]\.\d{1,3}\.\d{1,3}\b", text)
        self.code, self.status = code, status[0].decode() if status else None


class NoTls(Exception):
    """SMTP_URL has a password, but the server offers no TLS to send it through."""


class SmtpMailer:
    """Sends mails through the server of `smtp_url`.

    `smtps://` is TLS from the start (port 465 unless given). `smtp://` (587, where mail is submitted, rather than 25,
    which is for servers among themselves) turns to TLS where the server offers it, and insists on it before it sends a
    password anywhere but to this machine. Certificates are always verified: by the system's authorities, SSL_CERT_FILE
    or `trust`. Connecting takes at most `connect_seconds`, and so does each answer; all of it at most `total_seconds`.
    """

    def __init__(
        self,
        smtp_url: str,
        mail_from: str,
        *,
        trust: ssl.SSLContext | None = None,
        connect_seconds: float = 10,
        total_seconds: float = 30,
        clock: Clock = system_clock,
    ) -> None:
        """Raises `SettingsError`."""
        self._server = server_of(smtp_url)
        self._sender = sender_of(mail_from)
        self._trust = trust or ssl.create_default_context()
        self._connect_seconds, self._total_seconds = connect_seconds, total_seconds
        self._clock = clock
        # Threads of their own: a server that hangs must not take those that hash passwords and look up names.
        self._places = anyio.CapacityLimiter(_AT_ONCE)

    async def send(self, mail: Mail) -> None:
        """Raises `Invalid`; and `Unavailable` where the server says 4xx or cannot be reached, trusted, logged in to."""
        content = compose(mail, self._sender, self._clock()).as_bytes()
        delivery = _Delivery(self._server, self._trust, self._connect_seconds)
        try:
            async with asyncio.timeout(self._total_seconds):
                await anyio.to_thread.run_sync(
                    delivery.run,
                    self._sender.addr_spec,
                    mail.to,
                    content,
                    abandon_on_cancel=True,
                    limiter=self._places,
                )
        except Refused as refused:
            _log.error("a mail was refused for good", key=mail.key, code=refused.code, status=refused.status)
        except (OSError, UnicodeError, smtplib.SMTPException, NoTls) as error:
            if delivery.done:
                return
            _log.warning("a mail cannot be sent now", key=mail.key, reason=_reason(error))
            raise MailUnavailable from None  # the server's words may quote the address
        finally:
            delivery.abort()


class _Delivery:
    """One mail on one connection, in a thread. `abort` ends it from another."""

    def __init__(self, server: Server, trust: ssl.SSLContext, seconds: float) -> None:
        self._server, self._trust, self._seconds = server, trust, seconds
        self._smtp: smtplib.SMTP | None = None
        self._aborted = False
        self.done = False

    def hold(self, smtp: smtplib.SMTP) -> None:
        """Before it connects, so that waiting for the greeting can be aborted too."""
        self._smtp = smtp

    def abort(self) -> None:
        self._aborted = True
        connection = self._smtp.sock if self._smtp is not None else None
        if connection is not None:
            with suppress(OSError):
                # Not SSLSocket's own, which forgets the encryption first: the thread may be about to write.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def run(self, sender: str, to: str, content: bytes) -> None:
        smtp = self._connect()
        try:
            self._secure(smtp)
            self._hand_over(smtp, sender, to, content)
            self.done = True
        finally:
            self._part(smtp)

    def _connect(self) -> smtplib.SMTP:
        options: dict[str, Any] = {
            "host": self._server.host,
            "port": self._server.port,
            "timeout": self._seconds,
            "local_hostname": _own_name(),
        }
        if self._server.implicit_tls:
            return _TlsClient(self, context=self._trust, **options)
        return _Client(self, **options)

    def _secure(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if not self._server.implicit_tls and smtp.has_extn("starttls"):
            smtp.starttls(context=self._trust)
        if self._server.user is not None:
            if not isinstance(smtp.sock, ssl.SSLSocket) and not self._server.here:
                raise NoTls
            smtp.login(self._server.user, self._server.password)

    def _hand_over(self, smtp: smtplib.SMTP, sender: str, to: str, content: bytes) -> None:
        if self._aborted:  # while it connected; who gave up will send it again
            raise TimeoutError
        smtp.ehlo_or_helo_if_needed()
        options: list[str] = []
        if not (sender + to).isascii():
            if not smtp.has_extn("smtputf8"):
                raise Refused(553, b"5.6.7")  # what a server would say itself: RFC 6531, section 3.5
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        try:
            smtp.sendmail(sender, [to], content, options)
        except smtplib.SMTPRecipientsRefused as error:
            _refuse_for_good(*error.recipients[to])
            raise
        except smtplib.SMTPDataError as error:
            _refuse_for_good(error.smtp_code, error.smtp_error)
            raise
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code == _TOO_LARGE:  # SIZE is said with the sender: RFC 1870
                _refuse_for_good(error.smtp_code, error.smtp_error)
            raise

    def _part(self, smtp: smtplib.SMTP) -> None:
        """Politely, but what comes of it no longer matters: a mail that was taken must not be sent again."""
        with suppress(OSError, smtplib.SMTPException):
            if smtp.sock is not None and not self._aborted:
                smtp.sock.settimeout(min(self._seconds, _GOODBYE_SECONDS))
                smtp.quit()
        smtp.close()


class _Client(smtplib.SMTP):
    def __init__(self, delivery: _Delivery, **options: Any) -> None:
        delivery.hold(self)
        super().__init__(**options)


class _TlsClient(smtplib.SMTP_SSL):
    def __init__(self, delivery: _Delivery, **options: Any) -> None:
        delivery.hold(self)
        super().__init__(**options)


def server_of(smtp_url: str) -> Server:
    """SMTP_URL taken apart; raises `SettingsError`, which never quotes it."""
    try:
        parts = urlsplit(smtp_url)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("smtp", "smtps") or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingsError(
            "SMTP_URL: must be smtp://user:password@host:port or smtps://..., and in a user name and a password "
            "everything but letters and digits as %XX"
        )
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password or "")
    if not ((user or "") + password).isascii():
        raise SettingsError("SMTP_URL: the user name and the password must be ASCII")
    if user is None and password:
        raise SettingsError("SMTP_URL: has a password, but no user name")
    implicit_tls = parts.scheme == "smtps"
    return Server(host, port or (465 if implicit_tls else 587), implicit_tls, user, password)


def _own_name() -> str:
    """What EHLO says. Not `getfqdn()`, smtplib's default: it asks the name server, for seconds where there is none."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _refuse_for_good(code: int, text: bytes | str) -> None:
    if 500 <= code < 600 and code not in _OURS:
        raise Refused(code, text if isinstance(text, bytes) else b"") from None


def _reason(error: Exception) -> str:
    """For the operator; never the server's words."""
    match error:
        case NoTls():
            return str(NoTls.__doc__)
        case smtplib.SMTPRecipientsRefused():
            return f"the recipient is refused for now: {next(iter(error.recipients.values()))[0]}"
        case smtplib.SMTPResponseException():
            return f"{type(error).__name__}: {error.smtp_code}"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case smtplib.SMTPServerDisconnected():
            return str(error)  # the standard library's words
    return getattr(error, "strerror", None) or type(error).__name__
