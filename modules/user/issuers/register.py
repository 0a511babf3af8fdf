"""Writing down whom to trust: for the operator's command, on the owner's connection, as the application only reads."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import psycopg
from sqlalchemy import bindparam, delete, insert, select, update

from core.database.statement import Statement
from modules.user.repositories.accounts import TrustedIssuer
from modules.user.tables import trusted_issuers


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to say of an issuer; `modules.user.issuers.claims` says what the mappings mean."""

    issuer: str
    audience: str
    algorithms: list[str]
    jwks_uri: str | None = None
    secret_variable: str | None = None
    claims: dict[str, str] = {}
    trust_email: bool = False
    organisation_claim: str | None = None
    tenants: dict[str, str] = {}


_NAMES: Final = Registration.__struct_fields__
_WRITTEN: Final = {name: bindparam(name, type_=trusted_issuers.c[name].type) for name in _NAMES}
_INSERT: Final = Statement.command(insert(trusted_issuers).values(_WRITTEN))
_UPDATE: Final = Statement.command(
    update(trusted_issuers).where(trusted_issuers.c.issuer == bindparam("issuer")).values(_WRITTEN)
)
_DELETE: Final = Statement.command(delete(trusted_issuers).where(trusted_issuers.c.issuer == bindparam("issuer")))
_ALL: Final = Statement(
    select(*(trusted_issuers.c[name] for name in TrustedIssuer.__struct_fields__)).order_by(trusted_issuers.c.issuer),
    into=TrustedIssuer,
)


class IssuerRegister:
    """The rows of `users.trusted_issuers`. The caller's transaction decides when they are written."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def put(self, registration: Registration) -> bool:
        """Whether the issuer is new; what was said of it before is replaced as a whole."""
        values = msgspec.structs.asdict(registration)
        if self._run(_UPDATE, values).rowcount:
            return False
        self._run(_INSERT, values)
        return True

    def remove(self, issuer: str) -> bool:
        """Whether there was such an issuer."""
        return self._run(_DELETE, {"issuer": issuer}).rowcount > 0

    def all(self) -> list[TrustedIssuer]:
        return [_ALL.read(row) for row in self._run(_ALL, {}).fetchall()]

    def _run(self, statement: Statement[Any], values: dict[str, Any]) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._connection.execute(statement.sql.encode(), statement.binds(values))
