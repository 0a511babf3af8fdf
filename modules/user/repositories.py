"""All SQL of the user module."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Text, bindparam, cast, column, func, insert, select, update
from sqlalchemy.types import Uuid

from core.database.errors import AlreadyThere
from core.database.statement import Statement, patch_binds, patch_values
from core.database.transaction import Transaction
from modules.user.contracts import ProfilePatch
from modules.user.domain import AddressTaken, ExperienceLevel, Field
from modules.user.tables import credentials, profiles, sessions, users


class Account(msgspec.Struct, frozen=True):
    """A user with the profile."""

    id: UUID
    email: str
    email_verified: bool
    name: str | None
    image_url: str | None
    bio: str | None
    field: Field
    experience_level: ExperienceLevel
    interests: list[str]
    region: str | None
    onboarded: bool
    created_at: datetime


class StoredCredentials(msgspec.Struct, frozen=True):
    user_id: UUID
    password_hash: str


class StartedSession(msgspec.Struct, frozen=True):
    id: UUID
    expires_at: datetime


_ASSUME_NEW = Statement(
    select(cast(func.set_config("app.user_id", cast(func.app.uuidv7(), Text), True), Uuid)), into=UUID
)
_INSERT = Statement.command(insert(users).values(id=bindparam("id"), email=bindparam("email")))
_ACCOUNT = Statement(
    select(
        users.c.id,
        users.c.email,
        users.c.email_verified_at.is_not(None).label("email_verified"),
        profiles.c.name,
        profiles.c.image_url,
        profiles.c.bio,
        profiles.c.field,
        profiles.c.experience_level,
        profiles.c.interests,
        profiles.c.region,
        profiles.c.onboarding_completed_at.is_not(None).label("onboarded"),
        users.c.created_at,
    )
    .join_from(users, profiles, profiles.c.user_id == users.c.id)
    .where(users.c.id == bindparam("user_id")),
    into=Account,
)
_PATCH_PROFILE = Statement.command(
    update(profiles).where(profiles.c.user_id == bindparam("user_id")).values(**patch_values(profiles, ProfilePatch))
)
_COMPLETE = Statement.command(
    update(profiles)
    .where(profiles.c.user_id == bindparam("user_id"))
    .values(onboarding_completed_at=func.coalesce(profiles.c.onboarding_completed_at, func.now()))
)
_found = func.users.find_credentials(bindparam("email", type_=Text)).table_valued(
    column("user_id", Uuid), column("password_hash", Text)
)
_CREDENTIALS = Statement(select(_found.c.user_id, _found.c.password_hash), into=StoredCredentials)
_SET_PASSWORD = Statement.command(
    insert(credentials).values(user_id=bindparam("user_id"), password_hash=bindparam("password_hash"))
)
_START = Statement(
    insert(sessions)
    .values(
        user_id=bindparam("user_id"),
        token_hash=bindparam("token_hash"),
        expires_at=func.now() + func.make_interval(0, 0, 0, 0, bindparam("hours")),
        user_agent=bindparam("user_agent"),
        ip=bindparam("ip"),
    )
    .returning(sessions.c.id, sessions.c.expires_at),
    into=StartedSession,
)
_REVOKE = Statement.command(
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"), sessions.c.revoked_at.is_(None))
    .values(revoked_at=func.now())
)


class UserRepository:
    """Users and their profiles."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def assume_new(self) -> UUID:
        """A fresh id, which the transaction acts as from now on: nobody else could insert its rows."""
        return await self._tx.one(_ASSUME_NEW)

    async def add(self, user_id: UUID, email: str, password_hash: str) -> None:
        """Raises `AddressTaken`. The profile is made by a trigger."""
        try:
            await self._tx.execute(_INSERT, id=user_id, email=email)
        except AlreadyThere:
            raise AddressTaken from None
        await self._tx.execute(_SET_PASSWORD, user_id=user_id, password_hash=password_hash)

    async def account(self, user_id: UUID) -> Account:
        return await self._tx.one(_ACCOUNT, user_id=user_id)

    async def patch_profile(self, user_id: UUID, patch: ProfilePatch) -> None:
        binds: dict[str, Any] = patch_binds(patch)
        await self._tx.execute(_PATCH_PROFILE, user_id=user_id, **binds)

    async def complete_onboarding(self, user_id: UUID) -> None:
        await self._tx.execute(_COMPLETE, user_id=user_id)

    async def credentials(self, email: str) -> StoredCredentials | None:
        return await self._tx.one_or_none(_CREDENTIALS, email=email)


class SessionRepository:
    """Log-ins that are still good, or were."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def start(
        self, user_id: UUID, token_hash: bytes, *, hours: int, user_agent: str | None, ip: str | None
    ) -> StartedSession:
        return await self._tx.one(
            _START, user_id=user_id, token_hash=token_hash, hours=hours, user_agent=user_agent, ip=ip
        )

    async def revoke(self, session_id: UUID) -> None:
        await self._tx.execute(_REVOKE, session_id=session_id)
