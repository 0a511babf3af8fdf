"""Anonymising: 30 days after an account was deleted, nothing that tells whose it was is left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

import msgspec

from core.database.identity import Acting, Anonymous
from core.database.pool import Database
from core.module import Events
from modules.user.domain import UserAnonymised
from modules.user.repositories import AccountRepository, SessionRepository, UserRepository
from modules.user.services.avatars import Pictures

FAILED: Final = "failed"


class Purged(msgspec.Struct, frozen=True):
    """One account that is past restoring."""

    user_id: UUID
    outcome: str


class Purge:
    """Finds the accounts that are due and anonymises each in a transaction of its own."""

    def __init__(self, database: Database, events: Events, pictures: Pictures) -> None:
        self._database = database
        self._events = events
        self._pictures = pictures

    async def due(self, at_most: int) -> list[UUID]:
        """The longest deleted first."""
        async with self._database.unit(Anonymous(), read_only=True) as unit:
            return await UserRepository(unit.transaction).due_for_anonymising(at_most)

    async def run(self, at_most: int) -> AsyncIterator[Purged]:
        """What is due; one that fails is told and does not keep the others."""
        for user_id in await self.due(at_most):
            try:
                done = await self._anonymise(user_id)
                yield Purged(user_id, "anonymised" if done else "restored meanwhile")
            except Exception as error:
                yield Purged(user_id, f"{FAILED}: {error}")

    async def _anonymise(self, user_id: UUID) -> bool:
        async with self._database.unit(Acting(user_id, None)) as unit:
            users = UserRepository(unit.transaction)
            picture = (await users.account(user_id)).image_url
            if not await users.anonymise(user_id):
                return False
            await users.drop_password(user_id)
            await AccountRepository(unit.transaction).unlink_all(user_id)
            await SessionRepository(unit.transaction).scrub(user_id)
            await self._events.publish(UserAnonymised(user_id))
        await self._pictures.forget(picture, user_id.bytes)
        return True
