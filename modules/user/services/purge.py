"""Anonymising: 30 days after an account was deleted, nothing that tells whose it was is left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import msgspec

from core.database.identity import Acting, Anonymous
from core.database.pool import Database
from core.module import Events
from modules.user.domain import UserAnonymised
from modules.user.repositories import AccountRepository, SessionRepository, UserRepository


class Purged(msgspec.Struct, frozen=True):
    """One account that is past restoring."""

    user_id: UUID
    outcome: str


class Purge:
    """Finds the accounts that are due and anonymises each in a transaction of its own."""

    def __init__(
        self,
        database: Database,
        events: Events,
        forget_picture: Callable[[str | None], Awaitable[None]],
        batch: int = 500,
    ) -> None:
        self._database = database
        self._events = events
        self._forget_picture = forget_picture
        self._batch = batch

    async def due(self) -> list[UUID]:
        """The longest deleted first, a batch at most."""
        async with self._database.unit(Anonymous(), read_only=True) as unit:
            return await UserRepository(unit.transaction).due_for_anonymising(self._batch)

    async def run(self) -> AsyncIterator[Purged]:
        """Everything that is due; one that fails is told and does not keep the others."""
        tried: set[UUID] = set()
        while fresh := [user_id for user_id in await self.due() if user_id not in tried]:
            for user_id in fresh:
                tried.add(user_id)
                try:
                    done = await self._anonymise(user_id)
                    yield Purged(user_id, "anonymised" if done else "restored meanwhile")
                except Exception as error:
                    yield Purged(user_id, f"failed: {error}")

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
        await self._forget_picture(picture)
        return True
