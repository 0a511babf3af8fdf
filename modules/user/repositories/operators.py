"""Operators, their sessions, and users as operators see them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
import psycopg
from sqlalchemy import Integer, Text, bindparam, cast, column, func, insert, null, select, tuple_, update
from sqlalchemy.types import Uuid

from core.database.metadata import Instant
from core.database.statement import Statement
from core.database.transaction import Transaction
from core.http.pages import Position
from modules.user.domain import AddressTaken, Device
from modules.user.repositories.users import Account
from modules.user.tables import operator_sessions, operators, profiles, users


class OperatorCredentials(msgspec.Struct, frozen=True):
    id: UUID
    email: str
    name: str
    password_hash: str


class RecordedAccount(Account, frozen=True):
    """A user with the profile, and whether the account is still there."""

    deleted_at: datetime | None
    anonymised_at: datetime | None


class LivingUser(msgspec.Struct, frozen=True):
    """A user whose account was not deleted."""

    id: UUID
    email: str
    email_verified: bool


class ListedOperator(msgspec.Struct, frozen=True):
    """One of the staff, as a list shows it; `sessions` are those that are still good."""

    email: str
    name: str
    disabled_at: datetime | None
    sessions: int
    created_at: datetime


_found = func.users.find_operator(bindparam("email", type_=Text)).table_valued(
    column("id", Uuid), column("email", Text), column("name", Text), column("password_hash", Text)
)
_CREDENTIALS = Statement(select(*_found.c), into=OperatorCredentials)
_START = Statement(
    insert(operator_sessions)
    .values(
        operator_id=bindparam("operator_id"),
        token_hash=bindparam("token_hash"),
        expires_at=func.now() + func.make_interval(0, 0, 0, 0, bindparam("hours")),
        user_agent=bindparam("user_agent"),
        ip=bindparam("ip"),
    )
    .returning(operator_sessions.c.expires_at),
    into=datetime,
)
_END = Statement.command(
    update(operator_sessions)
    .where(
        operator_sessions.c.operator_id == bindparam("operator_id"),
        operator_sessions.c.id == bindparam("session_id"),
        operator_sessions.c.revoked_at.is_(None),
    )
    .values(revoked_at=func.now())
)

_recorded = select(
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
    users.c.deleted_at,
    users.c.anonymised_at,
).join_from(users, profiles, profiles.c.user_id == users.c.id)
_RECORD = Statement(_recorded.where(users.c.id == bindparam("user_id")), into=RecordedAccount)
# Not LIKE: in a part of an address nothing is a pattern, so there is nothing to escape.
_RECORDS = Statement(
    _recorded.where(
        tuple_(users.c.created_at, users.c.id) < tuple_(cast(bindparam("at"), Instant), cast(bindparam("id"), Uuid)),
        func.strpos(func.lower(users.c.email), func.lower(bindparam("part", type_=Text))) > 0,
    )
    .order_by(users.c.created_at.desc(), users.c.id.desc())
    .limit(bindparam("at_most", type_=Integer)),
    into=RecordedAccount,
)
_LIVING = Statement(
    select(users.c.id, users.c.email, users.c.email_verified_at.is_not(None).label("email_verified"))
    .where(users.c.id == bindparam("user_id"), users.c.deleted_at.is_(None))
    .with_for_update(key_share=True),
    into=LivingUser,
)

_named = func.lower(operators.c.email) == func.lower(bindparam("address", type_=Text))
_ADD = Statement.command(
    insert(operators).values(email=bindparam("email"), name=bindparam("name"), password_hash=bindparam("password_hash"))
)
_LIST = Statement(
    select(
        operators.c.email,
        operators.c.name,
        operators.c.disabled_at,
        select(func.count())
        .where(
            operator_sessions.c.operator_id == operators.c.id,
            operator_sessions.c.revoked_at.is_(None),
            operator_sessions.c.expires_at > func.now(),
        )
        .scalar_subquery()
        .label("sessions"),
        operators.c.created_at,
    ).order_by(operators.c.created_at, operators.c.id),
    into=ListedOperator,
)
_DISABLE = Statement.command(
    update(operators).where(_named).values(disabled_at=func.coalesce(operators.c.disabled_at, func.now()))
)
_ENABLE = Statement.command(update(operators).where(_named).values(disabled_at=null()))
_SET_PASSWORD = Statement.command(update(operators).where(_named).values(password_hash=bindparam("password_hash")))
_END_ALL = Statement.command(
    update(operator_sessions)
    .where(
        operator_sessions.c.operator_id == select(operators.c.id).where(_named).scalar_subquery(),
        operator_sessions.c.revoked_at.is_(None),
        operator_sessions.c.expires_at > func.now(),
    )
    .values(revoked_at=func.now())
)


class OperatorRepository:
    """How operators get in and out."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def credentials(self, email: str) -> OperatorCredentials | None:
        """Whose password is asked for at a log-in; nobody acts yet. None where the operator is disabled."""
        return await self._tx.one_or_none(_CREDENTIALS, email=email)

    async def start_session(self, operator_id: UUID, token_hash: bytes, device: Device, *, hours: int) -> datetime:
        """When it will end; the transaction acts as this operator already."""
        return await self._tx.one(
            _START,
            operator_id=operator_id,
            token_hash=token_hash,
            hours=hours,
            user_agent=device.user_agent,
            ip=device.ip,
        )

    async def end_session(self, operator_id: UUID, session_id: UUID) -> None:
        await self._tx.execute(_END, operator_id=operator_id, session_id=session_id)


class UserRecords:
    """Users as operators see them, and as who acts as one of them sees that one."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    async def page(self, part: str, after: Position, limit: int) -> list[RecordedAccount]:
        """Those whose address contains `part`, newest first, deleted ones too."""
        return await self._tx.all(_RECORDS, part=part, at=after.at, id=after.id, at_most=limit)

    async def get(self, user_id: UUID) -> RecordedAccount:
        """Raises `NotFound`."""
        return await self._tx.one(_RECORD, user_id=user_id)

    async def lock(self, user_id: UUID) -> LivingUser | None:
        """The user, whom nobody else can change or delete until the transaction ends; it acts as this user already."""
        return await self._tx.one_or_none(_LIVING, user_id=user_id)


class OperatorRoster:
    """Who the operators are. The runtime may not know that, so this takes a connection of the tables' owner."""

    def __init__(self, owner: psycopg.Connection) -> None:
        self._owner = owner

    def add(self, email: str, name: str, password_hash: str) -> None:
        """Raises `AddressTaken`."""
        try:
            self._run(_ADD, email=email, name=name, password_hash=password_hash)
        except psycopg.errors.UniqueViolation:
            raise AddressTaken("There is an operator with this address already.") from None

    def all(self) -> list[ListedOperator]:
        return [_LIST.read(row) for row in self._owner.execute(_LIST.sql.encode(), _LIST.binds({}))]

    def disable(self, address: str) -> bool:
        """False where there is no such operator."""
        return self._run(_DISABLE, address=address) > 0

    def enable(self, address: str) -> bool:
        """False where there is no such operator."""
        return self._run(_ENABLE, address=address) > 0

    def set_password(self, address: str, password_hash: str) -> bool:
        """False where there is no such operator."""
        return self._run(_SET_PASSWORD, address=address, password_hash=password_hash) > 0

    def end_sessions(self, address: str) -> int:
        """How many were still good."""
        return self._run(_END_ALL, address=address)

    def _run(self, statement: Statement[None], **binds: str) -> int:
        return self._owner.execute(statement.sql.encode(), statement.binds(binds)).rowcount
