"""Who a transaction acts as: said in the same round trip as BEGIN.

The identity travels as transaction-local settings that the row-level security policies read. The statement takes no
binds (only so are BEGIN and the identity one simple query), therefore every literal in it is a UUID or hex, by type:
no text of a caller can ever become SQL.
"""

from __future__ import annotations

from uuid import UUID

import msgspec


class Anonymous(msgspec.Struct, frozen=True):
    """Nobody: sees the public catalogue, nothing else."""

    def sql(self) -> str:
        return ""


class Acting(msgspec.Struct, frozen=True):
    """A known user, for a known tenant: jobs, and use cases that have just proved who it is.

    Without a role, so policies are not asked: all that is the user's own is open, and nothing that is others'.
    """

    user_id: UUID | None
    tenant_id: UUID | None

    def sql(self) -> str:
        user = self.user_id.hex if self.user_id else ""
        tenant = self.tenant_id.hex if self.tenant_id else ""
        return (
            f"; SELECT set_config('app.user_id', '{user}', true), set_config('app.tenant_id', '{tenant}', true),"
            " set_config('app.own', '*', true), set_config('app.others', '', true)"
        )


class SessionToken(msgspec.Struct, frozen=True):
    """A session's token, hashed, and the tenant that is asked for: an id, a slug, or None for the personal one."""

    token_hash: bytes
    tenant: str | None

    def sql(self) -> str:
        tenant = "null" if self.tenant is None else f"'{self.tenant.encode().hex()}'"
        return f"; SELECT * FROM app.identify_session('{self.token_hash.hex()}', {tenant})"


class Subject(msgspec.Struct, frozen=True):
    """Whom a trusted issuer's token names. Its signature was checked before; that it is still trusted is asked here."""

    issuer_id: UUID
    subject: str
    email: str
    tenant: str | None

    def sql(self) -> str:
        tenant = "null" if self.tenant is None else f"'{self.tenant.encode().hex()}'"
        return (
            f"; SELECT * FROM app.identify_subject('{self.issuer_id.hex}', '{self.subject.encode().hex()}',"
            f" '{self.email.encode().hex()}', {tenant})"
        )


class OperatorToken(msgspec.Struct, frozen=True):
    """The token of an operator's session, hashed."""

    token_hash: bytes

    def sql(self) -> str:
        return f"; SELECT * FROM app.identify_operator('{self.token_hash.hex()}')"


class ActingOperator(msgspec.Struct, frozen=True):
    """A known operator, of no tenant."""

    operator_id: UUID

    def sql(self) -> str:
        return f"; SELECT set_config('app.operator_id', '{self.operator_id.hex}', true)"


Identity = Anonymous | Acting | SessionToken | Subject | OperatorToken | ActingOperator


class Identified(msgspec.Struct, frozen=True):
    """What `app.identify_session` and `app.identify_subject` answer.

    Without a `tenant_id` the tenant is not one that the user can see; a subject has no `session_id`. `stale` means
    that something is worth writing down: that the session was seen, or that the subject's address has changed.
    """

    session_id: UUID | None
    user_id: UUID
    tenant_id: UUID | None
    role_id: UUID | None
    policy_version: int | None
    stale: bool
