"""Accounts: who a user is at an OAuth provider or a trusted issuer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, Text, bindparam, column, delete, func, insert, select, update
from sqlalchemy.types import Uuid

from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.user.domain import AccountType, ExternalIdentity
from modules.user.tables import accounts, trusted_issuers


class Arrival(msgspec.Struct, frozen=True):
    """The user behind an external identity: `linked` by an account, or else only of the same address."""

    user_id: UUID
    linked: bool
    verified: bool
    deleted: bool


class Grant(msgspec.Struct, frozen=True):
    """What a provider gave us besides the identity; the tokens are sealed."""

    tokens: bytes | None = None
    expires_at: datetime | None = None
    scope: str | None = None


class TrustedIssuer(msgspec.Struct, frozen=True):
    """An issuer whose JWTs are accepted."""

    id: UUID
    issuer: str
    jwks_uri: str | None
    secret_variable: str | None
    audience: str
    algorithms: list[str]
    claims: dict[str, Any]
    trust_email: bool
    organisation_claim: str | None
    tenants: dict[str, Any]


_found = func.users.find_arrival(
    bindparam("provider", type_=Text), bindparam("subject", type_=Text), bindparam("email", type_=Text)
).table_valued(
    column("user_id", Uuid), column("linked", Boolean), column("verified", Boolean), column("deleted", Boolean)
)
_FIND = Statement(select(_found.c.user_id, _found.c.linked, _found.c.verified, _found.c.deleted), into=Arrival)
_LINK = Statement.command(
    insert(accounts).values(
        **{
            name: bindparam(name)
            for name in (
                "user_id",
                "type",
                "provider",
                "provider_account_id",
                "email",
                "tokens",
                "expires_at",
                "scope",
            )
        }
    )
)
_theirs = (
    accounts.c.user_id == bindparam("of_user"),
    accounts.c.provider == bindparam("of_provider"),
    accounts.c.provider_account_id == bindparam("of_subject"),
)
_REFRESH = Statement.command(
    update(accounts)
    .where(*_theirs)
    .values(
        email=bindparam("email"),
        tokens=bindparam("tokens"),
        expires_at=bindparam("expires_at"),
        scope=bindparam("scope"),
    )
)
_UNLINK = Statement.command(delete(accounts).where(*_theirs))
_UNLINK_ALL = Statement.command(delete(accounts).where(accounts.c.user_id == bindparam("user_id")))
_ISSUERS = Statement(
    select(*(trusted_issuers.c[name] for name in TrustedIssuer.__struct_fields__)).order_by(trusted_issuers.c.issuer),
    into=TrustedIssuer,
)


class AccountRepository:
    """Accounts of users elsewhere, and the issuers that may speak for them."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def find(self, identity: ExternalIdentity) -> Arrival | None:
        """Nobody acts yet."""
        return await self._tx.one_or_none(
            _FIND, provider=identity.provider, subject=identity.subject, email=identity.email or ""
        )

    async def link(self, user_id: UUID, identity: ExternalIdentity, grant: Grant) -> None:
        """Raises `core.database.errors.AlreadyThere` where another request was faster."""
        kind: AccountType = identity.type
        await self._tx.execute(
            _LINK,
            user_id=user_id,
            type=kind,
            provider=identity.provider,
            provider_account_id=identity.subject,
            email=identity.email,
            **msgspec.structs.asdict(grant),
        )

    async def refresh(self, user_id: UUID, identity: ExternalIdentity, grant: Grant) -> None:
        await self._tx.execute(
            _REFRESH,
            of_user=user_id,
            of_provider=identity.provider,
            of_subject=identity.subject,
            email=identity.email,
            **msgspec.structs.asdict(grant),
        )

    async def unlink(self, user_id: UUID, identity: ExternalIdentity) -> None:
        await self._tx.execute(_UNLINK, of_user=user_id, of_provider=identity.provider, of_subject=identity.subject)

    async def unlink_all(self, user_id: UUID) -> None:
        await self._tx.execute(_UNLINK_ALL, user_id=user_id)

    async def issuers(self) -> list[TrustedIssuer]:
        return await self._tx.all(_ISSUERS)
