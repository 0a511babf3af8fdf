"""Mails as files: what development has instead of a server."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path

import structlog

from core.clock import Clock, system_clock
from core.mail.message import Mail, MailUnavailable, compose, sender_of

_log = structlog.get_logger("interna.mail")


class Outbox:
    """Writes each mail into a file of `folder`, readable as it is; they sort by time. Only the owner may read them:
    a mail's token is as good as a password."""

    def __init__(self, folder: Path, mail_from: str, *, clock: Clock = system_clock) -> None:
        self._folder = folder.absolute()
        self._sender = sender_of(mail_from)
        self._clock = clock

    async def send(self, mail: Mail) -> None:
        """Raises `Invalid`, and `Unavailable` where the folder cannot be written to."""
        now = self._clock()
        message = compose(mail, self._sender, now, readable=True)
        try:
            file = await asyncio.to_thread(self._write, message.as_bytes(), now, mail.name)
        except OSError as error:
            _log.warning("the outbox takes no mails", folder=str(self._folder), reason=error.strerror, key=mail.key)
            raise MailUnavailable from None
        _log.info("a mail is in the outbox", folder=str(self._folder), file=file.name)

    def _write(self, content: bytes, now: datetime, name: str) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._folder.stat().st_mode & 0o077:
            self._folder.chmod(0o700)
        path = self._folder / f"{now:%Y%m%dT%H%M%S.%fZ}-{name}.eml"
        unfinished = path.with_suffix(".part")
        opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(opened, "wb") as file:
                file.write(content)
            return unfinished.rename(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
