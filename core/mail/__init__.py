"""Mail: over SMTP, or, where there is no server, into a folder that the log names.

A mail is sent by a job, so sending may be tried again: the same `key` makes the same Message-ID, and who gets both
sees one. What waiting can mend is `Unavailable`, our own mistakes of configuration among it: a mail is not lost because
a password was changed. What the server refuses for good (5xx of the recipient or of the content) is logged, without the
address and the text, and over.
"""

from __future__ import annotations

from typing import Protocol

from core.mail.message import Mail, MailUnavailable
from core.mail.outbox import Outbox
from core.mail.smtp import SmtpMailer
from core.settings import Settings

__all__ = ["Mail", "MailUnavailable", "Mailer", "Outbox", "SmtpMailer", "mailer_of"]


class Mailer(Protocol):
    """Sends mails."""

    async def send(self, mail: Mail) -> None:
        """Raises `Unavailable` where it cannot be taken now, and `Invalid` where it could never be a mail."""
        ...


def mailer_of(settings: Settings) -> Mailer:
    """What the settings ask for: the server of SMTP_URL, else the folder `outbox` of DATA_DIR.

    Raises `SettingsError` naming SMTP_URL or MAIL_FROM.
    """
    if settings.smtp_url is None:
        return Outbox(settings.data_dir / "outbox", settings.mail_from)
    return SmtpMailer(settings.smtp_url, settings.mail_from)
