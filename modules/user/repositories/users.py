"""Users, their profiles and their passwords."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, Integer, Text, bindparam, case, cast, column, delete, func, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Uuid

from core.database.errors import AlreadyThere
from core.database.statement import Statement, patch_binds, patch_values
from core.database.transaction import Transaction
from modules.user.contracts import ProfilePatch
from modules.user.domain import AddressTaken, ExperienceLevel, Field
from modules.user.tables import credentials, profiles, users


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
_new_password = insert(credentials).values(user_id=bindparam("user_id"), password_hash=bindparam("password_hash"))
_SET_PASSWORD = Statement.command(
    _new_password.on_conflict_do_update(
        index_elements=[credentials.c.user_id],
        set_={"password_hash": _new_password.excluded.password_hash, "changed_at": func.now()},
    )
)
_PASSWORD = Statement(
    select(credentials.c.password_hash).where(credentials.c.user_id == bindparam("user_id")), into=str
)
# Locked, so that a change of the password at the same moment waits, and then ends the session that is being started.
_HELD_PASSWORD = Statement(
    select(credentials.c.password_hash).where(credentials.c.user_id == bindparam("user_id")).with_for_update(read=True),
    into=str,
)
_DROP_PASSWORD = Statement.command(delete(credentials).where(credentials.c.user_id == bindparam("user_id")))
_VERIFY_ADDRESS = Statement.command(
    update(users)
    .where(users.c.id == bindparam("user_id"), users.c.email_verified_at.is_(None))
    .values(email_verified_at=func.now())
)
_CHANGE_ADDRESS = Statement.command(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(
        email=bindparam("email"),
        email_verified_at=case((bindparam("verified", type_=Boolean), func.now()), else_=null()),
    )
)
_free = func.users.find_arrival(
    bindparam("provider", type_=Text), bindparam("subject", type_=Text), bindparam("email", type_=Text)
).table_valued(column("user_id", Uuid))
_HOLDER = Statement(select(_free.c.user_id), into=UUID)
_DELETE = Statement.command(
    update(users).where(users.c.id == bindparam("user_id"), users.c.deleted_at.is_(None)).values(deleted_at=func.now())
)
_RESTORE = Statement.command(
    update(users)
    .where(users.c.id == bindparam("user_id"), users.c.anonymised_at.is_(None))
    .values(deleted_at=null(), email_verified_at=func.now())
)
_due = func.users.due_for_anonymising(bindparam("at_most", type_=Integer)).table_valued(column("user_id", Uuid))
_DUE = Statement(select(_due.c.user_id), into=UUID)
_ANONYMISE = Statement.command(
    update(users)
    .where(users.c.id == bindparam("user_id"), users.c.deleted_at.is_not(None), users.c.anonymised_at.is_(None))
    .values(
        email=cast(users.c.id, Text).concat("@anonymised.invalid"),
        email_verified_at=null(),
        anonymised_at=func.now(),
    )
)
_EMPTY_PROFILE = Statement.command(
    update(profiles)
    .where(profiles.c.user_id == bindparam("user_id"))
    .values(name=null(), image_url=null(), bio=null(), region=null(), interests=cast([], ARRAY(Text)))
)


class UserRepository:
    """Users and their profiles."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def assume_new(self) -> UUID:
        """A fresh id, which the transaction acts as from now on: nobody else could insert its rows."""
        return await self._tx.one(_ASSUME_NEW)

    async def add(self, user_id: UUID, email: str) -> None:
        """Raises `AddressTaken`. The profile is made by a trigger."""
        try:
            await self._tx.execute(_INSERT, id=user_id, email=email)
        except AlreadyThere:
            raise AddressTaken from None

    async def account(self, user_id: UUID) -> Account:
        return await self._tx.one(_ACCOUNT, user_id=user_id)

    async def patch_profile(self, user_id: UUID, patch: ProfilePatch) -> None:
        binds: dict[str, Any] = patch_binds(patch)
        await self._tx.execute(_PATCH_PROFILE, user_id=user_id, **binds)

    async def complete_onboarding(self, user_id: UUID) -> None:
        await self._tx.execute(_COMPLETE, user_id=user_id)

    async def credentials(self, email: str) -> StoredCredentials | None:
        """Whose password is asked for at a log-in; nobody acts yet."""
        return await self._tx.one_or_none(_CREDENTIALS, email=email)

    async def password_hash(self, user_id: UUID) -> str | None:
        """None where the user signs in elsewhere only."""
        return await self._tx.one_or_none(_PASSWORD, user_id=user_id)

    async def still_has_password(self, user_id: UUID, password_hash: str) -> bool:
        """Whether this is the user's password still, and until the end of the transaction."""
        return await self._tx.one_or_none(_HELD_PASSWORD, user_id=user_id) == password_hash

    async def set_password(self, user_id: UUID, password_hash: str) -> None:
        await self._tx.execute(_SET_PASSWORD, user_id=user_id, password_hash=password_hash)

    async def drop_password(self, user_id: UUID) -> None:
        await self._tx.execute(_DROP_PASSWORD, user_id=user_id)

    async def verify_address(self, user_id: UUID) -> None:
        await self._tx.execute(_VERIFY_ADDRESS, user_id=user_id)

    async def change_address(self, user_id: UUID, email: str, *, verified: bool) -> None:
        """Raises `AddressTaken`."""
        try:
            await self._tx.execute(_CHANGE_ADDRESS, user_id=user_id, email=email, verified=verified)
        except AlreadyThere:
            raise AddressTaken from None

    async def is_free(self, email: str) -> bool:
        """Whether no living account has this address."""
        return await self._tx.one_or_none(_HOLDER, provider="", subject="", email=email) is None

    async def delete(self, user_id: UUID) -> None:
        await self._tx.execute(_DELETE, user_id=user_id)

    async def restore(self, user_id: UUID) -> bool:
        """False where the user was anonymised meanwhile. Raises `AddressTaken`."""
        try:
            return await self._tx.execute(_RESTORE, user_id=user_id) > 0
        except AlreadyThere:
            raise AddressTaken("Somebody has signed up with this address since; log in there.") from None

    async def due_for_anonymising(self, at_most: int) -> list[UUID]:
        return await self._tx.all(_DUE, at_most=at_most)

    async def anonymise(self, user_id: UUID) -> bool:
        """False where the user was restored or anonymised meanwhile."""
        if not await self._tx.execute(_ANONYMISE, user_id=user_id):
            return False
        await self._tx.execute(_EMPTY_PROFILE, user_id=user_id)
        return True
