"""Who may do what to whose rows: a line for every table, and what a row of it is made of.

Row-level security is the net under the queries, so this table says what the *database* lets a login of the runtime
do, not what the API offers. Of a victim's row, everybody who is named may do the thing, everybody else may not;
`None` means that the runtime was never granted it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID, uuid4

import msgspec

Actor = Literal[
    "self",
    "powerless",
    "elsewhere",
    "colleague",
    "admin",
    "stranger",
    "operator",
    "other operator",
    "system",
    "other system",
    "anonymous",
    "nobody",
]
"""The row's user, whose policies open all that is their own; the same user without any right; the same user, acting
for another tenant; another user of the same tenant; one to whom policies open everybody's rows; another user of
another tenant, with all rights there; the row's operator; another operator; a job that acts for the row's tenant and
for no user; one that acts for another tenant; a transaction that says it is nobody's; a connection that never said
anything."""

Command = Literal["select", "insert", "update", "delete"]

NOBODY: Final[frozenset[Actor]] = frozenset()
SELF: Final[frozenset[Actor]] = frozenset({"self"})
ADMIN: Final[frozenset[Actor]] = frozenset({"admin"})
ANYHOW: Final[frozenset[Actor]] = frozenset({"self", "powerless"})
WHEREVER: Final[frozenset[Actor]] = ANYHOW | {"elsewhere"}
MEMBERS: Final[frozenset[Actor]] = ANYHOW | {"colleague", "admin"}
SYSTEM: Final[frozenset[Actor]] = frozenset({"system"})
OPERATOR: Final[frozenset[Actor]] = frozenset({"operator"})
OPERATORS: Final[frozenset[Actor]] = frozenset({"operator", "other operator"})
EVERYBODY: Final[frozenset[Actor]] = frozenset(get_args(Actor))

NOON: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)


class World(msgspec.Struct, frozen=True):
    """The ids of one victim's rows."""

    user: UUID = msgspec.field(default_factory=uuid4)
    tenant: UUID = msgspec.field(default_factory=uuid4)
    operator: UUID = msgspec.field(default_factory=uuid4)
    row: UUID = msgspec.field(default_factory=uuid4)
    """The id of whatever row is attacked, and of its parents: each table has its own."""

    @property
    def theirs(self) -> dict[str, UUID]:
        """What a row of a tenant's table begins with."""
        return {"tenant_id": self.tenant, "id": self.row}

    @property
    def mine(self) -> dict[str, UUID]:
        return {**self.theirs, "user_id": self.user}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    row: Callable[[World], dict[str, Any]]
    held_by: str | None = None
    """The table with the foreign keys, where a trigger writes a row there for each here."""
    change: str = "updated_at = now()"
    select: frozenset[Actor] | None
    insert: frozenset[Actor] | None = None
    update: frozenset[Actor] | None = None
    delete: frozenset[Actor] | None = None

    def allowed(self, command: Command) -> frozenset[Actor] | None:
        found: frozenset[Actor] | None = getattr(self, command)
        return found


EXEMPT: Final = {"app.alembic_version": "the revision that the database is at: nobody's row, read by the health check"}

