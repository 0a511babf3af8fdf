"""What a mail is, and the message that it becomes (RFC 5322, RFC 6532)."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

import msgspec

from core.errors import Invalid, Unavailable
from core.settings import SettingsError

# No comma, bracket or quote: a parser of headers would read one address as two, or as another one. Who really has
# such an address would have to be written to in quotes, which hardly a server accepts.
_ADDRESS: Final = re.compile(r"""[^\s@,;:<>()\[\]"\\]+@[^\s@,;:<>()\[\]"\\]+""")
_KEY: Final = re.compile(r"[ -~]{1,64}")
_LONGEST_ADDRESS: Final = 254  # RFC 5321, section 4.5.3.1, less the brackets
_LONGEST_LINE: Final = 998  # octets; RFC 5322, section 2.1.1
_NOT_ONE_LINE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


class Mail(msgspec.Struct, frozen=True):
    """One message in plain text. `key`, 1 to 64 characters of ASCII, is its own: sent twice, it is the same message."""

    to: str
    subject: str
    text: str
    key: str

    def __repr__(self) -> str:
        return f"Mail(key={self.key!r})"

    @property
    def name(self) -> str:
        """The key as a Message-ID and a file's name can hold it."""
        return quote(self.key, safe="")


class MailUnavailable(Unavailable):
    """The mail server does not take mails now."""


def sender_of(mail_from: str) -> Address:
    """MAIL_FROM taken apart; raises `SettingsError`."""
    try:
        header = SMTP.header_factory("From", mail_from)
    except (ValueError, IndexError):  # the second is how the standard library says `name@`
        header = None
    if header is None or header.defects or len(header.addresses) != 1 or not _is_address(header.addresses[0].addr_spec):
        raise SettingsError(f"MAIL_FROM: must be one address, or a name and the address in <> (it is {mail_from!r})")
    found = header.addresses[0]
    assert isinstance(found, Address)
    return found


def compose(mail: Mail, sender: Address, now: datetime, *, readable: bool = False) -> EmailMessage:
    """The message as it is sent; `readable` by whoever opens the file, where no server has to be asked for 8BITMIME.

    Raises `Invalid`. RFC 3834, section 5, says how to mark what no person has written.
    """
    _check(mail)
    local, _, domain = mail.to.rpartition("@")
    as_utf8 = readable or not (mail.to + sender.addr_spec).isascii()
    message = EmailMessage(policy=SMTP.clone(utf8=as_utf8))
    message["From"] = sender
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail.name}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte=_encoding(mail.text.encode(), readable=readable))
    return message


def _encoding(text: bytes, *, readable: bool) -> str:
    if any(len(line) > _LONGEST_LINE for line in text.splitlines()):
        return "base64"
    if text.isascii():
        return "7bit"
    return "8bit" if readable else "base64"


def _check(mail: Mail) -> None:
    if not _is_address(mail.to):
        raise Invalid("A mail goes to one address.", path="to")
    if not _is_one_line(mail.subject):
        raise Invalid("A subject is one line.", path="subject")
    if "\0" in mail.text or any("\ud800" <= character <= "\udfff" for character in mail.text):
        raise Invalid("A mail is text.", path="text")
    if _KEY.fullmatch(mail.key) is None:
        raise Invalid("A mail's key is 1 to 64 characters of ASCII.", path="key")


def _is_address(text: str) -> bool:
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None and _is_one_line(text)


def _is_one_line(text: str) -> bool:
    return not any(unicodedata.category(character) in _NOT_ONE_LINE for character in text)
