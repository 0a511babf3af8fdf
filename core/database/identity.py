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
    """A known user, for a known tenant: jobs, and use cases that have just proved who it is."""

    user_id: UUID | None
    tenant_id: UUID | None

    def sql(self) -> str:
        user = self.user_id.hex if self.user_id else ""
        tenant = self.tenant_id.hex if self.tenant_id else ""
        return f"; SELECT set_config('app.user_id', '{user}', true), set_config('app.tenant_id', '{tenant}', true)"


class SessionToken(msgspec.Struct, frozen=True):
    """A session's token, hashed, and the tenant that is asked for: an id, a slug, or None for the personal one."""

    token_hash: bytes
    tenant: str | None

    def sql(self) -> str:
        tenant = "null" if self.tenant is None else f"'{self.tenant.encode().hex()}'"
        return f"; SELECT * FROM app.identify_session('{self.token_hash.hex()}', {tenant})"


Identity = Anonymous | Acting | SessionToken


class Identified(msgspec.Struct, frozen=True):
    """What `app.identify_session` answers. Without a `tenant_id` the tenant is not one that the user can see."""

    session_id: UUID
    user_id: UUID
    tenant_id: UUID | None
    role_id: UUID | None
    policy_version: int | None
    stale: bool
