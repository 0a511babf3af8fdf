"""Tokens that prove an address: asked for in a request, made and mailed by a job, used once.

A wish is written down and a job enqueued whether or not anybody has the address, so that neither the answer nor its
time tells; who gets a mail is found out by the job, where nobody is waiting.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final
from uuid import UUID

from core.database.identity import Acting, Anonymous
from core.database.pool import Database
from core.database.transaction import Transaction
from core.jobs import Jobs
from core.keys import key_for
from core.mail import Mailer
from modules.user.domain import BadToken, Purpose
from modules.user.letters import letter
from modules.user.repositories import TokenRepository
from modules.user.repositories.tokens import TokenOwner

MAIL_TOKEN: Final = "mail_token"
MAIL_WAITS: Final = (2, 15, 60, 300, 900)
"""Seconds between tries: a mail server may be away for a while; later than that the token would be too old."""
MINUTES: Final[dict[Purpose, int]] = {"email_verification": 24 * 60, "password_reset": 30, "restore": 60}
"""How long a token is good for."""


class MailedTokens:
    """Asks for tokens and uses them."""

    def __init__(self, transaction: Transaction, tokens: TokenRepository, jobs: Jobs, secret_key: str) -> None:
        self._tx = transaction
        self._tokens = tokens
        self._jobs = jobs
        self._key = key_for("mailed token", secret_key)

    async def request(self, purpose: Purpose, address: str) -> None:
        wish = await self._tokens.request(purpose, address, minutes=MINUTES[purpose])
        await self._jobs.enqueue(self._tx, MAIL_TOKEN, wish=wish)

    async def look(self, token: str, purpose: Purpose) -> TokenOwner:
        """Whose token this is; it stays good, and nothing is held. Raises `BadToken`."""
        owner = await self.use(token, purpose)
        await self._tx.rollback()
        self._tx.identity = Anonymous()
        return owner

    async def use(self, token: str, purpose: Purpose) -> TokenOwner:
        """Use the token up and go on as its owner, in the same transaction. Raises `BadToken`."""
        owner = await self._tokens.use(token_hash(self._key, token), purpose)
        if owner is None:
            raise BadToken(path="token")
        await self._tx.become(Acting(owner.user_id, None))
        return owner


class TokenMail:
    """The job that makes a token and mails it. Run again, it makes another: only the last one mailed is good."""

    def __init__(self, database: Database, mailer: Mailer, secret_key: str, origin: str) -> None:
        self._database = database
        self._mailer = mailer
        self._key = key_for("mailed token", secret_key)
        self._origin = origin

    async def __call__(self, wish: UUID) -> None:
        token = "one_" + secrets.token_urlsafe(32)
        async with self._database.unit(Anonymous()) as unit:
            addressee = await TokenRepository(unit.transaction).prepare(wish, token_hash(self._key, token))
        if addressee is not None:
            await self._mailer.send(letter(addressee, token, origin=self._origin, key=wish.hex))


class Forgetting:
    """Housekeeping: takes away tokens, counts and sessions that are long over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self) -> int:
        async with self._database.unit(Anonymous()) as unit:
            return await TokenRepository(unit.transaction).forget()


def token_hash(key: bytes, token: str) -> bytes:
    return hmac.digest(key, token.encode("utf-8", "surrogateescape"), "sha256")