LINES: Final[dict[str, Line]] = {
    # A user's own, whatever tenant they act for.
    "users.users": Line(
        row=lambda w: {"id": w.user, "email": f"{w.user.hex}@example.com"},
        select=WHEREVER | OPERATORS,
        insert=WHEREVER,
        update=WHEREVER,
    ),
    "users.profiles": Line(row=lambda w: {"user_id": w.user}, select=WHEREVER | OPERATORS, update=WHEREVER),
    "users.credentials": Line(
        row=lambda w: {"user_id": w.user, "password_hash": "x"},
        select=WHEREVER,
        insert=WHEREVER,
        update=WHEREVER,
        delete=WHEREVER,
    ),
    "users.accounts": Line(
        row=lambda w: {
            "id": w.row,
            "user_id": w.user,
            "type": "oidc",
            "provider": "x",
            "provider_account_id": w.row.hex,
        },
        select=WHEREVER,
        insert=WHEREVER,
        update=WHEREVER,
        delete=WHEREVER,
    ),
    "users.sessions": Line(
        row=lambda w: {
            "id": w.row,
            "user_id": w.user,
            "token_hash": w.row.bytes,
            "expires_at": NOON.replace(year=2999),
        },
        select=WHEREVER,
        insert=WHEREVER,
        update=WHEREVER,
    ),
    # Touched before anybody has proved who they are, by functions of the module only.
    "users.verification_tokens": Line(
        row=lambda w: {
            "id": w.row,
            "user_id": w.user,
            "identifier": "x@example.com",
            "purpose": "restore",
            "expires_at": NOON.replace(year=2999),
        },
        select=None,
    ),
    "users.attempts": Line(
        row=lambda w: {"attempt_id": w.row, "bucket": b"x"}, change="created_at = now()", select=None
    ),
    # The platform's staff: who they are is not the runtime's business, their sessions are their own.
    "users.operators": Line(
        row=lambda w: {"id": w.operator, "email": f"{w.operator.hex}@example.com", "name": "x", "password_hash": "x"},
        select=None,
    ),
    "users.operator_sessions": Line(
        row=lambda w: {
            "id": w.row,
            "operator_id": w.operator,
            "token_hash": w.row.bytes,
            "expires_at": NOON.replace(year=2999),
        },
        select=OPERATOR,
        insert=OPERATOR,
        update=OPERATOR,
    ),
    # A tenant's: read by all its members, changed by whom policies let.
    "authz.tenants": Line(
        row=lambda w: {"id": w.tenant, "name": "x", "slug": w.tenant.hex, "kind": "organization"},
        change="name = 'y'",
        select=MEMBERS | OPERATORS,
        insert=ADMIN,
        update=ADMIN,
        delete=ADMIN,
    ),
    "authz.roles": Line(
        row=lambda w: {**w.theirs, "name": "x"},
        change="name = 'y'",
        select=MEMBERS | SYSTEM,
        insert=ADMIN,
        update=ADMIN,
        delete=ADMIN,
    ),
    "authz.role_rights": Line(
        row=lambda w: {"tenant_id": w.tenant, "role_id": w.row, "own": "", "others": "", "varies": False}, select=None
    ),
    "authz.memberships": Line(
        row=lambda w: {"tenant_id": w.tenant, "user_id": w.user, "role_id": w.row},
        change="role_id = memberships.role_id",
        select=ANYHOW | ADMIN | OPERATORS,
        insert=SELF | ADMIN,
        update=SELF | ADMIN,
        delete=ANYHOW | ADMIN,
    ),
    "authz.departures": Line(
        row=lambda w: {"tenant_id": w.tenant, "user_id": w.user}, change="created_at = now()", select=None
    ),
    "authz.policies": Line(
        row=lambda w: {
            **w.theirs,
            "role_id": w.row,
            "effect": "allow",
            "resource": "x",
            "actions": ["read"],
            "scope": "own",
            "digest": b"x",
        },
        change="effect = 'deny'",
        select=MEMBERS | SYSTEM,
        insert=ADMIN,
        update=ADMIN,
        delete=ADMIN,
    ),
    "authz.tenant_attributes": Line(
        row=lambda w: {"tenant_id": w.tenant}, select=MEMBERS | OPERATORS | SYSTEM, insert=ADMIN
    ),
    "authz.invitations": Line(
        row=lambda w: {
            **w.theirs,
            "email": "x@example.com",
            "role_id": w.row,
            "expires_at": NOON.replace(year=2999),
            "invited_by": w.user,
        },
        change="withdrawn_at = now()",
        select=ADMIN,
        insert=ADMIN,
        update=ADMIN,
    ),
    "billing.subscriptions": Line(
        row=lambda w: {
            **w.theirs,
            "provider": "stripe",
            "provider_subscription_id": w.row.hex,
            "plan": "free",
            "status": "active",
            "current_period_start": NOON,
            "current_period_end": NOON.replace(month=8),
        },
        change="status = 'active'",
        select=MEMBERS | SYSTEM,
        insert=SYSTEM,
        update=SYSTEM,
    ),
    # Written for the tenant by nobody in particular, after asking the provider.
    "billing.customers": Line(
        row=lambda w: {"tenant_id": w.tenant, "provider": "stripe", "provider_customer_id": w.tenant.hex},
        change="provider_customer_id = 'cus_y'",
        select=MEMBERS | SYSTEM,
        insert=SYSTEM,
        update=SYSTEM,
    ),
    "billing.webhook_events": Line(
        row=lambda w: {
            "id": w.row,
            "provider": "stripe",
            "event_id": w.row.hex,
            "type": "x",
            "occurred_at": NOON,
            "payload": {},
        },
        select=None,
    ),
    "billing.cancellations": Line(
        row=lambda w: {"id": w.row, "provider": "stripe", "provider_subscription_id": w.row.hex},
        select=None,
    ),
    "billing.credit_accounts": Line(
        row=lambda w: {"tenant_id": w.tenant},
        change="held = 0",
        select=MEMBERS | SYSTEM,
        insert=MEMBERS | SYSTEM,
        update=MEMBERS | SYSTEM,
    ),
    "billing.credit_grants": Line(
        row=lambda w: {**w.theirs, "amount": 1, "remaining": 1, "reason": "x"},
        change="remaining = 0",
        select=MEMBERS | SYSTEM,
        insert=MEMBERS | SYSTEM,
        update=MEMBERS | SYSTEM,
    ),
    "billing.credit_entries": Line(
        row=lambda w: {**w.theirs, "amount": 1, "kind": "grant", "reason": "x", "balance_after": 1},
        change="reason = 'y'",
        select=MEMBERS | SYSTEM,
        insert=MEMBERS | SYSTEM,
    ),
    "billing.credit_allocations": Line(
        row=lambda w: {"tenant_id": w.tenant, "entry_id": w.row, "grant_id": w.row, "amount": 1},
        change="amount = 2",
        select=MEMBERS | SYSTEM,
        insert=MEMBERS | SYSTEM,
    ),
    "billing.credit_holds": Line(
        row=lambda w: {**w.mine, "amount": 1, "reason": "x", "reference": w.row, "expires_at": NOON},
        change="status = 'open'",
        select=MEMBERS | SYSTEM,
        insert=MEMBERS | SYSTEM,
        update=MEMBERS | SYSTEM,
    ),
    "app.idempotency_keys": Line(
        row=lambda w: {"tenant_id": w.tenant, "route": "x", "key": "x", "request_hash": b"x", "result": {}},
        change="result = '[]'",
        select=MEMBERS | SYSTEM,
        insert=MEMBERS | SYSTEM,
        update=MEMBERS | SYSTEM,
    ),
    # A user's own in one tenant.
    # What one uses is metered whatever the role.
    "billing.usage_events": Line(
        row=lambda w: {
            "tenant_id": w.tenant,
            "user_id": w.user,
            "event_type": "x",
            "idempotency_key": "x",
            "occurred_at": NOON,
        },
        held_by="billing.usage_totals",
        change="cost = 0",
        select=SELF | ADMIN,
        insert=ANYHOW | ADMIN,
    ),
    "billing.usage_totals": Line(
        row=lambda w: {
            "tenant_id": w.tenant,
            "day": NOON.date(),
            "event_type": "x",
            "user_id": w.user,
            "requests": 1,
            "tokens": 0,
            "cost": 0,
        },
        select=SELF | ADMIN,
    ),
    "billing.usage_alerts": Line(
        row=lambda w: {
            **w.theirs,
            "metric": "tokens",
            "percent": 80,
            "used": 8,
            "allowed": 10,
            "period_start": NOON,
            "period_end": NOON.replace(month=8),
        },
        change="used = 9",
        select=ADMIN | SYSTEM,
        insert=SYSTEM,
    ),
    "agents.agent_sessions": Line(
        row=lambda w: {**w.mine, "subject": "x"},
        change="request_chain = ARRAY[]::uuid[]",
        select=SELF | ADMIN,
        insert=SELF,
        update=SELF | ADMIN,
    ),
    "agents.agent_requests": Line(
        row=lambda w: {
            **w.mine,
            "session_id": w.row,
            "agent_type": "chat",
            "content": "x",
            "provider": "x",
            "model": "x",
            "prompt_version": "x",
        },
        select=SELF | ADMIN,
        insert=SELF,
        update=SELF | ADMIN,
    ),
    "simulations.simulations": Line(
        row=lambda w: {
            **w.mine,
            "title": "x",
            "context": "x",
            "difficulty": "easy",
            "level": 1,
            "client_mood": "friendly",
            "team_mode": "solo",
            "language": "en",
            "seed": 1,
        },
        select=SELF | ADMIN,
        insert=SELF,
        update=SELF | ADMIN,
        delete=SELF | ADMIN,
    ),
    "simulations.personas": Line(
        row=lambda w: {
            **w.mine,
            "simulation_id": w.row,
            "position": 0,
            "name": "x",
            "role": "x",
            "personality": "x",
            "system_prompt": "x",
            "initial_message": "x",
        },
        change="name = 'y'",
        select=SELF | ADMIN,
        insert=SELF,
    ),
    # What is not told unasked: for the prompts of those who may ask.
    "simulations.facts": Line(
        row=lambda w: {**w.mine, "simulation_id": w.row, "persona_id": w.row, "position": 0, "fact": "x"},
        change="fact = 'y'",
        select=SELF | ADMIN,
        insert=SELF,
    ),
    "simulations.reviews": Line(
        row=lambda w: {
            **w.mine,
            "project_id": "x",
            "code": "x",
            "language": "x",
            "digest": b"x",
            "agent_request_id": w.row,
            "score": 70,
            "approved": True,
            "feedback": "x",
        },
        change="score = 100",
        select=SELF | ADMIN,
        insert=SELF,
    ),
    "simulations.progress": Line(
        row=lambda w: {**w.mine, "project_id": "x"},
        select=SELF | ADMIN,
        insert=SELF,
        update=SELF | ADMIN,
    ),
    "simulations.interviews": Line(
        row=lambda w: {**w.mine, "job_description": "x", "language": "en", "agent_request_id": w.row},
        change="status = 'abandoned'",
        select=SELF | ADMIN,
        insert=SELF,
        update=SELF | ADMIN,
    ),
    "simulations.analyses": Line(
        row=lambda w: {**w.mine, "simulation_id": w.row, "agent_request_id": w.row, "analysis": {}},
        change="analysis = '[]'",
        select=SELF | ADMIN,
        insert=SELF,
    ),
    # Everybody's to read; written by migrations, seeds and scripts.
    "users.trusted_issuers": Line(
        row=lambda w: {
            "id": w.row,
            "issuer": f"https://{w.row.hex}.example.com",
            "audience": "x",
            "algorithms": ["ES256"],
        },
        select=EVERYBODY,
    ),
    "billing.plans": Line(
        row=lambda w: {"id": "free", "name": "x", "monthly_credits": 0, "price_cents": 0}, select=EVERYBODY
    ),
    "simulations.tasks": Line(
        row=lambda w: {
            "id": w.row.hex,
            "title": "x",
            "description": "x",
            "field": "backend",
            "level": 1,
            "difficulty": "easy",
            "client_difficulty": "easy",
            "client_persona": "x",
            "client_mood": "friendly",
            "duration": "x",
        },
        select=EVERYBODY,
    ),
    "simulations.resources": Line(
        row=lambda w: {
            "id": w.row.hex,
            "title": "x",
            "description": "x",
            "url": "x",
            "type": "doc",
            "track": "backend",
        },
        select=EVERYBODY,
    ),
}
