"""Tokens that are mailed: asked for by an address, good for one use."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Integer, LargeBinary, Text, bindparam, column, func, select
from sqlalchemy.types import Uuid

from core.database.statement import Statement
from core.database.transaction import Transaction
from modules.user.domain import Purpose


class Addressee(msgspec.Struct, frozen=True):
    """Who gets the mail that was asked for."""

    user_id: UUID
    email: str
    purpose: Purpose


class TokenOwner(msgspec.Struct, frozen=True):
    user_id: UUID
    email: str


_REQUEST = Statement(
    select(
        func.users.request_token(
            bindparam("purpose", type_=Text),
            bindparam("address", type_=Text),
            bindparam("minutes", type_=Integer),
            type_=Uuid,
        )
    ),
    into=UUID,
)
_prepared = func.users.prepare_token(
    bindparam("wish", type_=Uuid), bindparam("token_hash", type_=LargeBinary)
).table_valued(column("user_id", Uuid), column("email", Text), column("purpose", Text))
_PREPARE = Statement(select(_prepared.c.user_id, _prepared.c.email, _prepared.c.purpose), into=Addressee)
_used = func.users.use_token(bindparam("token_hash", type_=LargeBinary), bindparam("purpose", type_=Text)).table_valued(
    column("user_id", Uuid), column("email", Text)
)
_USE = Statement(select(_used.c.user_id, _used.c.email), into=TokenOwner)
_FORGET = Statement(select(func.users.forget(type_=BigInteger)), into=int)


class TokenRepository:
    """Mailed tokens; nobody acts yet when they are asked for or used."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def request(self, purpose: Purpose, address: str, *, minutes: int) -> UUID:
        """Write down that somebody wants a mail, whether or not anybody has this address."""
        return await self._tx.one(_REQUEST, purpose=purpose, address=address, minutes=minutes)

    async def prepare(self, wish: UUID, token_hash: bytes) -> Addressee | None:
        """Give the wish its token, and void older ones; None where nobody may have one."""
        return await self._tx.one_or_none(_PREPARE, wish=wish, token_hash=token_hash)

    async def use(self, token_hash: bytes, purpose: Purpose) -> TokenOwner | None:
        """Use it up. None where it is unknown, used, expired, for something else or for an address of the past."""
        return await self._tx.one_or_none(_USE, token_hash=token_hash, purpose=purpose)

    async def forget(self) -> int:
        """Take away what nobody can use or count any more, and answer how many rows that were."""
        return await self._tx.one(_FORGET)
