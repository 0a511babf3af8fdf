"""What the application under test has mailed: the files of its outbox."""

from __future__ import annotations

import asyncio
import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path


class Mailbox:
    """Mails to one address, oldest first."""

    def __init__(self, environ: dict[str, str], address: str) -> None:
        self._folder = Path(environ["DATA_DIR"]) / "outbox"
        self._address = address

    def mails(self) -> list[tuple[str, str]]:
        """Subject and text of each."""
        found = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(self._folder.glob("*.eml"))]
        return [
            (mail["subject"], mail.get_body().get_content())  # type: ignore[union-attr]
            for mail in found
            if mail["to"].lower() == self._address.lower()
        ]

    async def token(self, subject: str, *, after: int = 0) -> str:
        """The token of the newest mail with this subject, of which there must be more than `after`."""
        async with asyncio.timeout(10):
            while len(texts := [text for said, text in self.mails() if said == subject]) <= after:
                await asyncio.sleep(0.02)
        return str(re.findall(r"one_[\w-]+", texts[-1])[-1])


VERIFY = "Confirm your address"
RESET = "Choose a new password"
RESTORE = "Restore your account"
